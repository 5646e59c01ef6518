/// The word by which a script names a fault.
package enum FaultKind: String, Sendable, Hashable, CaseIterable {
  case silence
  case latency
  case lateReply = "late_reply"
  case exception
  case errorReply = "error_reply"
  case bitErrors = "bit_errors"
  case shortFrame = "short_frame"
  case longFrame = "long_frame"
  case wrongUnit = "wrong_unit"
  case wrongTransaction = "wrong_transaction"
  case duplicate
  case disconnect
  case stuck
  case restart

  /// Whether it strikes the values of a device, not its replies.
  var strikesValues: Bool { self == .stuck || self == .restart }
}
