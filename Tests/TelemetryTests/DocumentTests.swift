import Telemetry
import TestSupport
import Testing

/// What the documents say of qualities and records is what the program writes.
@Suite("Documents of qualities and records")
struct DocumentTests {
  @Test("quality.md has every cause's code with exactly its sentence, and no other")
  func qualities() throws {
    // The cases of `Cause.code`; exceptions have a number.
    let codes = try Repository.words(in: "Sources/Telemetry", matching: #"case \.\w+: "([a-z_]+)""#)
    var causes = codes.compactMap { Cause(code: $0) }
    #expect(causes.count > 10, "the sources are read")
    causes += [1, 2, 3, 4, 5, 6, 10, 11].map { Cause.exception($0) }
    let said = try Document("quality.md").rows().map { Row(code: $0[0], sentence: $0[1]) }
    #expect(Set(said) == Set(causes.map { Row(code: $0.code, sentence: $0.sentence) }))
    #expect(said.count == causes.count)
  }

  private struct Row: Hashable {
    let code: String
    let sentence: String
  }

  @Test("records.md has every type of record, and no other")
  func types() throws {
    let file = try Repository.text(of: "Sources/Telemetry/Record.swift")
    let types = file.matches(of: #/case \.\w+: "(\w+)"/#).map { String($0.output.1) }
    #expect(types.count > 10, "the sources are read")
    let said = try Document("records.md").rows(below: "## Types").map { $0[0] }
    #expect(said.sorted() == types.sorted())
  }

  @Test(
    "records.md names what documents, events and gaps can be",
    arguments: [
      ("document", DocumentRevision.Kind.allCases.map(\.rawValue)),
      ("event", Event.Kind.allCases.map(\.rawValue)),
      ("gap", Gap.Reason.allCases.map(\.rawValue)),
    ]
  )
  func words(type: String, words: [String]) throws {
    let rows = try Document("records.md").rows(below: "## Types")
    let row = try #require(rows.first { $0[0] == type })
    for word in words { #expect(row[1].contains("`\(word)`"), "\(type): \(word)") }
  }
}
