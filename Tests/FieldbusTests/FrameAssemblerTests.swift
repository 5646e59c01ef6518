import Telemetry
import Testing

@testable import Fieldbus

@Suite("Frame assembler")
struct FrameAssemblerTests {
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
        FrameAssembler.Item(content: .frame(Array("12.5".utf8)), began: stamp(1), ended: stamp(3)),
        FrameAssembler.Item(content: .frame([]), began: stamp(3), ended: stamp(3)),
        FrameAssembler.Item(content: .frame(Array("abc".utf8)), began: stamp(3), ended: stamp(3)),
      ]
    )
    #expect(lines.partialCount == 1)
  }

  @Test("The rest of a line whose beginning nobody saw is no line")
  func partial() {
    var lines = assembler(startsInFrame: true)
    lines.take(Array("34.5\r\n12.5\r\n".utf8), at: stamp(1))
    #expect(items(&lines).map(\.content) == [.frame(Array("12.5".utf8))])
    var after = assembler(startsInFrame: true)
    after.take([UInt8(ascii: "3")], at: stamp(1))
    after.beginFrame()
    after.take(Array("4\r\n".utf8), at: stamp(1))
    #expect(items(&after).map(\.content) == [.frame(Array("4".utf8))])
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
        .frame(Array("0123456789".utf8)), .tooLong, .frame([66]), .tooLong, .frame([67]),
      ]
    )
  }

  @Test("Lines beyond the bound push out the oldest, and are counted")
  func dropped() {
    var lines = assembler()
    for number in 0..<(FrameAssembler.maximumFrames + 3) {
      lines.take(Array("\(number)\r\n".utf8), at: stamp(number))
    }
    let all = items(&lines)
    #expect(all.count == FrameAssembler.maximumFrames + 1)
    #expect(all[0].content == .dropped(3))
    #expect(all[1].content == .frame(Array("3".utf8)))
  }

  @Test("An enclosed frame begins at its start mark, and the last of several counts")
  func enclosed() {
    var frames = enclosed(nil)
    frames.take(Array("xx<a>y>z<bb<c><>".utf8), at: stamp(1))
    #expect(contents(&frames) == ["a", "c", ""])
    #expect(frames.ignoredCount == 5)
    #expect(frames.partialCount == 0)
  }

  @Test("A frame that is cut off is given up for the next one, whose check sum is right")
  func cutOff() {
    // The sum of "ab" is C3.
    var frames = enclosed(Self.sum(.hex, .beforeEnd))
    frames.take(Array("<aa<abC3>".utf8), at: stamp(1))
    #expect(contents(&frames) == ["ab"])
    frames.take(Array("<aaC3><abc3>".utf8), at: stamp(2))
    let all = items(&frames)
    #expect(
      all.map(\.content) == [.damaged(Array("<aaC3>".utf8)), .frame(Array("ab".utf8))]
    )
    #expect(all[1].began == stamp(2))
  }

  @Test("A start mark within a frame is a byte of its check sum when that is right")
  func startInSum() {
    // '<' is 3C: the sum of 1E and 1E.
    var frames = enclosed(Self.sum(.binary, .beforeEnd))
    frames.take([0x3C, 0x1E, 0x1E, 0x3C, 0x3E], at: stamp(1))
    #expect(items(&frames).map(\.content) == [.frame([0x1E, 0x1E])])
    var after = enclosed(Self.sum(.binary, .afterEnd))
    after.take([0x3C, 0x1E, 0x1E, 0x3E, 0x3C, 0x3C, 0x41, 0x3E, 0x41], at: stamp(1))
    #expect(items(&after).map(\.content) == [.frame([0x1E, 0x1E]), .frame([0x41])])
  }

  @Test("An end mark in a check sum before the end does not end the frame")
  func endInSum() {
    // '>' is 3E: the sum of 1E and 20.
    var frames = enclosed(Self.sum(.binary, .beforeEnd))
    frames.take([0x3C, 0x1E, 0x20, 0x3E], at: stamp(1))
    #expect(frames.isDoubtful && frames.next() == nil)
    frames.take([0x3E], at: stamp(2))
    #expect(items(&frames).map(\.content) == [.frame([0x1E, 0x20])])
    frames.take([0x3C, 0x1E, 0x20, 0x3E], at: stamp(3))
    frames.settle()
    #expect(items(&frames).map(\.content) == [.damaged([0x3C, 0x1E, 0x20, 0x3E])])
  }

  @Test("A frame of fixed length begins after silence, and again after silence when it was damaged")
  func fixed() {
    var frames = FrameAssembler(
      framing: SerialFraming(
        shape: .fixed(length: 3),
        checksum: Self.sum(.binary, .beforeEnd)
      ),
      maximumLength: 10,
      startsInFrame: true
    )
    frames.take([9, 9], at: stamp(1))
    frames.beginFrame()
    frames.take([1, 2, 3, 4, 5, 9, 1], at: stamp(1))
    #expect(items(&frames).map(\.content) == [.frame([1, 2]), .frame([4, 5])])
    #expect(frames.partialCount == 1)
    frames.beginFrame()
    frames.take([1, 2, 4, 1, 2, 3], at: stamp(2))
    frames.beginFrame()
    frames.take([1, 2, 3], at: stamp(3))
    #expect(items(&frames).map(\.content) == [.damaged([1, 2, 4]), .frame([1, 2])])
    #expect(frames.ignoredCount == 6)
  }

  @Test("Where both marks are the same, two in a row are an end and a start")
  func sameMarks() {
    var frames = FrameAssembler(
      framing: SerialFraming(shape: .enclosed(start: [0x7E], end: [0x7E])),
      maximumLength: 10,
      startsInFrame: true
    )
    frames.take(Array("x~~a~~b~".utf8), at: stamp(1))
    #expect(contents(&frames) == ["a", "b"])
  }

  @Test("Too long a frame is given up once, and the next one is found")
  func enclosedTooLong() {
    var frames = enclosed(nil)
    frames.take(Array(String(repeating: "<", count: 100).utf8), at: stamp(1))
    frames.take(Array("<0123456789><a>".utf8), at: stamp(1))
    #expect(
      items(&frames).map(\.content)
        == [.tooLong, .frame(Array("0123456789".utf8)), .frame(Array("a".utf8))]
    )
  }

  private static func sum(
    _ form: SerialChecksum.Form,
    _ place: SerialChecksum.Place
  ) -> SerialChecksum {
    SerialChecksum(kind: .sum8, form: form, place: place, coverage: .content)
  }

  private func enclosed(_ checksum: SerialChecksum?) -> FrameAssembler {
    FrameAssembler(
      framing: SerialFraming(shape: .enclosed(start: [0x3C], end: [0x3E]), checksum: checksum),
      maximumLength: 10,
      startsInFrame: true
    )
  }

  private func contents(_ frames: inout FrameAssembler) -> [String?] {
    items(&frames).map { item in
      guard case .frame(let content) = item.content else { return nil }
      return String(decoding: content, as: UTF8.self)
    }
  }

  private func assembler(startsInFrame: Bool = false) -> FrameAssembler {
    FrameAssembler(
      framing: SerialFraming(shape: .line(terminator: [13, 10])),
      maximumLength: 10,
      startsInFrame: startsInFrame
    )
  }

  private func items(_ lines: inout FrameAssembler) -> [FrameAssembler.Item] {
    var items: [FrameAssembler.Item] = []
    while let item = lines.next() { items.append(item) }
    return items
  }

  private func stamp(_ second: Int) -> FrameAssembler.Stamp {
    FrameAssembler.Stamp(
      wall: Instant(microseconds: Int64(second) * 1_000_000),
      uptime: .seconds(second)
    )
  }
}
