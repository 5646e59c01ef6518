internal import Telemetry

/// Lots that were finished or scrapped here: the last ten thousand at least.
struct ClosedLots: Sendable, Hashable {
  private struct Closing: Sendable, Hashable {
    let end: BindingEnd
    let at: Instant
  }

  /// Lots that are forgotten at a time, and that are remembered then.
  private static let limit = 10_000

  private var closings: [LotID: Closing] = [:]

  /// In the order in which they were closed; some may have been reopened since.
  private var order: [BindingEnd] = []

  mutating func reopen(_ lot: LotID) { closings[lot] = nil }

  mutating func close(_ end: BindingEnd, at: Instant) {
    guard end.reason == .finished || end.reason == .scrapped else { return }
    // What one lane scrapped another one cannot finish.
    if closings[end.lot]?.end.reason == .scrapped { return }
    closings[end.lot] = Closing(end: end, at: at)
    order.append(end)
    guard order.count >= Self.limit * 2 else { return }
    for oldest in order.prefix(Self.limit) where closings[oldest.lot]?.end == oldest {
      closings[oldest.lot] = nil
    }
    order.removeFirst(Self.limit)
  }

  /// Finds what is doubtful about a lot that is to be started again.
  func judge(_ lot: LotID, _ check: inout RuleCheck) {
    guard let closing = closings[lot] else { return }
    let place = closing.end.place
    if closing.end.reason == .scrapped {
      check.find(
        .lotScrapped,
        "lot \(lot) was scrapped at \(place) on \(closing.at); take it off the line"
      )
    } else {
      check.find(
        .lotFinished,
        "lot \(lot) was finished at \(place) on \(closing.at); check the number"
      )
    }
  }
}
