import MarkedYAML
import Telemetry
import TestSupport
import Testing

@testable import Settings

/// What configuration.md says is what the readers take.
@Suite("The document of the configuration")
struct DocumentTests {
  private static let document = "configuration.md"

  /// Where the document has the keys of each mapping, and in which column their default.
  private static let sections: [String: (headings: [String], column: Int)] = [
    "agent": (["## agent.yaml"], 2),
    "agent.stations": (["### Stations"], 2),
    "agent.stations.conveyor": (["### Conveyors"], 2),
    "agent.stations.conveyor.speed": (["#### The speed of a belt"], 2),
    "agent.stations.conveyor.entered": (["#### Photo-eyes"], 2),
    "agent.stations.conveyor.left": (["#### Photo-eyes"], 2),
    "agent.stations.conveyor.lanes": (["#### Lanes of a conveyor"], 2),
    "agent.stations.conveyor.lanes.speed": (["#### The speed of a belt"], 2),
    "agent.stations.conveyor.lanes.entered": (["#### Photo-eyes"], 2),
    "agent.stations.conveyor.lanes.left": (["#### Photo-eyes"], 2),
    "agent.buses": (["### Buses"], 2),
    "agent.buses.tls": (["### Modbus/TCP Security"], 2),
    "agent.buses.rtu_over_tcp": (["### RTU over TCP"], 2),
    "agent.buses.rtu": (["### Serial ports", "#### Of Modbus RTU alone"], 2),
    "agent.buses.serial": (["### Serial ports"], 3),
    "agent.devices": (["### Devices"], 2),
    "agent.devices.instruments": (["### Instruments"], 2),
    "agent.devices.writes": (["### Writes"], 2),
    "agent.lists": (["### Lists"], 2),
    "agent.interlock": (["### Interlock"], 2),
    "agent.interlock.file": (["#### File"], 2),
    "agent.interlock.command": (["#### Command"], 2),
    "agent.journal": (["### Journal"], 2),
    "agent.journal.keep": (["#### Frames that stay"], 2),
    "agent.journal.timestamps": (["#### Timestamps"], 2),
    "agent.operators": (["### Operators and shifts"], 2),
    "agent.shifts": (["#### Shifts"], 2),
    "agent.rules": (["### Rules"], 2),
    "agent.scanners": (["### Scanners"], 2),
    "agent.scans": (["### Scans"], 2),
    "agent.scans.articles": (["#### Articles"], 2),
    "agent.scans.codes": (["#### Codes"], 2),
    "agent.uplinks": (["### Uplinks"], 2),
    "hub": (["## hub.yaml"], 2),
    "hub.keys": (["### Keys"], 2),
  ]

  private static let mappings = KeyTables(AgentShape.shape, root: "agent").mappings
    .merging(KeyTables(HubShape.shape, root: "hub").mappings) { first, _ in first }

  @Test("Every mapping of both files has its table")
  func presence() { #expect(Self.sections.keys.sorted() == Self.mappings.keys.sorted()) }

  @Test(
    "The tables have every key, with its default and whether it is required, and no other",
    arguments: sections.keys.sorted()
  )
  func keys(mapping: String) throws {
    let section = try #require(Self.sections[mapping])
    let rows = try Document(Self.document)
      .keys(below: section.headings, column: section.column)
    #expect(rows.sorted() == Self.mappings[mapping]?.sorted())
  }

  @Test("Every parity is named")
  func parities() throws {
    let rows = try Document(Self.document).rows(below: "### Serial ports")
    let row = try #require(rows.first { $0[0] == "parity" })
    #expect(row[1] == SerialLine.Parity.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", "))
  }
}
