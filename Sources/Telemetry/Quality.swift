/// Whether a reading can be used, and if not, why.
package enum Quality: Sendable, Hashable {
  case good
  case bad(Cause)

  /// `good`, or the cause's code.
  package var code: String {
    switch self {
    case .good: "good"
    case .bad(let cause): cause.code
    }
  }

  package var isGood: Bool { self == .good }
}

/// Why a reading is bad.
///
/// ``code`` is what records hold and programs compare; ``sentence`` is what a technician reads.
package enum Cause: Sendable, Hashable {
  /// No reply within the response timeout.
  case timeout
  /// The device refused, with an exception code (MODBUS Application Protocol V1.1b3, 7).
  case exception(UInt8)
  /// The line damaged the reply: its check sum is wrong.
  case checksum
  /// A reply that belongs to another request, unit or function.
  case foreignReply
  /// A reply of the wrong length, or one that breaks the protocol.
  case malformedReply
  /// The bus could not be opened, or was lost while reading.
  case noConnection
  /// The value lies outside the range that the profile calls plausible.
  case outOfRange
  /// The device says that it has no value (NaN, or a code that the profile names).
  case notAvailable
  /// A code that the profile's enumeration does not name.
  case undefinedCode
  /// The instrument's text did not match the profile's pattern.
  case notUnderstood
  /// The instrument answered with an error of its own.
  case deviceError
  /// Nothing new came from an instrument that sends by itself.
  case stale
  /// The device's own status does not vouch for the value.
  case deviceStatus
  /// The device is not the one that its profile is for.
  case wrongDevice
  /// The device gives the same frame for longer than its profile allows.
  case frozen
  /// The device restarted, and its profile does not trust it yet.
  case restarted

  /// Stable code, as it stands in records and answers.
  package var code: String {
    switch self {
    case .timeout: "timeout"
    case .exception(let code): "exception_\(code)"
    case .checksum: "crc"
    case .foreignReply: "foreign_reply"
    case .malformedReply: "malformed_reply"
    case .noConnection: "no_connection"
    case .outOfRange: "out_of_range"
    case .notAvailable: "not_available"
    case .undefinedCode: "undefined_code"
    case .notUnderstood: "not_understood"
    case .deviceError: "device_error"
    case .stale: "stale"
    case .deviceStatus: "device_status"
    case .wrongDevice: "wrong_device"
    case .frozen: "frozen"
    case .restarted: "restarted"
    }
  }

  private static let plain: [Cause] = [
    .timeout, .checksum, .foreignReply, .malformedReply, .noConnection, .outOfRange,
    .notAvailable, .undefinedCode, .notUnderstood, .deviceError, .stale, .deviceStatus,
    .wrongDevice, .frozen, .restarted,
  ]

  private static let byCode = Dictionary(uniqueKeysWithValues: plain.map { ($0.code, $0) })

  /// Reads ``code`` back.
  package init?(code: String) {
    if let cause = Self.byCode[code] {
      self = cause
    } else if code.hasPrefix("exception_"), let number = UInt8(code.dropFirst(10)), number > 0 {
      self = .exception(number)
    } else {
      return nil
    }
  }

  /// What happened, in words for the technician who stands before the machine.
  package var sentence: String {
    switch self {
    case .timeout: "The device did not answer in time. Is it on, and is the cable in?"
    case .exception(let code): Self.exceptionSentence(code)
    case .checksum: "The answer was damaged on the line. Check cable, shield and termination."
    case .foreignReply: "An answer to another request arrived. Does something else use this line?"
    case .malformedReply: "The answer breaks the protocol. Check the device's profile and wiring."
    case .noConnection: "The device cannot be reached. Check power, network or serial port."
    case .outOfRange: "The value is outside the plausible range. Check sensor and profile."
    case .notAvailable: "The device says that it has no value now."
    case .undefinedCode: "The device sent a code that its profile does not name."
    case .notUnderstood: "What the device sent does not fit its profile."
    case .deviceError: "The instrument reported an error of its own."
    case .stale: "Nothing new has come from the instrument for too long."
    case .deviceStatus: "The device's own status does not vouch for the value. Look at its display."
    case .wrongDevice: "Another device answers here. Check its unit, its address and its profile."
    case .frozen: "Nothing in the device moves for too long. Look at its display; restart it."
    case .restarted: "The device restarted and has not settled. Check its power supply."
    }
  }

  /// MODBUS Application Protocol V1.1b3, section 7.
  private static func exceptionSentence(_ code: UInt8) -> String {
    switch code {
    case 1: "The device does not know this function (exception 1). Check the profile's table."
    case 2: "The device has no such address (exception 2). Check the profile's addresses."
    case 3: "The device refused the request's size (exception 3). Lower max_registers."
    case 4: "The device failed while answering (exception 4). Look at its display."
    case 5: "The device needs longer to answer (exception 5)."
    case 6: "The device is busy (exception 6)."
    case 10: "The gateway has no path to the device (exception 10)."
    case 11: "The device behind the gateway did not answer (exception 11)."
    default: "The device refused the request (exception \(code))."
    }
  }
}
