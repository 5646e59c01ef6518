/// Where what a serial instrument sends begins and ends, and how it is checked.
package struct SerialFraming: Sendable, Hashable {
  package enum Shape: Sendable, Hashable {
    /// Everything up to the terminator: CR LF, CR, LF, ETX.
    case line(terminator: [UInt8])
    /// So many bytes, the check sum among them.
    case fixed(length: Int)
    /// What stands between two marks: STX and ETX.
    case enclosed(start: [UInt8], end: [UInt8])
  }

  package let shape: Shape
  package let checksum: SerialChecksum?

  /// Whether requests get start, check sum and end like answers.
  package let framesRequests: Bool

  package init(shape: Shape, checksum: SerialChecksum? = nil, framesRequests: Bool = true) {
    self.shape = shape
    self.checksum = checksum
    self.framesRequests = framesRequests
  }
}

/// A check sum over what a serial instrument sends.
package struct SerialChecksum: Sendable, Hashable {
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// All bytes combined by exclusive or.
    case xor8
    /// The lowest 8 bits of the bytes' sum.
    case sum8
    /// Its two's complement, as in Modbus ASCII (MODBUS over Serial Line V1.02, 6.2.1).
    case lrc8
    /// The lowest 16 bits of the bytes' sum.
    case sum16
    /// Polynomial 0x8005 reflected, start 0xFFFF (MODBUS over Serial Line V1.02, 6.2.2).
    case crc16Modbus = "crc16_modbus"
    /// Polynomial 0x1021, start 0.
    case crc16Xmodem = "crc16_xmodem"
    /// Polynomial 0x1021, start 0xFFFF.
    case crc16CCITT = "crc16_ccitt"
  }

  package enum Form: String, Sendable, Hashable, CaseIterable {
    /// High byte first.
    case binary
    case binaryLowFirst = "binary_low_first"
    /// Two or four hexadecimal digits, sent in upper case, taken in both.
    case hex
  }

  /// Where it stands: before the end mark, or after it.
  package enum Place: String, Sendable, Hashable, CaseIterable {
    case beforeEnd = "before_end"
    case afterEnd = "after_end"
  }

  /// What it is taken of.
  package enum Coverage: String, Sendable, Hashable, CaseIterable {
    case content
    case contentAndEnd = "content_and_end"
    /// Start mark, content and, where it stands before the check sum, the end mark.
    case frame
  }

  package let kind: Kind
  package let form: Form
  package let place: Place
  package let coverage: Coverage

  package init(kind: Kind, form: Form, place: Place, coverage: Coverage) {
    self.kind = kind
    self.form = form
    self.place = place
    self.coverage = coverage
  }
}
