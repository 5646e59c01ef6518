import MarkedYAML
import Profiles
import TestSupport
import Testing

/// What profiles.md says is what the loader takes.
@Suite("The document of profiles")
struct DocumentTests {
  @Test("The examples are profiles without findings, one for each way to a device")
  func examples() throws {
    let examples = try Document("profiles.md").blocks(of: "yaml")
      .filter { $0.hasPrefix("profile:") }
    for example in examples {
      let name = example.prefix { $0 != "\n" }.dropFirst("profile: ".count)
      _ = try ProfileLoader.load(bytes: Array(example.utf8), file: "\(name).yaml")
    }
    #expect(examples.contains { $0.contains("\nmodbus:") })
    #expect(examples.contains { $0.contains("\nserial:") })
  }

  @Test("Every code of a finding is explained, and no other")
  func codes() throws {
    let pattern = #"FindingCode\(\s*"([a-z-]+)""#
    let codes = try Repository.words(in: "Sources", matching: pattern)
    let said = try Document("profiles.md").rows(below: "## Findings").map { $0[0] }
    #expect(said.sorted() == codes.sorted())
  }

  @Test(
    "The words that a key takes are all there",
    arguments: [
      ("## Every profile", "kind", DeviceKind.allCases.map(\.rawValue)),
      ("## Modbus", "order", RegisterOrder.allCases.map(\.rawValue)),
      ("## Modbus", "role", Signal.Role.allCases.map(\.rawValue)),
      ("## Serial", "type", ["number", "text"]),
    ]
  )
  func choices(section: String, key: String, words: [String]) throws {
    let rows = try Document("profiles.md").rows(below: section)
    let row = try #require(rows.first { $0[0] == key })
    for word in words { #expect(row[1].contains("`\(word)`"), "\(key): \(word)") }
  }
}
