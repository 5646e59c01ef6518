internal import Telemetry

/// When a second copy of a reply must be expected.
///
/// A device or a repeater that answers twice can have its second copy taken for the answer to the
/// next request, when unit, function and byte count are the same. So the line must have been silent
/// for ``silence`` before a request:
/// - after each of the first ``singleAnswers`` answers of a unit, which shows a device that answers
///   twice as a rule;
/// - for ``suspicion`` after a reply came that nobody asked for, and then for longer than it was late.
///
/// A line whose devices answer once pays for their first answers and no more. What no rule can tell
/// from an answer is the first copy from a unit that answered once so far, when it comes after the
/// next request left, or one that is later than ``longestSilence``.
struct CopyWatch {
  /// Longer than a repeater needs to store and send on, and than a USB adapter gathers bytes.
  static let silence: Duration = .milliseconds(20)

  /// The longest that the line rests before each request for copies that come late.
  static let longestSilence: Duration = .milliseconds(500)

  static let suspicion: Duration = .seconds(60)

  static let singleAnswers = 3

  /// What is said of an answer that may be a second copy of an earlier one.
  static let doubtful = ReplyFault(
    .foreignReply,
    "more answers came than were asked for, so which one is this request's is not sure: does the "
      + "device or a repeater answer twice, or another program ask on this line?"
  )

  /// A reply that nobody asked for.
  struct Finding: Hashable {
    let unit: UnitID
    let function: UInt8

    /// Whether it is another one than the last answer: then copies come later than the line rests,
    /// and no answer of its kind is sure.
    let isStray: Bool

    /// Whether the answer to `request` may have been such a reply.
    ///
    /// `isSure` is what ``CopyWatch/sends(_:now:)`` said of it.
    func doubts(_ request: ModbusRequest, isSure: Bool) -> Bool {
      request.unit == unit && request.operation.functionCode == function && (isStray || !isSure)
    }
  }

  /// How many answers of a unit came once.
  private var singles: [UnitID: Int] = [:]

  /// Units and functions that were asked, whose replies can come twice.
  private var asked: [UnitID: Set<UInt8>] = [:]

  /// The unit whose answer was the last on the line, until it is known that it came once.
  private var pending: UnitID?
  private var lastAnswer: [UInt8] = []

  /// When something came last.
  private var lastHeard: Duration?
  private var suspectUntil: Duration?

  /// How late the latest copy was, at least.
  private var lag: Duration = .zero

  /// Until when the line must be silent before the next request; nil when it may be sent.
  func quiet(now: Duration) -> Duration? {
    guard let lastHeard, pending != nil || isSuspect(now) else { return nil }
    let until = lastHeard + wanted
    return until > now ? until : nil
  }

  /// `request` leaves at `now`, and nothing has come since what is known.
  ///
  /// - Returns: Whether the line was silent for so long that its answer is no copy.
  mutating func sends(_ request: ModbusRequest, now: Duration) -> Bool {
    if !isSuspect(now) { lag = .zero }
    let isSure = lastHeard.map { $0 + wanted <= now } ?? true
    if let unit = pending, isSure { singles[unit, default: 0] += 1 }
    pending = nil
    asked[request.unit, default: []].insert(request.operation.functionCode)
    return isSure
  }

  /// `request` was answered with `frame` at `now`.
  mutating func answered(_ request: ModbusRequest, with frame: [UInt8], now: Duration) {
    pending = singles[request.unit, default: 0] < Self.singleAnswers ? request.unit : nil
    lastAnswer = frame
    lastHeard = now
  }

  /// Something came that nobody asked for.
  ///
  /// - Parameters:
  ///   - input: What came.
  ///   - hadWaited: Whether it was there when the line was looked at, so that when it came is not
  ///     known.
  /// - Returns: nil for what looks like noise, not like a reply.
  mutating func heard(_ input: UnaskedInput, hadWaited: Bool) -> Finding? {
    defer { lastHeard = input.ended }
    guard let unit = input.head.first.flatMap(UnitID.init), let functions = asked[unit],
      let function = functions.first(where: { input.head.count < 2 || input.head[1] & 0x7F == $0 })
    else { return nil }
    let isCopy = input.head.starts(with: lastAnswer) || lastAnswer.starts(with: input.head)
    if isCopy, !hadWaited, let lastHeard {
      lag = max(lag, input.began - lastHeard)
    } else if !isCopy {
      lag = max(Self.silence, lag) * 2
    }
    suspectUntil = input.ended + Self.suspicion
    singles[unit] = 0
    pending = nil
    return Finding(unit: unit, function: function, isStray: !isCopy)
  }

  private func isSuspect(_ now: Duration) -> Bool { suspectUntil.map { $0 > now } ?? false }

  /// Half as long again as the latest copy was late.
  private var wanted: Duration { min(max(Self.silence, lag * 3 / 2), Self.longestSilence) }
}
