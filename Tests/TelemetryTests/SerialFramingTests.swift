import Telemetry
import TestSupport
import Testing

@Suite("Serial framing")
struct SerialFramingTests {
  private static let digits = Array("123456789".utf8)

  /// The check values that catalogues of check sums give for these digits.
  @Test(
    "Every check sum has its known value",
    arguments: [
      (.xor8, 0x31), (.sum8, 0xDD), (.lrc8, 0x23), (.sum16, 0x01DD), (.crc16Modbus, 0x4B37),
      (.crc16Xmodem, 0x31C3), (.crc16CCITT, 0x29B1),
    ] as [(SerialChecksum.Kind, UInt16)]
  )
  func vectors(kind: SerialChecksum.Kind, value: UInt16) {
    let isWide = ![.xor8, .sum8, .lrc8].contains(kind)
    let high = UInt8(value >> 8)
    let low = UInt8(truncatingIfNeeded: value)
    let hex = String(value, radix: 16, uppercase: true)
    let padded = String(repeating: "0", count: (isWide ? 4 : 2) - hex.count) + hex
    for (form, sum) in [
      (.binary, isWide ? [high, low] : [low]), (.binaryLowFirst, isWide ? [low, high] : [low]),
      (.hex, Array(padded.utf8)),
    ] as [(SerialChecksum.Form, [UInt8])] {
      let framing = line(kind, form, .beforeEnd, .content)
      #expect(framing.frame(Self.digits) == Self.digits + sum + [13])
    }
  }

  @Test("A check sum stands before or after the end, and covers what it is said to cover")
  func places() {
    let shape = SerialFraming.Shape.enclosed(start: [2], end: [3])
    func frame(_ place: SerialChecksum.Place, _ coverage: SerialChecksum.Coverage) -> [UInt8] {
      SerialFraming(
        shape: shape,
        checksum: SerialChecksum(kind: .sum8, form: .binary, place: place, coverage: coverage)
      )
      .frame([65])
    }
    #expect(frame(.beforeEnd, .content) == [2, 65, 65, 3])
    #expect(frame(.beforeEnd, .contentAndEnd) == [2, 65, 68, 3])
    #expect(frame(.beforeEnd, .frame) == [2, 65, 67, 3])
    #expect(frame(.afterEnd, .content) == [2, 65, 3, 65])
    #expect(frame(.afterEnd, .contentAndEnd) == [2, 65, 3, 68])
    #expect(frame(.afterEnd, .frame) == [2, 65, 3, 70])
  }

  @Test("A content that was framed reads back, and one changed byte is found")
  func roundTrip() {
    var generator = SeededGenerator(seed: 5)
    for kind in SerialChecksum.Kind.allCases {
      for form in SerialChecksum.Form.allCases {
        for place in SerialChecksum.Place.allCases {
          let framing = line(kind, form, place, .content)
          let content = (0..<12).map { _ in UInt8.random(in: 0...255, using: &generator) }
          var frame = framing.frame(content)
          #expect(framing.content(of: frame) == content)
          frame[Int.random(in: 0..<12, using: &generator)] ^= 0x10
          #expect(framing.content(of: frame) == nil)
        }
      }
    }
  }

  @Test("Hexadecimal digits are taken in both cases")
  func hexadecimal() {
    let framing = line(.xor8, .hex, .beforeEnd, .content)
    #expect(framing.content(of: Array("z7A\r".utf8)) == Array("z".utf8))
    #expect(framing.content(of: Array("z7a\r".utf8)) == Array("z".utf8))
    #expect(framing.content(of: Array("z7b\r".utf8)) == nil)
  }

  @Test("A frame that is too short for its check sum has no content")
  func short() {
    let framing = line(.crc16Modbus, .binary, .beforeEnd, .content)
    #expect(framing.content(of: [13]) == nil)
    #expect(framing.content(of: [1, 13]) == nil)
    #expect(framing.checksums(in: [1, 13]) == nil)
  }

  @Test("A wrong check sum tells the right one, and what it would be right as")
  func fitting() throws {
    let sent = line(.sum8, .hex, .beforeEnd, .contentAndEnd).frame(Self.digits)
    let expected = line(.xor8, .hex, .beforeEnd, .content)
    let sums = try #require(expected.checksums(in: sent))
    #expect(sums.stated == Array("EA".utf8))
    #expect(sums.right == Array("31".utf8))
    #expect(
      expected.checksums(fitting: sent).map { [$0.kind.rawValue, $0.coverage.rawValue] }
        == [["sum8", "content_and_end"]]
    )
  }

  private func line(
    _ kind: SerialChecksum.Kind,
    _ form: SerialChecksum.Form,
    _ place: SerialChecksum.Place,
    _ coverage: SerialChecksum.Coverage
  ) -> SerialFraming {
    SerialFraming(
      shape: .line(terminator: [13]),
      checksum: SerialChecksum(kind: kind, form: form, place: place, coverage: coverage)
    )
  }
}
