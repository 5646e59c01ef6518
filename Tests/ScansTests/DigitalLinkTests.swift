import Testing

@testable import Scans

@Suite("GS1 Digital Link")
struct DigitalLinkTests {
  @Test(
    "Key, qualifiers and attributes are read from any domain and path",
    arguments: [
      "https://id.gs1.org/01/09506000134352/10/LOT-42/21/SN1?17=261130",
      "http://example.com/some/path/01/09506000134352/10/LOT-42/21/SN1?17=261130&linkType=all#top",
      "HTTPS://example.com:8443/01/9506000134352/10/LOT%2D42/21/SN1/?utm=x;17=261130",
      "]Q1https://example.com/01/09506000134352/10/LOT-42/21/SN1?17=261130",
    ]
  )
  func read(text: String) throws {
    let code = try ScansTests.read(text)
    #expect(code.standard == .digitalLink)
    #expect(code.pairs == ["01 09506000134352", "10 LOT-42", "21 SN1", "17 261130"])
    #expect(code.udi?.productionIdentifiers.count == 3)
  }

  @Test("Encoded marks are decoded, after the path is taken apart")
  func encoding() throws {
    let code = try ScansTests.read("https://example.com/01/09506000134352/10/A%2FB%3F%25?17=261130")
    #expect(code.facts.lot == "A/B?%")
  }

  @Test("A lot cannot swallow another element: the path has its separators")
  func separated() throws {
    #expect(try ScansTests.read("https://x.io/01/09506000134352/10/LOT21SN").facts.lot == "LOT21SN")
  }

  @Test(
    "What is no link, or a wrong one, is refused",
    arguments: [
      ("https://example.com/shop/item/42", CodeError.Kind.unknown),
      ("https://example.com/01/09506000134353", .check),
      ("https://example.com/01/09506000134352/21/SN/10/LOT", .unknown),
      ("https://example.com/01/09506000134352/10/LOT%2", .malformed),
      ("https://example.com/01/09506000134352/10/LOT%00", .malformed),
      ("https://example.com/01/09506000134352?17=261332", .malformed),
      ("https://", .unknown),
    ]
  )
  func refused(text: String, kind: CodeError.Kind) throws {
    #expect(try refusal(of: text)?.kind == kind, "\(text)")
  }

  @Test("What GS1 does not have in the query is told and left out")
  func ignored() throws {
    let code = try ScansTests.read("https://example.com/01/09506000134352?21=SN&99=x&abc=1")
    #expect(code.pairs == ["01 09506000134352", "99 x"])
    #expect(code.notes.map(\.code) == [.ignored])
  }
}
