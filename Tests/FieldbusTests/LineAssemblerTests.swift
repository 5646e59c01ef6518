import Telemetry
import Testing

@testable import Fieldbus

@Suite("Line assembler")
struct LineAssemblerTests {
  @Test("Lines come out whole, without terminator, with the times of their first and last byte")
  func lines() {
    var lines = assembler()
    lines.take(Array("12".utf8), at: stamp(1))
    #expect(lines.next() == nil)
    lines.take(Array(".5\r".utf8), at: stamp(2))
    #expect(lines.next() == nil)
    lines.take(Array("\n\r\nabc\r\nd".utf8), at: stamp(3))
    #expect(
      items(&lines) == [
        LineAssembler.Item(content: .line(Array("12.5".utf8)), began: stamp(1), ended: stamp(3)),
        LineAssembler.Item(content: .line([]), began: stamp(3), ended: stamp(3)),
        LineAssembler.Item(content: .line(Array("abc".utf8)), began: stamp(3), ended: stamp(3)),
      ]
    )
    #expect(lines.partialCount == 1)
  }

  @Test("The rest of a line whose beginning nobody saw is no line")
  func partial() {
    var lines = assembler(startsInLine: true)
    lines.take(Array("34.5\r\n12.5\r\n".utf8), at: stamp(1))
    #expect(items(&lines).map(\.content) == [.line(Array("12.5".utf8))])
    var after = assembler(startsInLine: true)
    after.take([UInt8(ascii: "3")], at: stamp(1))
    after.beginLine()
    after.take(Array("4\r\n".utf8), at: stamp(1))
    #expect(items(&after).map(\.content) == [.line(Array("4".utf8))])
  }

  @Test("A line of the longest length is accepted, a longer one is given up once")
  func tooLong() {
    var lines = assembler()
    lines.take(Array("0123456789\r\n".utf8), at: stamp(1))
    lines.take(Array("0123456789A\r\nB\r\n".utf8), at: stamp(1))
    lines.take(
      Array(repeating: UInt8(ascii: "x"), count: 5_000) + [13, 10, 67, 13, 10],
      at: stamp(1)
    )
    #expect(
      items(&lines).map(\.content) == [
        .line(Array("0123456789".utf8)), .tooLong, .line([66]), .tooLong, .line([67]),
      ]
    )
  }

  @Test("Lines beyond the bound push out the oldest, and are counted")
  func dropped() {
    var lines = assembler()
    for number in 0..<(LineAssembler.maximumLines + 3) {
      lines.take(Array("\(number)\r\n".utf8), at: stamp(number))
    }
    let all = items(&lines)
    #expect(all.count == LineAssembler.maximumLines + 1)
    #expect(all[0].content == .dropped(3))
    #expect(all[1].content == .line(Array("3".utf8)))
  }

  private func assembler(startsInLine: Bool = false) -> LineAssembler {
    LineAssembler(terminator: [13, 10], maximumLength: 10, startsInLine: startsInLine)
  }

  private func items(_ lines: inout LineAssembler) -> [LineAssembler.Item] {
    var items: [LineAssembler.Item] = []
    while let item = lines.next() { items.append(item) }
    return items
  }

  private func stamp(_ second: Int) -> LineAssembler.Stamp {
    LineAssembler.Stamp(
      wall: Instant(microseconds: Int64(second) * 1_000_000),
      uptime: .seconds(second)
    )
  }
}
