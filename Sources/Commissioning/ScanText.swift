package import Telemetry

/// Lines of text that an instrument sends by itself.
package struct HeardText: Sendable, Hashable {
  /// How they were understood; an instrument with 7 data bits is heard at 8 without parity.
  package let line: SerialLine
  package let terminator: [UInt8]

  /// Whole lines, without their terminator; the first and last may have been cut, and are left out
  /// where there are others.
  package let lines: [[UInt8]]

  /// Everything that was heard, for instruments that mark their messages otherwise.
  let bytes: [UInt8]

  /// `\r\n`, as a profile writes it.
  package var terminatorText: String {
    terminator.map { byte in
      switch byte {
      case 0x0D: "\\r"
      case 0x0A: "\\n"
      default: "\\x" + byte.hexadecimal(digits: 2)
      }
    }
    .joined()
  }

  package var texts: [String] { lines.map { String(decoding: $0, as: UTF8.self) } }

  /// Whether these are Modbus ASCII frames (MODBUS over Serial Line V1.02, 2.5.2): a colon and
  /// hexadecimal digits.
  package var isModbusASCII: Bool {
    lines.allSatisfy { line in
      line.first == UInt8(ascii: ":") && line.count >= 9 && line.count % 2 == 1
        && line.dropFirst().allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
    }
  }
}

extension HeardText {
  private static let terminators: [[UInt8]] = [[0x0D, 0x0A], [0x0D], [0x0A], [0x03]]

  /// Reads bytes as text.
  ///
  /// - Returns: nil unless nearly all are printable and at least one line ended.
  init?(_ bytes: [UInt8], on line: SerialLine) {
    var bytes = bytes
    var line = line
    if !Self.isText(bytes), line.parity == .none, let parity = Self.parity(of: bytes) {
      bytes = bytes.map { $0 & 0x7F }
      line = SerialLine(
        port: line.port,
        baud: line.baud,
        parity: parity,
        dataBits: 7,
        stopBits: line.stopBits
      )
    }
    guard Self.isText(bytes) else { return nil }
    for terminator in Self.terminators {
      var lines = Self.split(bytes, at: terminator)
      guard lines.count > 1 else { continue }
      // What follows the last terminator has not ended.
      lines.removeLast()
      if lines.count > 1 { lines.removeFirst() }
      lines.removeAll(where: \.isEmpty)
      guard !lines.isEmpty else { continue }
      self.init(line: line, terminator: terminator, lines: lines, bytes: bytes)
      return
    }
    return nil
  }

  /// An answer that is no text, and that a profile understood.
  init?(understood bytes: [UInt8], _ fits: [ProfileFit], _ line: SerialLine) {
    guard !fits.isEmpty else { return nil }
    self.init(line: line, terminator: [], lines: [bytes], bytes: bytes)
  }

  private static func isText(_ bytes: [UInt8]) -> Bool {
    let marks: Set<UInt8> = [0x02, 0x03, 0x09, 0x0A, 0x0D]
    let printable = bytes.count { (0x20...0x7E).contains($0) || marks.contains($0) }
    return bytes.count >= 4 && printable * 20 >= bytes.count * 19
  }

  /// The parity that all bytes have, bit 7 included; nil when they have none in common.
  private static func parity(of bytes: [UInt8]) -> SerialLine.Parity? {
    let odd = bytes.count { $0.nonzeroBitCount % 2 == 1 }
    return odd == 0 ? .even : odd == bytes.count ? .odd : nil
  }

  private static func split(_ bytes: [UInt8], at mark: [UInt8]) -> [[UInt8]] {
    var parts: [[UInt8]] = [[]]
    for byte in bytes {
      parts[parts.count - 1].append(byte)
      if parts[parts.count - 1].suffix(mark.count).elementsEqual(mark) {
        parts[parts.count - 1].removeLast(mark.count)
        parts.append([])
      }
    }
    return parts
  }
}
