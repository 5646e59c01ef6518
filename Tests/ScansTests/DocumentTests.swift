import TestSupport
import Testing

@testable import Scans

/// What scans.md shows is what the module says.
@Suite("The document of barcodes")
struct DocumentTests {
  @Test("The refusal of an ambiguous code is the one that is shown")
  func refusal() throws {
    let shown = try Document("scans.md").blocks(of: "text")
    let error = try #require(try ScansTests.refusal(of: "10LOT21SN"))
    #expect(shown.contains("\(error)\n"))
  }

  @Test("The code that is shown has the elements that are shown")
  func code() throws {
    let document = try Document("scans.md")
    let command = try #require(document.blocks(of: "sh").first)
    let text = try #require(command.split(separator: "'").dropFirst().first)
    let shown = try #require(document.blocks(of: "text").first)
    let code = try read(String(text))
    for element in code.elements {
      #expect(shown.contains("(\(element.key))  \(element.title)"))
      #expect(shown.contains(element.value))
    }
  }
}
