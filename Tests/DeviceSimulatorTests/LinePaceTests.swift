import Telemetry
import TestSupport
import Testing

@testable import DeviceSimulator

@Suite("Pace of a line")
struct LinePaceTests {
  private static let reply = [UInt8](0..<25)

  @Test(
    "Bytes come when the line has carried them, and those of a millisecond together",
    arguments: [(9_600, 1), (19_200, 1), (115_200, 10)]
  )
  func pieces(baud: Int, length: Int) {
    let line = SerialLine(port: "", baud: baud)
    let pieces = LinePace.pieces(of: Self.reply, after: 8, on: line)
    #expect(pieces.flatMap(\.bytes) == Self.reply)
    #expect(pieces.dropLast().allSatisfy { $0.bytes.count == length })
    var count = 0
    for piece in pieces {
      count += piece.bytes.count
      #expect(piece.end == line.characterTime * (8 + count) + line.frameGap)
    }
    // The silence after the reply is the next request's to wait for.
    let planned = line.rtuTime(of: ExchangeLength(request: 8, reply: 25), turnaround: .zero)
    #expect(pieces.last?.end == planned - line.requestGap)
  }

  @Test("Without a speed a reply comes whole and at once")
  func unpaced() {
    let pieces = LinePace.pieces(of: Self.reply, after: 8, on: nil)
    #expect(pieces == [LinePace.Piece(bytes: Self.reply, end: .zero)])
  }
}
