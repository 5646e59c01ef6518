import MarkedYAML
import Scans
import Telemetry
import TestSupport
import Testing

@testable import Settings

@Suite("Codes and scanners in the configuration")
struct ScansTests {
  private static func settings(_ more: String) throws -> AgentSettings {
    let folder = try TemporaryFolder()
    let text = """
      agent: edge-1
      site: Plant 7
      stations: [{id: reflow-1}]
      profiles: .
      journal: {path: journal.sqlite}

      """
    return try AgentSettings.load(try folder.write(text + more, to: "agent.yaml"))
  }

  @Test("Without a word, the standards are known and the usual stand-ins taken")
  func fallback() throws {
    let settings = try Self.settings("")
    #expect(settings.scans == CodeRules())
    #expect(settings.scanners == [] && settings.separatorKeys == [])
  }

  @Test("The document's examples are taken, and say what the document says of them")
  func document() throws {
    let examples = try Document("configuration.md").blocks(of: "yaml")
    let scans = try #require(examples.first { $0.hasPrefix("scans:") })
    let scanners = try #require(examples.first { $0.hasPrefix("scanners:") })
    let settings = try Self.settings(scans + scanners)
    let reader = try CodeReader(settings.scans, year: 2_026)
    let lot = try reader.read("PCB-2411".utf8)
    #expect(lot.facts.kind == .lot && lot.facts.lot == "PCB-2411" && lot.facts.part == "4711-C")
    #expect(try reader.read("BADGE-mara".utf8).facts.operatorName == "mara")
    let device = try reader.read("]d2010950600013435210D-7\u{1D}".utf8)
    #expect(device.facts.kind == .lot && device.facts.part == "9000-A")
    #expect(settings.scanners.map(\.end) == [.cr])
    #expect(settings.scanners.first?.line.baud == 9_600)
  }

  @Test("A scanner reads for a lane that its station has, and for no other")
  func lanes() throws {
    func load(_ lanes: String, _ lane: String) throws -> AgentSettings {
      let folder = try TemporaryFolder()
      let text = """
        agent: edge-1
        site: Plant 7
        stations: [{id: reflow-1\(lanes)}]
        profiles: .
        journal: {path: journal.sqlite}
        scanners: [{id: hand-1, port: /dev/ttyACM0, station: reflow-1, lane: \(lane)}]
        """
      return try AgentSettings.load(try folder.write(text, to: "agent.yaml"))
    }
    let lanes = ", lanes: [front, rear]"
    #expect(try load(lanes, "rear").scanners.first?.lane?.text == "rear")
    for (lanes, lane, words) in [
      (lanes, "reer", "has no lane \"reer\""), ("", "rear", "reflow-1 has no lanes"),
    ] {
      let error = #expect(throws: SettingsError.self) { try load(lanes, lane) }
      let messages = error?.findings.map(\.message) ?? []
      #expect(messages.contains { $0.contains(words) }, "\(messages)")
    }
  }

  @Test("Every end, kind and command is named in the document")
  func words() throws {
    let document = try Document("configuration.md")
    func said(_ key: String, _ heading: String) throws -> String {
      try #require(document.rows(below: heading).first { $0[0] == key })[1]
    }
    func listed(_ words: [String]) -> String { words.map { "`\($0)`" }.joined(separator: ", ") }
    #expect(try said("end", "### Scanners") == listed(CodeEnd.allCases.map(\.rawValue)))
    #expect(try said("kind", "#### Codes") == listed(CodeKind.allCases.map(\.rawValue)))
    #expect(try said("command", "#### Codes") == listed(CodeCommand.allCases.map(\.rawValue)))
  }
}
