internal import Telemetry

/// When a serial line may be asked again after a failure.
///
/// An RTU reply says unit, function and byte count, not what it answers: a late one looks like the
/// answer to the next request, and then every answer is one too old, for ever (`reliability`,
/// finding 1). So after a failure the line rests until a reply can come no more, what came is
/// thrown away, and the same request is asked first.
///
/// With the response timeout T and the time `quiet` Q that a device may be later than that:
/// - After any failure nothing is sent until T + Q after the request.
/// - When a request had to be repeated after silence, its reply may be the one to the first asking,
///   and the reply to the second is then still to come. So for 2T + Q after the second asking, the
///   same unit is asked nothing else with the same function.
///
/// Replies up to 2T + Q late are thus never taken for the answer to something else; later ones find
/// the unit silent again and the line at rest.
struct LineHygiene {
  /// All that an RTU reply says of the request that it answers, but for its length.
  fileprivate struct Shape: Hashable {
    let unit: UnitID
    let table: ModbusTable
  }

  private struct Owed {
    let request: ModbusRequest
    let until: Duration
  }

  let quiet: Duration

  /// Set while the line is dirty.
  private var restUntil: Duration?
  /// At most four for each unit.
  private var owed: [Shape: Owed] = [:]

  init(quiet: Duration) { self.quiet = quiet }

  /// `request`, sent at `sent`, got no answer.
  mutating func failed(
    _ request: ModbusRequest,
    for cause: Cause,
    sent: Duration,
    timeout: Duration
  ) {
    restUntil = max(restUntil ?? .zero, sent + timeout + quiet)
    // A damaged reply was the reply, and no other is to come.
    if cause != .checksum { owe(request, until: sent + timeout * 2 + quiet) }
  }

  /// `request` was repeated at `sent`, and answered now.
  mutating func recovered(
    _ request: ModbusRequest,
    from cause: Cause,
    sent: Duration,
    timeout: Duration
  ) {
    if cause != .checksum { owe(request, until: sent + timeout * 2 + quiet) }
  }

  /// Until when the line must rest before `request` may be sent; nil when it is clean.
  func rest(before request: ModbusRequest, now: Duration) -> Duration? {
    guard let entry = owed[Shape(request)], entry.request != request, entry.until > now else {
      return restUntil
    }
    return max(restUntil ?? .zero, entry.until)
  }

  /// The line rested until `now`, and what came was thrown away.
  mutating func rested(now: Duration) {
    restUntil = nil
    owed = owed.filter { $0.value.until > now }
  }

  private mutating func owe(_ request: ModbusRequest, until: Duration) {
    let shape = Shape(request)
    owed[shape] = Owed(request: request, until: max(owed[shape]?.until ?? .zero, until))
  }
}

extension LineHygiene.Shape {
  fileprivate init(_ request: ModbusRequest) {
    self.init(unit: request.unit, table: request.table)
  }
}
