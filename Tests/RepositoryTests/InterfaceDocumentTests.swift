import TestSupport
import Testing

/// What api.md says of problems is what the programs answer.
@Suite("The document of the interfaces")
struct InterfaceDocumentTests {
  @Test("Every type of problem that the agent answers is explained, and no other")
  func agent() throws {
    let pattern = #"type: "([a-z-]+)",\s+title:"#
    let types = try Repository.words(in: "Sources/StationWeb", matching: pattern)
      .union(Repository.words(in: "Sources/Agent", matching: pattern))
    let said = try Document("api.md").rows(below: "## Problem types").map { $0[0] }
    #expect(said.sorted() == types.sorted())
  }

  @Test("Every type of problem that the hub answers is explained")
  func hub() throws {
    let types = try Repository.words(in: "Sources/Hub", matching: #"HubProblem\(\s*"([a-z-]+)""#)
      .union(Repository.words(in: "Sources/Hub", matching: #"case \.\w+: \("([a-z-]+)""#))
    #expect(types.count > 10, "the sources are read")
    let text = try Repository.text(of: "Documentation/api.md")
    for type in types { #expect(text.contains("`\(type)`"), "\(type)") }
  }

  @Test("Every limit of a batch is named")
  func limits() throws {
    let intake = try Repository.text(of: "Sources/Hub/Intake.swift")
    let text = try Repository.text(of: "Documentation/api.md")
    for (source, said) in [
      ("compressedBytes = 16 << 20", "16 MiB as sent"), ("expandedBytes = 64 << 20", "64 MiB"),
      ("records = 20_000", "20,000 records"), ("recordBytes = 4 << 20", "4 MiB in one record"),
    ] {
      #expect(intake.contains(source) && text.contains(said), "\(source)")
    }
  }
}
