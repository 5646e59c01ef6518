import MarkedYAML
import Telemetry
import TestSupport
import Testing

@testable import Profiles

/// What profiles.md says is what the loader takes.
@Suite("The document of profiles")
struct DocumentTests {
  private static let document = "profiles.md"

  /// Where the document has the keys of each mapping of a profile.
  private static let sections: [String: [String]] = {
    let place = "### Places"
    let limits = "### Limits"
    let status = ["### Status"]
    return [
      "modbus": ["## Every profile"],
      "modbus.source": ["### Source"],
      "modbus.identify": ["### Identification"],
      "modbus.identify.registers": [place, "### Registers that tell a device"],
      "modbus.modbus": ["## Modbus", limits],
      "modbus.groups": ["### Groups", limits],
      "modbus.groups.good_when": status,
      "modbus.groups.signals": ["## Every signal", place, "### Signals of a group"],
      "modbus.groups.signals.good_when": status,
      "modbus.groups.signals.block": ["### Repeated blocks"],
      "modbus.groups.signals.block.step": ["### Steps"],
      "modbus.groups.signals.block.signals": [
        "## Every signal", place, "### Signals of a group",
      ],
      "modbus.groups.signals.block.signals.good_when": status,
      "modbus.restart": ["### Restarted devices"],
      "serial": ["## Every profile"],
      "serial.restart": ["### Restarted devices"],
      "serial.source": ["### Source"],
      "serial.identify": ["### Identification of an instrument"],
      "serial.serial": ["## Serial"],
      "serial.serial.checksum": ["### Check sum"],
      "serial.groups": ["### Groups of an instrument"],
      "serial.groups.good_when": status,
      "serial.groups.fields": ["## Every signal", "### Fields"],
      "serial.groups.fields.good_when": status,
    ]
  }()

  private static let mappings: [String: Set<KeyTables.Row>] = {
    let modbus = KeyTables(ProfileShape.modbus, root: "modbus").mappings
    let serial = KeyTables(ProfileShape.serial, root: "serial").mappings
    return modbus.merging(serial) { first, _ in first }
      // Both halves of the file have a mapping for the other half.
      .filter { !$0.key.hasPrefix("modbus.serial") && !$0.key.hasPrefix("serial.modbus") }
  }()

  @Test("The examples are profiles without findings, one for each way to a device")
  func examples() throws {
    let folder = try TemporaryFolder()
    let examples = try Document(Self.document).blocks(of: "yaml")
      .filter { $0.hasPrefix("profile:") }
    let files = try examples.map { text in
      try folder.write(text, to: text.prefix { $0 != "\n" }.dropFirst(9) + ".yaml")
    }
    for file in files { #expect(ProfileLoader.findings(file) == []) }
    #expect(examples.contains { $0.contains("\nmodbus:") })
    #expect(examples.contains { $0.contains("\nserial:") })
    #expect(examples.contains { $0.contains("\nextends:") })
  }

  @Test("The example that extends another is merged as the rules beside it say")
  func extending() throws {
    let folder = try TemporaryFolder()
    var paths: [String] = []
    for text in try Document(Self.document).blocks(of: "yaml") where text.hasPrefix("profile: dr") {
      paths.append(try folder.write(text, to: text.prefix { $0 != "\n" }.dropFirst(9) + ".yaml"))
    }
    let profile = try ProfileLoader.load(try #require(paths.last))
    guard case .modbus(let access) = profile.access else {
      Issue.record("the example does not speak Modbus")
      return
    }
    let air = try #require(access.groups.first)
    #expect(air.period == .seconds(2))
    #expect(
      air.signals.map(\.signal.name) == [
        "zone1.temperature", "zone2.temperature", "fan.speed", "zone3.temperature",
      ]
    )
    #expect(air.signals.map(\.location.address) == [0, 1, 10, 2])
    #expect(air.signals.map(\.decoding.order) == Array(repeating: .cdab, count: 4))
    #expect(air.signals[0].signal.range == -20...350)
    #expect(!access.groups[1].signals.contains { $0.signal.name == "heater.alarm" })
    #expect(profile.caveats.count == 1)
    #expect(profile.hash == .sha256(Array(try ProfileLoader.expanded(paths[1]).utf8)))
  }

  @Test("Every mapping of a profile has its tables")
  func presence() { #expect(Self.sections.keys.sorted() == Self.mappings.keys.sorted()) }

  @Test(
    "The tables have every key, with its default and whether it is required, and no other",
    arguments: sections.keys.sorted()
  )
  func keys(mapping: String) throws {
    let rows = try Document(Self.document).keys(below: Self.sections[mapping] ?? [])
    #expect(rows.sorted() == Self.mappings[mapping]?.sorted())
  }

  @Test("Every code of a finding is explained as the source has it, and no other")
  func codes() throws {
    let said = try Document(Self.document).rows(below: "## Findings").map { [$0[0], $0[1]] }
    var codes: [[String]] = []
    for file in try Repository.swiftFiles(in: "Sources") {
      let pattern = #/FindingCode\(\s*"(?<code>[a-z-]+)",\s*"(?<meaning>[^"]+)"/#
      for match in try Repository.text(of: file).matches(of: pattern) {
        codes.append([String(match.output.code), String(match.output.meaning)])
      }
    }
    #expect(said.sorted { $0[0] < $1[0] } == codes.sorted { $0[0] < $1[0] })
  }

  @Test(
    "The words that a key takes are all there",
    arguments: [
      ("## Every profile", "kind", DeviceKind.allCases.map(\.rawValue)),
      ("## Every signal", "role", Signal.Role.allCases.map(\.rawValue)),
      ("## Modbus", "address_base", AddressBase.allCases.map(\.rawValue)),
      ("## Modbus", "order", RegisterOrder.allCases.map(\.rawValue)),
      ("### Places", "table", ModbusTable.allCases.map(\.rawValue)),
      ("### Places", "order", RegisterOrder.allCases.map(\.rawValue)),
      ("### Check sum", "form", SerialChecksum.Form.allCases.map(\.rawValue)),
      ("### Check sum", "place", SerialChecksum.Place.allCases.map(\.rawValue)),
      ("### Check sum", "covers", SerialChecksum.Coverage.allCases.map(\.rawValue)),
      ("### Fields", "type", FieldTypeWord.allCases.map(\.rawValue)),
      ("### Fields", "order", RegisterOrder.allCases.map(\.rawValue)),
    ]
  )
  func choices(section: String, key: String, words: [String]) throws {
    let rows = try Document(Self.document).rows(below: section)
    let row = try #require(rows.first { $0[0] == key })
    for word in words { #expect(row[1].contains("`\(word)`"), "\(key): \(word)") }
  }
}
