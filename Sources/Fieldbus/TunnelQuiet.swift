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
  /// When the last byte came that nobody asked for.
  private var heard: Duration?
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
    earliest = max(earliest, now + max(Self.greeting, elapsed * 2))
  }

  /// `request` was answered at `now`.
  mutating func answered(_ request: ModbusRequest, isRepeated: Bool, at now: Duration) {
    earliest = max(earliest, now + gap)
    if isRepeated { hygiene.recovered(request, now: now) }
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

  /// Something came at `now` that nobody asked for.
  mutating func heard(at now: Duration) {
    if heard.map({ now - $0 > silence }) ?? true { noisySince = now }
    heard = now
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
    if let heard { hygiene.heard(at: heard) }
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
}
