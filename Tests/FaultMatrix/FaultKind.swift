/// What goes wrong on a line.
package enum FaultKind: String, Sendable, Hashable, CaseIterable {
  /// The reply waits, but comes in time.
  case latency
  /// Every reply of the scan waits differently, in time.
  case jitter
  /// Every reply of the scan comes in pieces.
  case split
  /// No reply.
  case silence
  /// A refusal in place of the reply.
  case exception
  /// One to three wrong bits before the values: header, function, byte count.
  case headerBits = "bit errors in the header"
  /// One to three wrong bits in values and check sum; on TCP one bit, which nobody can notice.
  case valueBits = "bit errors in the values"
  case shortFrame = "short frame"
  case longFrame = "long frame"
  case wrongUnit = "wrong unit"
  case wrongFunction = "wrong function"
  case wrongTransaction = "wrong transaction"
  /// The reply comes when it is no longer waited for.
  case late = "late reply"
  /// The same, after the client has connected anew, as a gateway does that keeps its answers.
  case lateElsewhere = "late reply, next connection"
  case twoReplies = "two replies"
  /// Another device's reply comes before the right one.
  case foreignReply = "foreign reply"
  /// A reply that nobody asked for comes while nothing is asked.
  case foreignTraffic = "foreign traffic"
  /// The device closes the connection in place of the reply.
  case hangUp = "hang up"
  /// It closes the connection while nothing is asked.
  case hangUpIdle = "hang up between scans"
  /// Nobody listens for some scans.
  case refused = "connection refused"
  /// Every connection is closed as soon as it is made, for some scans.
  case turnedAway = "connection turned away"
  /// The adapter is pulled while nothing is asked, and comes back under the same name.
  case unplugged
  /// The adapter is pulled in place of the reply.
  case unpluggedWhileAsked = "unplugged while asked"
  /// The device shows the values of one moment for some scans.
  case stuck = "stuck values"

  package var name: String { rawValue }

  /// Whether it lasts for whole scans.
  package var isLasting: Bool {
    switch self {
    case .refused, .turnedAway, .unplugged, .stuck: true
    default: false
    }
  }

  static let onTCP: [FaultKind] = [
    .latency, .jitter, .split, .silence, .exception, .headerBits, .valueBits, .shortFrame,
    .longFrame, .wrongUnit, .wrongFunction, .wrongTransaction, .late, .lateElsewhere, .twoReplies,
    .foreignReply, .foreignTraffic, .hangUp, .hangUpIdle, .refused, .turnedAway, .stuck,
  ]

  static let onTunnel: [FaultKind] = [
    .latency, .jitter, .split, .silence, .exception, .headerBits, .valueBits, .shortFrame,
    .longFrame, .wrongUnit, .wrongFunction, .late, .twoReplies, .foreignReply, .foreignTraffic,
    .hangUp, .hangUpIdle, .refused, .turnedAway, .stuck,
  ]

  static let onLine: [FaultKind] = [
    .latency, .jitter, .split, .silence, .exception, .headerBits, .valueBits, .shortFrame,
    .longFrame, .wrongUnit, .wrongFunction, .late, .twoReplies, .foreignReply, .foreignTraffic,
    .unplugged, .unpluggedWhileAsked, .stuck,
  ]
}
