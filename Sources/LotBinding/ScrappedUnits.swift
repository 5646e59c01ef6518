internal import Telemetry

/// Units that were scrapped here: the last ten thousand at least.
struct ScrappedUnits: Sendable, Hashable {
  /// Serial numbers of two lots may be the same.
  private struct Key: Sendable, Hashable {
    let lot: LotID
    let serial: SerialNumber
  }

  /// Units that are forgotten at a time, and that are remembered then.
  private static let limit = 10_000

  private var instants: [Key: Instant] = [:]
  private var order: [Key] = []

  /// When a unit was scrapped; nil when it was not.
  func instant(_ serial: SerialNumber, of lot: LotID) -> Instant? {
    instants[Key(lot: lot, serial: serial)]
  }

  mutating func add(_ serial: SerialNumber, of lot: LotID, at instant: Instant) {
    let key = Key(lot: lot, serial: serial)
    if instants.updateValue(instant, forKey: key) == nil { order.append(key) }
    guard order.count >= Self.limit * 2 else { return }
    for oldest in order.prefix(Self.limit) { instants[oldest] = nil }
    order.removeFirst(Self.limit)
  }
}
