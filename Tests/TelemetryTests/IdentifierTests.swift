import Foundation
import Telemetry
import Testing

@Suite("Identifiers")
struct IdentifierTests {
  @Test(
    "Names take letters, digits, dots, underscores and hyphens",
    arguments: ["a", "reflow-1", "9.b_C"]
  )
  func names(text: String) throws { #expect(try StationID(text).text == text) }

  @Test(
    "Names refuse everything else",
    arguments: ["", "-a", ".a", "a b", "a/b", "ä", "a\n", String(repeating: "a", count: 65)]
  )
  func badNames(text: String) { #expect(throws: IdentifierError.self) { try StationID(text) } }

  @Test("Labels take what plants print on labels", arguments: ["L-1", "Löt 7", "部品 4711", "a/b c"])
  func labels(text: String) throws { #expect(try LotID(text).text == text) }

  @Test(
    "Labels refuse control characters, spaces at the ends and more than 128 bytes",
    arguments: ["", " a", "a ", "a\nb", "a\u{0}", "\u{7F}a", String(repeating: "é", count: 65)]
  )
  func badLabels(text: String) { #expect(throws: IdentifierError.self) { try LotID(text) } }

  @Test("An error names the thing, the text and the rule")
  func error() {
    let error = #expect(throws: IdentifierError.self) { try StationID("a b") }
    #expect(error?.description.hasPrefix("station \"a b\" cannot be used: use letters") == true)
  }

  @Test("A text that cannot be an identifier does not decode as one")
  func decoding() throws {
    #expect(
      try JSONDecoder().decode([LotID].self, from: Data(#"["L-1"]"#.utf8)).map(\.text) == ["L-1"]
    )
    for text in [#"[" L"]"#, "[1]", #"[""]"#] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode([LotID].self, from: Data(text.utf8))
      }
    }
  }
}
