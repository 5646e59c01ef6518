internal import Telemetry

/// The latest stays of one kind, by the records that began them.
struct StayBook<Content: Sendable & Hashable>: Sendable, Hashable {
  private(set) var stays: [Int: CorrectedStay<Content>] = [:]
  private var order: [Int] = []

  /// Stays that can be corrected; older ones are forgotten.
  static var limit: Int { 4_096 }

  mutating func begin(_ entry: Int, _ stay: Stay<Content>?) {
    if stays[entry] == nil { order.append(entry) }
    stays[entry] = CorrectedStay(recorded: stay)
    if order.count > Self.limit { stays[order.removeFirst()] = nil }
  }

  mutating func end(_ entry: Int, at time: JournalTime) {
    guard stays[entry]?.recorded?.to == nil else { return }
    stays[entry]?.recorded?.to = time
  }

  mutating func take(_ change: StayChange<Content>, of entry: Int, seq: Int) {
    if case .insert = change { begin(entry, nil) }
    stays[entry]?.take(change, seq: seq)
  }

  mutating func withdraw(_ seq: Int, of entry: Int) { stays[entry]?.withdraw(seq) }

  subscript(entry: Int) -> CorrectedStay<Content>? { stays[entry] }

  /// The stays as they are corrected, in the order of their records.
  var corrected: [(entry: Int, stay: Stay<Content>)] {
    order.compactMap { entry in stays[entry]?.corrected.map { (entry, $0) } }
  }
}
