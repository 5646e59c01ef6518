import Foundation
import TestSupport
import Testing

@testable import MarkedYAML
@testable import Profiles
@testable import Settings

/// Every rule of the checker is broken by some golden file, so that its place and words are held.
@Suite("Coverage of the rules")
struct CoverageTests {
  private static let recorded: String = {
    let folders = ["Tests/ProfilesTests/Golden", "Tests/SettingsTests/Golden"]
    return folders.flatMap { folder -> [String] in
      let path = Repository.root.appending(path: folder).path
      let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
      return names.filter { $0.hasSuffix(".findings") }.sorted()
        .compactMap { try? Repository.text(of: "\(folder)/\($0)") }
    }
    .joined()
  }()

  @Test("Every code is found in a golden file, but for those of files that nobody would keep")
  func codes() throws {
    let codes = try ["MarkedYAML", "Profiles", "Settings"].reduce(into: Set<String>()) {
      $0.formUnion(
        try Repository.words(in: "Sources/\($1)", matching: #"FindingCode\(\s*"([a-z-]+)""#)
      )
    }
    let unread = Set(
      // What is doubtful in a certificate depends on the day, and on modes that git does not keep.
      [FindingCode.fileUnreadable, .fileTooLarge, .tooManyFindings, .certificateDoubtful]
        .map(\.name)
    )
    #expect(unread.isSubset(of: codes))
    for code in codes.subtracting(unread).sorted() {
      #expect(Self.recorded.contains(" \(code): "), "\(code)")
    }
  }

  @Test("A file that is not there, is a folder or is too large has its code")
  func unreadable() throws {
    let folder = try TemporaryFolder()
    let large = try folder.write(
      "# " + String(repeating: "x", count: SourceText.maximumBytes),
      to: "large.yaml"
    )
    #expect(ProfileLoader.findings(folder.path("none.yaml")).map(\.code) == [.fileUnreadable])
    #expect(ProfileLoader.findings(folder.url.path).map(\.code) == [.fileUnreadable])
    #expect(ProfileLoader.findings(large).map(\.code) == [.fileTooLarge])
  }

  @Test("After 500 findings a file is not worth going on with")
  func limit() throws {
    let folder = try TemporaryFolder()
    let text = "profile: many\ncaveats:\n" + String(repeating: "  - 12:30\n", count: 600)
    let findings = ProfileLoader.findings(try folder.write(text, to: "many.yaml"))
    #expect(findings.count == FindingLog.maximumFindings + 1)
    #expect(findings.last?.code == .tooManyFindings)
    #expect(findings.last?.line == 502)
  }

  static let roots = [
    ProfileShape.modbus, ProfileShape.serial, AgentShape.shape, HubShape.shape,
  ]

  /// What a finding says when a rule is broken: of each list, one text at least.
  private static func words(of rule: Shape.Rule) -> [[String]] {
    switch rule {
    case .exactlyOne(_, let missing, let several): [[missing], [several]]
    case .atMostOne(_, let finding): [[finding]]
    case .together(_, let others): [others.map { "\"\($0)\" is missing in this " }]
    case .needs(let keys, _, _): [keys.map { "\"\($0)\" is missing in this " }]
    case .only(let keys, _, _, _, let finding): [keys.map { "\"\($0)\" \(finding)" }]
    }
  }

  @Test("Every rule among keys is broken in a golden file")
  func rules() {
    let rules = Self.roots.flatMap { Self.shapes(in: $0).flatMap(\.rules) }
    #expect(rules.count > 20)
    for alternatives in rules.flatMap(Self.words) {
      #expect(alternatives.contains { Self.recorded.contains($0) }, "\(alternatives)")
    }
  }

  /// A shape and all shapes in it.
  private static func shapes(in shape: Shape) -> [Shape] {
    [shape]
      + shape.fields.flatMap { field -> [Shape] in
        switch field.form {
        case .value, .values, .names: []
        case .mapping(let shape), .valueOrMapping(_, let shape): shapes(in: shape)
        case .mappings(let shape, let block, _): shapes(in: shape) + (block.map(shapes) ?? [])
        }
      }
  }

  /// Checks beyond the tables, by words of their findings.
  @Test(
    "Every check beyond the tables is in a golden file",
    arguments: [
      // RangeCheck, SignalReader
      "no value can lie in \"range\"", "\"range\" goes beyond what the registers can hold",
      "write the lower number first",
      // RegisterOverlap
      "and not in all of them", "and reads the same", "and reads them otherwise",
      // QuantityCheck
      "does not measure temperature",
      // GoodWhenReader
      "there is no signal \"s\" in this group", "a signal does not vouch for itself",
      "is measured, not a status", "is a code; write \"equals\" as whole numbers",
      "has bits that \"mask\" leaves out", "is a text, which has no bits", "never says so",
      // PlaceReader, AddressNotation
      "lies in the table holding, not input", "\"table\" is missing in this signal",
      "\"type\" is missing in this signal", "looks like a modicon number",
      "the signal ends at address 65536", "a coil or discrete input is one bit, not int16",
      "\"bits\" begins at 3 and ends at 0", "the first address is 1 with address_base: 1",
      "an address has 5 or 6 digits",
      // ModbusSignalReader, ModbusAccessReader
      "the signal has 4 registers and max_registers is 2", "does not fit into",
      "code 1 is named \"a\" and \"b\"", "\"equals\" is a text and the register a number",
      "\"phase\" is not less than \"period\"",
      // FrameRulesReader
      "would leave nothing out", "would find every frame frozen",
      "\"restart\": there is no signal \"runtime\"", "is not a number, which alone can fall",
      // ProfileReader, NameCheck
      "and its file", "cannot be the name of a signal", "is there a second time",
      // Serial
      "the pattern has no group named", "\"example\" gives no good value for x",
      "nothing comes after the end of such a frame", "\"length\" counts the check sum",
      "listens all the time", "is longer than \"period\"", "can be those of the end mark",
      "that sends by itself is not asked",
      "single quotes keep the backslash", "has no quotes; write",
      // ProfileExpansion, BlockExpansion
      "a profile does not extend itself", "is not the name of a profile", "cannot be extended",
      "extends another profile itself", "the extended profile has no signal or group",
      "the lower one first", "needs <zone> in its name", "leads below address 0",
      "leads to bit 16", "make more than 10000 signals",
      // Settings
      "there is no bus \"ovens\"", "there is no station \"reflow1\"", "which has no units",
      "\"unit\" is missing in this device", "on a serial line write a whole number from 1 to 247",
      "\"stations\" is an empty list", "one instrument has a line alone", "has no port",
      "does not exist", "put an IPv6 address in brackets", "does not hold a name or password",
      "names no host or port", "which other machines can reach",
      "a signal is permitted once", "only Modbus devices can be written",
    ]
  )
  func checks(words: String) { #expect(Self.recorded.contains(words)) }
}
