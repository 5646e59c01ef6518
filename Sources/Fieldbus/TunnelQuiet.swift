internal import Telemetry

/// When the serial line behind a device server may be asked: ``LineHygiene``, and what TCP adds.
///
/// A device server may keep what its line says while nobody is connected, and give it to whoever
/// connects next. So this outlives connections, and each begins with listening: what comes then is
/// thrown away.
struct TunnelQuiet: Sendable {
  enum Verdict: Hashable {
    case clear
    /// Nothing may be sent before; ask again then.
    case rest(until: Duration)
    /// The line talks without end.
    case babbling
  }

  /// How long a new connection is listened to, at least: what a device server kept comes with the
  /// first packets.
  static let greeting: Duration = .milliseconds(50)

  /// Silence that ends whatever was being sent.
  private let silence: Duration
  /// Rest of the line between two frames.
  private let gap: Duration
  private var hygiene: LineHygiene
  private var earliest: Duration = .zero
  /// What came that nobody asked for.
  private var heard: UnaskedInput?
  /// Whether a device server had kept it, so that when it was on the line is not known.
  private var wasKept = false
  /// What comes until then over a new connection was kept.
  private var greetedUntil: Duration = .zero
  /// A reply that nobody asked for, which came since it was looked for.
  private var finding: CopyWatch.Finding?
  /// Since when such bytes come without a break.
  private var noisySince: Duration = .zero
  private var rests = 0

  /// - Parameters:
  ///   - quiet: How much later than the timeout the slowest device may still answer.
  ///   - line: The line behind the device server; nil where its speed is not known.
  init(quiet: Duration, line: SerialLine?) {
    hygiene = LineHygiene(quiet: quiet)
    // Of what is common, 9600 baud has the longest.
    gap = (line ?? SerialLine(port: "", baud: 9_600)).frameGap
    silence = max(gap, SerialDescriptor.silence)
  }

  /// A connection stands since `now`; to open it took `elapsed`.
  mutating func connected(at now: Duration, after elapsed: Duration) {
    greetedUntil = now + max(Self.greeting, elapsed * 2)
    earliest = max(earliest, greetedUntil)
  }

  /// `request` leaves at `now`, after its ``Verdict/clear``.
  ///
  /// - Returns: Whether what answers it cannot be a second copy of an earlier reply.
  mutating func sends(_ request: ModbusRequest, at now: Duration) -> Bool {
    hygiene.sends(request, now: now)
  }

  /// `request` was answered at `now` with `reply`.
  ///
  /// - Returns: The reply that came with it, if one did that is not owed.
  mutating func answered(
    _ request: ModbusRequest,
    with reply: LineReply,
    isRepeated: Bool,
    at now: Duration
  ) -> CopyWatch.Finding? {
    earliest = max(earliest, now + (reply.rest.isEmpty ? gap : silence))
    let finding = hygiene.answered(request, with: reply.frame, and: reply.rest, now: now)
    if isRepeated { hygiene.recovered(request, now: now) }
    return finding
  }

  /// `request`, sent at `sent`, got no answer.
  mutating func failed(
    _ request: ModbusRequest,
    for cause: Cause,
    sent: Duration,
    now: Duration,
    timeout: Duration
  ) {
    hygiene.failed(request, for: cause, sent: sent, now: now, timeout: timeout)
  }

  /// `bytes` came at `now`, and nobody asked for them.
  mutating func heard(_ bytes: some Collection<UInt8>, at now: Duration) {
    if heard.map({ now - $0.ended > silence }) ?? true { noisySince = now }
    if heard == nil { wasKept = now < greetedUntil }
    var input = heard ?? UnaskedInput(began: now, ended: now, head: [])
    input.ended = now
    input.head += bytes.prefix(RTUFrame.maximumLength - input.head.count)
    heard = input
    earliest = max(earliest, now + silence)
  }

  /// Whether `request` may be sent at `now`.
  ///
  /// `isRepeated` says whether it repeats the one that failed last.
  mutating func verdict(before request: ModbusRequest, isRepeated: Bool, now: Duration) -> Verdict {
    let due = hygiene.rest(before: request, isRepeated: isRepeated, now: now) ?? .zero
    if max(due, earliest) > now {
      let isBabbling =
        earliest > due && heard != nil
        && now - max(noisySince, due) > SerialDescriptor.maximumBabble
      return isBabbling ? .babbling : .rest(until: max(due, earliest))
    }
    if let heard { finding = hygiene.heard(heard, hadWaited: wasKept) ?? finding }
    heard = nil
    hygiene.rested(now: now)
    guard let more = hygiene.rest(before: request, isRepeated: isRepeated, now: now) else {
      rests = 0
      return .clear
    }
    rests += 1
    guard rests < LineHygiene.maximumRests else {
      rests = 0
      return .babbling
    }
    return .rest(until: more)
  }

  /// The reply that nobody asked for, if a verdict came upon one since this was asked last.
  mutating func takeFinding() -> CopyWatch.Finding? {
    defer { finding = nil }
    return finding
  }
}
