package import Telemetry

/// When a signal is good, told by a status signal of the same scan group.
package struct GoodWhen: Sendable, Hashable {
  package enum Condition: Sendable, Hashable {
    /// The status, a whole number or a flag (1 and 0), has one of the codes in the masked bits.
    case code(mask: UInt64, equals: Set<UInt64>)
    /// The status is one of the texts.
    case text(Set<String>)
  }

  /// Index of the status signal in its scan group.
  package let signal: Int
  package let condition: Condition

  package init(signal: Int, condition: Condition) {
    self.signal = signal
    self.condition = condition
  }

  /// Marks the readings whose status does not vouch for them.
  ///
  /// A status that is bad itself vouches for nothing. What was bad before keeps its cause.
  ///
  /// - Parameters:
  ///   - readings: One for each signal.
  ///   - signals: Those of one scan group, in its order.
  /// - Returns: The readings, those that may not be trusted with ``Cause/deviceStatus``.
  package static func judge(_ readings: [Reading], of signals: [Signal]) -> [Reading] {
    guard signals.contains(where: { $0.goodWhen != nil }) else { return readings }
    return zip(readings, signals).map { reading, signal in
      guard reading.quality.isGood, let rule = signal.goodWhen,
        !rule.holds(for: readings[rule.signal])
      else { return reading }
      return Reading(.deviceStatus, evidence: reading.value)
    }
  }

  private func holds(for status: Reading) -> Bool {
    guard status.quality.isGood, let value = status.value else { return false }
    switch (condition, value) {
    case (.text(let texts), .text(let text)): return texts.contains(text)
    case (.code(let mask, let codes), .integer(let code)):
      return codes.contains(UInt64(bitPattern: code) & mask)
    case (.code(let mask, let codes), .unsigned(let code)): return codes.contains(code & mask)
    case (.code(let mask, let codes), .flag(let flag)):
      return codes.contains((flag ? 1 : 0) & mask)
    default: return false
    }
  }
}
