package import StationAPI
package import Telemetry

/// When to try again, and with how much: the uplink's state without clocks or network.
package struct UplinkPolicy: Sendable, Hashable {
  /// Longest wait after the first failure; it doubles with each up to the last.
  static let firstDelay = 1.0
  static let lastDelay = 60.0

  /// Shortest wait after a failure, so that chance cannot make a busy loop.
  static let shortestDelay = 0.1

  /// The same, as the wait before a smaller batch.
  static let shortestWait = Duration.seconds(shortestDelay)

  package private(set) var state = UplinkStatus.State.starting

  /// Since when the uplink is in ``state``.
  package private(set) var since: Instant

  /// The last failure in words; nil while connected.
  package private(set) var detail: String?

  /// Most records in the next batch: halved when a batch was too much for the line or the hub,
  /// doubled with each success.
  package private(set) var batchRecords: Int

  private let batchRecordsLimit: Int
  private var failures = 0

  package init(batchRecords: Int, at now: Instant) {
    precondition(batchRecords > 0)
    batchRecordsLimit = batchRecords
    self.batchRecords = batchRecords
    since = now
  }

  package mutating func confirmed(at now: Instant) {
    enter(.connected, nil, at: now)
    failures = 0
    batchRecords = min(batchRecords * 2, batchRecordsLimit)
  }

  /// The hub cannot be reached.
  ///
  /// - Parameters:
  ///   - detail: Why, in words.
  ///   - now: When.
  ///   - random: From 0 up to 1; the wait is that part of its bound ("full jitter"), so that many
  ///     agents do not return at the same moment.
  /// - Returns: How long to wait.
  package mutating func away(_ detail: String, at now: Instant, random: Double) -> Duration {
    enter(.away, detail, at: now)
    failures += 1
    // 2^6 seconds are above the bound already.
    let bound = min(Self.firstDelay * Double(1 << min(failures - 1, 6)), Self.lastDelay)
    return .seconds(max(bound * random, Self.shortestDelay))
  }

  /// The hub refuses this journal.
  ///
  /// - Returns: How long to wait: half to all of the longest delay, since only a person can help.
  package mutating func refused(_ detail: String, at now: Instant, random: Double) -> Duration {
    enter(.refused, detail, at: now)
    return .seconds(Self.lastDelay * (0.5 + random / 2))
  }

  /// A batch was too large, or did not get through in time.
  ///
  /// - Returns: False when it cannot be smaller.
  package mutating func shrink() -> Bool {
    guard batchRecords > 1 else { return false }
    batchRecords /= 2
    return true
  }

  private mutating func enter(_ next: UplinkStatus.State, _ detail: String?, at now: Instant) {
    self.detail = detail
    guard next != state else { return }
    state = next
    since = now
  }
}
