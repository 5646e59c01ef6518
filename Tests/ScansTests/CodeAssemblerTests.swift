import Testing

@testable import Scans

@Suite("What comes from a scanner")
struct CodeAssemblerTests {
  private static func items(
    of pieces: [String],
    end: CodeEnd,
    settling: Bool = false
  ) -> [CodeAssembler.Item] {
    var assembler = CodeAssembler(end: end)
    let items = pieces.flatMap { assembler.take(Array($0.utf8)) }
    return items + (settling ? assembler.settle() : [])
  }

  private static func code(_ text: String) -> CodeAssembler.Item { .code(Array(text.utf8)) }

  @Test(
    "Codes end where the scanner ends them, whatever pieces they come in",
    arguments: [
      (CodeEnd.cr, ["PCB-1\rPC", "B-2\r"]), (.cr, ["PCB-1\r\nPCB-2\r\n"]),
      (.lf, ["PCB-1\nPCB-2\n"]),
      (.crlf, ["PCB-1\r", "\nPCB-2\r\n"]), (.tab, ["PCB-1\tPCB-2", "\t"]),
    ]
  )
  func ends(end: CodeEnd, pieces: [String]) {
    #expect(Self.items(of: pieces, end: end) == [Self.code("PCB-1"), Self.code("PCB-2")])
  }

  @Test("Without an end, silence is one")
  func silence() {
    #expect(Self.items(of: ["PC", "B-1"], end: .silence) == [])
    #expect(Self.items(of: ["PC", "B-1"], end: .silence, settling: true) == [Self.code("PCB-1")])
  }

  @Test("A code that never ends is told as such, and the next one is read")
  func unended() {
    var assembler = CodeAssembler(end: .cr)
    #expect(assembler.take(Array("PCB-1".utf8)) == [])
    #expect(assembler.settle() == [.unended(Array("PCB-1".utf8))])
    #expect(assembler.take(Array("PCB-2\r".utf8)) == [Self.code("PCB-2")])
    #expect(assembler.settle() == [])
  }

  @Test("What is longer than any code is thrown away up to its end, and its head is told")
  func tooLong() {
    var assembler = CodeAssembler(end: .cr)
    let items = assembler.take(Array(repeating: 0x41, count: 5_000))
    #expect(items == [.tooLong(Array(repeating: 0x41, count: 64))])
    #expect(assembler.take(Array("AAA\rPCB-2\r".utf8)) == [Self.code("PCB-2")])
  }

  @Test("Separators and bytes that are no text pass as they are")
  func bytes() {
    var assembler = CodeAssembler(end: .cr)
    #expect(assembler.take([0x1D, 0xFF, 0x00, 0x0D]) == [.code([0x1D, 0xFF, 0x00])])
  }
}
