import Telemetry
import TestSupport
import Testing

@testable import Commissioning

@Suite("Scan hearing")
struct ScanHearingTests {
  private let line = SerialLine(port: "/dev/ttyUSB0", baud: 9_600, parity: .none)

  private func hear(_ bytes: [UInt8]) -> ScanHearing.Content {
    ScanHearing(bytes, on: line).content
  }

  @Test("Requests and replies of others are told apart, with their units")
  func traffic() throws {
    // A request for four registers of unit 17, its reply, and a request that nobody answers.
    let bytes =
      CRC16.frame([17, 4, 0, 100, 0, 4]) + CRC16.frame([17, 4, 8, 0, 1, 0, 2, 0, 3, 255, 255])
      + CRC16.frame([18, 3, 0, 0, 0, 1])
    guard case .modbus(let traffic) = hear(bytes) else {
      Issue.record("no traffic was heard")
      return
    }
    #expect(traffic.requests == 2)
    #expect(traffic.replies == 1)
    #expect(traffic.asked == [17, 18])
    #expect(traffic.answering == [17])
  }

  @Test("Frames are found although the listener came in the middle of one")
  func cut() {
    let bytes = CRC16.frame([17, 4, 0, 100, 0, 4]) + CRC16.frame([17, 0x84, 2])
    guard case .modbus(let traffic) = hear([0x42, 0x99] + bytes + [0x11]) else {
      Issue.record("no traffic was heard")
      return
    }
    #expect(traffic.replies == 1)
  }

  @Test("One frame alone is traffic; one among other bytes may be chance")
  func lonely() {
    let frame = CRC16.frame([17, 0x84, 2])
    #expect(hear(frame + [0x11]) == .noise(6))
    guard case .modbus = hear(frame) else {
      Issue.record("no traffic was heard")
      return
    }
  }

  @Test("Random bytes are noise, not traffic and not text")
  func noise() {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<200 {
      let bytes = (0..<500).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(hear(bytes) == .noise(500))
    }
  }

  @Test(
    "Lines of text are read with the terminator that they have",
    arguments: [("\r\n", "\\r\\n"), ("\r", "\\r"), ("\n", "\\n"), ("\u{3}", "\\x03")]
  )
  func text(terminator: String, shown: String) throws {
    let bytes = Array("78 Nm\(terminator)-18.78 Nm\(terminator)-18.80 Nm\(terminator)-1".utf8)
    guard case .text(let text) = hear(bytes) else {
      Issue.record("no text was heard")
      return
    }
    #expect(text.texts == ["-18.78 Nm", "-18.80 Nm"])
    #expect(text.terminatorText == shown)
    #expect(text.line == line)
  }

  @Test("Text with 7 data bits is recognised by the parity that its bytes share")
  func sevenBits() {
    let sent = Array("-18.78 Nm\r\n-18.80 Nm\r\n".utf8)
    let even = sent.map { $0.nonzeroBitCount % 2 == 0 ? $0 : $0 | 0x80 }
    guard case .text(let text) = hear(even) else {
      Issue.record("no text was heard")
      return
    }
    #expect(text.line.settingsText == "9600 7E1")
    #expect(text.texts == ["-18.80 Nm"])
  }

  @Test("Modbus ASCII is called by its name")
  func ascii() {
    guard case .text(let text) = hear(Array(":010300000001FB\r\n:010300000001FB\r\n".utf8)) else {
      Issue.record("no text was heard")
      return
    }
    #expect(text.isModbusASCII)
  }
}
