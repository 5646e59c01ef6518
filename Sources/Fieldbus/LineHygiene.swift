internal import Telemetry

/// When a serial line may be asked again after a failure.
///
/// An RTU reply says unit, function and byte count, not what it answers: a late one looks like the
/// answer to the next request, and then every answer is one too old, for ever (`reliability`,
/// finding 1). So after a failure the line rests until a reply can come no more, what came is
/// thrown away, and the same request is asked first.
///
/// With the response timeout T and the time `quiet` Q that a device may be later than that:
/// - After a damaged reply nothing is sent for Q; after any other failure, until T + Q after the
///   request.
/// - After silence, or an answer that was not one, a reply is owed: for 3T + Q the unit is asked
///   nothing else with the same function.
/// - When something comes and another reply is still owed, the device may have begun that one only
///   then: it is owed for 3T + Q from there. So it is when the repeated request was answered, since
///   that may have been the reply to the first.
///
/// So no reply is taken for the answer to something else as long as the device needs at most
/// 3T + Q for each, though it answers one request after the other and never in time. Replies that
/// come twice are ``CopyWatch``'s.
struct LineHygiene {
  /// All that an RTU reply says of the request that it answers, but for its length.
  private struct Shape: Hashable {
    let unit: UnitID
    let function: UInt8

    init(_ request: ModbusRequest) {
      unit = request.unit
      function = request.operation.functionCode
    }
  }

  /// How often a rest is prolonged before the request fails.
  static let maximumRests = 8

  let quiet: Duration

  /// Set while the line is dirty.
  private var restUntil: Duration?
  /// At most six for each unit.
  private var owed: [Shape: Duration] = [:]
  private var unanswered = 0
  /// 3T + Q of the last request that got no answer.
  private var longestLatency: Duration = .zero
  /// Of replies that come twice on a line that is clean.
  private var copies = CopyWatch()

  init(quiet: Duration) { self.quiet = quiet }

  /// `request`, sent at `sent`, got no answer.
  mutating func failed(
    _ request: ModbusRequest,
    for cause: Cause,
    sent: Duration,
    now: Duration,
    timeout: Duration
  ) {
    // A damaged reply was the reply, and no other is to come.
    let isOwed = cause != .checksum
    restUntil = max(restUntil ?? .zero, (isOwed ? sent + timeout : now) + quiet)
    guard isOwed else { return }
    unanswered += 1
    longestLatency = timeout * 3 + quiet
    owe(request, from: sent)
  }

  /// `request` was repeated, and answered at `now`.
  mutating func recovered(_ request: ModbusRequest, now: Duration) {
    if unanswered > 0 { owe(request, from: now) }
  }

  /// `request` leaves at `now`, on a line where nothing waits.
  ///
  /// - Returns: Whether what answers it cannot be a second copy of an earlier reply.
  mutating func sends(_ request: ModbusRequest, now: Duration) -> Bool {
    copies.sends(request, now: now)
  }

  /// `request` was answered at `now` with `frame`, and `rest` was there behind it.
  ///
  /// - Returns: The reply in `rest`, if one begins there that is not owed.
  mutating func answered(
    _ request: ModbusRequest,
    with frame: [UInt8],
    and rest: [UInt8],
    now: Duration
  ) -> CopyWatch.Finding? {
    copies.answered(request, with: frame, now: now)
    guard let first = rest.first else { return nil }
    guard !owed.keys.contains(where: { $0.unit.rawValue == first }) else {
      heard(at: now)
      return nil
    }
    return copies.heard(UnaskedInput(began: now, ended: now, head: rest), hadWaited: false)
  }

  /// Something came while nothing should; see ``CopyWatch/heard(_:hadWaited:)``.
  ///
  /// - Returns: The reply that nobody asked for, on a line that owes none.
  mutating func heard(_ input: UnaskedInput, hadWaited: Bool) -> CopyWatch.Finding? {
    let isClean = restUntil == nil && owed.isEmpty
    heard(at: input.ended)
    return isClean ? copies.heard(input, hadWaited: hadWaited) : nil
  }

  /// Something came at `instant`, while nothing should.
  mutating func heard(at instant: Duration) {
    guard unanswered > 0 else { return }
    unanswered -= 1
    guard unanswered > 0 else { return }
    let prolonged = instant + longestLatency
    restUntil = restUntil.map { max($0, prolonged) }
    owed = owed.mapValues { max($0, prolonged) }
  }

  /// Until when the line must rest before `request` is sent; nil when it is clean.
  ///
  /// `isRepeated` says whether the request repeats the one that failed last.
  func rest(before request: ModbusRequest, isRepeated: Bool, now: Duration) -> Duration? {
    let quiet = copies.quiet(now: now)
    let rest = restUntil.map { max($0, quiet ?? $0) } ?? quiet
    guard !isRepeated, let until = owed[Shape(request)], until > now else { return rest }
    return max(rest ?? .zero, until)
  }

  /// The line rested until `now`, and what came was thrown away.
  mutating func rested(now: Duration) {
    if let restUntil, restUntil <= now { self.restUntil = nil }
    owed = owed.filter { $0.value > now }
    if owed.isEmpty { unanswered = 0 }
  }

  private mutating func owe(_ request: ModbusRequest, from start: Duration) {
    let shape = Shape(request)
    owed[shape] = max(owed[shape] ?? .zero, start + longestLatency)
  }
}
