extension SerialFraming {
  /// The bytes that carry `content` over the line: marks and check sum around it.
  package func frame(_ content: [UInt8]) -> [UInt8] {
    guard let checksum else { return start + content + end }
    let sum = checksum.bytes(start: start, content: content, end: end)
    switch checksum.place {
    case .beforeEnd: return start + content + sum + end
    case .afterEnd: return start + content + end + sum
    }
  }

  /// What a whole frame carries, without marks and check sum.
  ///
  /// - Returns: nil where the check sum is wrong, or the frame too short for one.
  package func content(of frame: [UInt8]) -> [UInt8]? {
    guard let content = contentUnchecked(of: frame) else { return nil }
    guard let checksum else { return content }
    let isSame = stated(in: frame, checksum)
      .elementsEqual(checksum.bytes(start: start, content: content, end: end)) {
        checksum.form == .hex ? Self.upper($0) == $1 : $0 == $1
      }
    return isSame ? content : nil
  }

  /// The check sum that a frame states, and the one that would be right, as they go over the line.
  ///
  /// - Returns: nil without a check sum, or where the frame is too short for one.
  package func checksums(in frame: [UInt8]) -> (stated: [UInt8], right: [UInt8])? {
    guard let checksum, let content = contentUnchecked(of: frame) else { return nil }
    return (
      Array(stated(in: frame, checksum)),
      checksum.bytes(start: start, content: content, end: end)
    )
  }

  /// Check sums of the same length at the same place that a frame would be right with.
  package func checksums(fitting frame: [UInt8]) -> [SerialChecksum] {
    guard let checksum else { return [] }
    return SerialChecksum.Kind.allCases.flatMap { kind in
      SerialChecksum.Form.allCases.flatMap { form in
        SerialChecksum.Coverage.allCases.map { coverage in
          SerialChecksum(kind: kind, form: form, place: checksum.place, coverage: coverage)
        }
      }
    }
    .filter { other in
      other.byteCount == checksum.byteCount
        && SerialFraming(shape: shape, checksum: other).content(of: frame) != nil
    }
  }

  private func contentUnchecked(of frame: [UInt8]) -> [UInt8]? {
    let trailing = (checksum?.byteCount ?? 0) + end.count
    guard frame.count >= start.count + trailing else { return nil }
    return Array(frame[start.count..<(frame.count - trailing)])
  }

  private func stated(in frame: [UInt8], _ checksum: SerialChecksum) -> ArraySlice<UInt8> {
    let sumEnd = checksum.place == .afterEnd ? frame.count : frame.count - end.count
    return frame[(sumEnd - checksum.byteCount)..<sumEnd]
  }

  /// Bytes before the content.
  package var start: [UInt8] {
    if case .enclosed(let start, _) = shape { start } else { [] }
  }

  /// The end mark.
  package var end: [UInt8] {
    switch shape {
    case .line(let terminator): terminator
    case .fixed: []
    case .enclosed(_, let end): end
    }
  }

  private static func upper(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte) ? byte - 0x20 : byte
  }
}

extension SerialChecksum {
  /// Bytes that it takes on the line.
  package var byteCount: Int {
    let width = kind.isWide ? 2 : 1
    return form == .hex ? width * 2 : width
  }

  /// The check sum as it goes over the line.
  func bytes(start: [UInt8], content: [UInt8], end: [UInt8]) -> [UInt8] {
    let sum = kind.sum(of: covered(start, content, end))
    let high = UInt8(sum >> 8)
    let low = UInt8(truncatingIfNeeded: sum)
    switch form {
    case .binary: return kind.isWide ? [high, low] : [low]
    case .binaryLowFirst: return kind.isWide ? [low, high] : [low]
    case .hex: return Array(sum.hexadecimal(digits: byteCount).utf8)
    }
  }

  private func covered(_ start: [UInt8], _ content: [UInt8], _ end: [UInt8]) -> [UInt8] {
    switch coverage {
    case .content: content
    case .contentAndEnd: content + end
    case .frame: start + content + (place == .afterEnd ? end : [])
    }
  }
}

extension SerialChecksum.Kind {
  /// Whether it has 16 bits.
  fileprivate var isWide: Bool {
    switch self {
    case .xor8, .sum8, .lrc8: false
    case .sum16, .crc16Modbus, .crc16Xmodem, .crc16CCITT: true
    }
  }

  fileprivate func sum(of bytes: [UInt8]) -> UInt16 {
    switch self {
    case .xor8: UInt16(bytes.reduce(0, ^))
    case .sum8: UInt16(bytes.reduce(0, &+))
    case .lrc8: UInt16(0 &- bytes.reduce(0, &+))
    case .sum16: bytes.reduce(0) { $0 &+ UInt16($1) }
    case .crc16Modbus: CRC16.of(bytes)
    case .crc16Xmodem: Self.forward(bytes, start: 0)
    case .crc16CCITT: Self.forward(bytes, start: 0xFFFF)
    }
  }

  /// Polynomial 0x1021, most significant bit first.
  private static func forward(_ bytes: [UInt8], start: UInt16) -> UInt16 {
    bytes.reduce(start) { sum, byte in
      (0..<8).reduce(sum ^ UInt16(byte) << 8) { value, _ in
        value & 0x8000 == 0 ? value << 1 : value << 1 ^ 0x1021
      }
    }
  }
}
