import Testing

@testable import Hub

@Suite("JSON with places")
struct MarkedJSONTests {
  @Test("Values are read with the line and column where they begin")
  func places() throws {
    let json = try MarkedJSON(
      Array("{\n  \"ä\": [1.5e3, null],\n  \"b\": \"\\u00e4\\n\\ud83d\\ude00\"}".utf8)
    )
    guard case .object(let members) = json.content else {
      Issue.record("no object")
      return
    }
    #expect(members.map(\.name) == ["ä", "b"])
    #expect(members[0].value.mark == MarkedJSON.Mark(line: 2, column: 8))
    #expect(members[1].mark == MarkedJSON.Mark(line: 3, column: 3))
    #expect(members[1].value.content == .text("ä\n😀"))
    guard case .list(let list) = members[0].value.content else {
      Issue.record("no list")
      return
    }
    #expect(list.map(\.content) == [.number("1.5e3"), .null])
    #expect(list[1].mark == MarkedJSON.Mark(line: 2, column: 16))
  }

  @Test(
    "What is no JSON is refused where it stops to be",
    arguments: [
      ("", 1, 1), ("{\"a\":1", 1, 7), ("[1,]", 1, 4), ("{\"a\":1,\n\"a\":2}", 2, 1),
      ("[1] 2", 1, 5),
      ("{a:1}", 1, 2), ("[\"x\ny\"]", 1, 4), ("[tru]", 1, 2), ("[\"\\ud800\"]", 1, 9),
      (String(repeating: "[", count: 99), 1, 17), ("\"\\q\"", 1, 4),
    ]
  )
  func refused(text: String, line: Int, column: Int) {
    let error = #expect(throws: MarkedJSONError.self) { try MarkedJSON(Array(text.utf8)) }
    #expect(
      error?.mark == MarkedJSON.Mark(line: line, column: column),
      "\(String(describing: error))"
    )
  }

  @Test("Bytes that are not UTF-8 are refused")
  func notText() {
    #expect(throws: MarkedJSONError.self) { try MarkedJSON([0x22, 0xFF, 0x22]) }
  }
}
