internal import Fieldbus
package import Profiles
internal import Telemetry

/// One change to a profile that would make its values plausible, with the evidence for it.
package struct TrialSuggestion: Sendable, Hashable {
  package enum Kind: String, Sendable, Hashable {
    case order, address, scale, type
  }

  package let kind: Kind

  /// One plain sentence: what speaks for it, and what to write.
  package let sentence: String

  /// What the scans of a device suggest; nothing where the values look right or the evidence is
  /// thin.
  ///
  /// - Parameters:
  ///   - profile: The profile that was tried.
  ///   - scans: All scans, in the order in which they were taken.
  ///   - adjoining: What lies beside the signals, as far as it was read.
  /// - Returns: The changes that speak for themselves, the word order first.
  package static func all(
    for profile: DeviceProfile,
    from scans: [TrialScan],
    adjoining: TrialTables = TrialTables()
  ) -> [TrialSuggestion] {
    let evidence = TrialEvidence(profile, scans: scans, adjoining: adjoining)
    let order = OrderHypothesis.suggestion(from: evidence)
    let shift = ShiftHypothesis.suggestion(from: evidence)
    // The half of one float beside the half of the next reads like swapped words, so both can fit.
    if let order, let shift, shift.count >= order.count {
      let also = " (as many with every address one \(shift.way))"
      return [TrialSuggestion(kind: .order, sentence: order.sentence(also: also))]
    }
    if let order { return [TrialSuggestion(kind: .order, sentence: order.sentence(also: ""))] }
    let types = TypeHypothesis.suggestions(from: evidence)
    if let shift { return [TrialSuggestion(kind: .address, sentence: shift.sentence)] + types }
    return ScaleHypothesis.suggestions(from: evidence) + types
  }

  /// Whether values look so wrong that it pays to read beside them.
  ///
  /// - Parameters:
  ///   - profile: The profile that was tried.
  ///   - scans: All scans, in the order in which they were taken.
  /// - Returns: Whether one value at least could be right and is not, or was refused.
  package static func isWarranted(for profile: DeviceProfile, by scans: [TrialScan]) -> Bool {
    let evidence = TrialEvidence(profile, scans: scans, adjoining: TrialTables())
    let isRefused = scans.contains { scan in
      scan.exchanges.contains { $0.failure?.cause == .exception(2) }
    }
    return isRefused
      || evidence.signals.indices.contains { index in
        TrialPlausibility.canTell(evidence.signals[index])
          && evidence.isPlausible(
            index,
            with: evidence.signals[index].decoding,
            within: TrialPlausibility.odd
          ) == false
      }
  }

  /// Whether so many plausible values of `total` speak clearly for a change.
  static func isClear(_ count: Int, over stated: Int, of total: Int) -> Bool {
    count - stated >= 2 && count * 4 >= total * 3
  }
}

/// That the words or bytes of all numbers lie in another order.
struct OrderHypothesis {
  let order: RegisterOrder

  /// Values that are plausible with it, of ``total``; ``stated`` are with the profile.
  let count: Int
  let stated: Int
  let total: Int
  private let statedName: String

  static func suggestion(from evidence: TrialEvidence) -> OrderHypothesis? {
    let members = evidence.signals.indices.filter { index in
      let signal = evidence.signals[index]
      return signal.decoding.type.registerCount > 1 && TrialPlausibility.canTell(signal)
        // Nothing but zeros is the same in every order.
        && evidence.samples(index).contains { $0.contains { $0 != 0 } }
    }
    func plausible(_ order: RegisterOrder?) -> Int {
      members.count {
        evidence.isPlausible($0, with: evidence.signals[$0].decoding.with(order: order)) == true
      }
    }
    let stated = plausible(nil)
    let statedOrders = Set(members.map { evidence.signals[$0].decoding.order })
    let counts = RegisterOrder.allCases.filter { statedOrders != [$0] }.map { ($0, plausible($0)) }
    guard let best = counts.max(by: { $0.1 < $1.1 }),
      counts.count(where: { $0.1 == best.1 }) == 1,
      TrialSuggestion.isClear(best.1, over: stated, of: members.count)
    else { return nil }
    let only = statedOrders.count == 1 ? statedOrders.first?.rawValue : nil
    return OrderHypothesis(
      order: best.0,
      count: best.1,
      stated: stated,
      total: members.count,
      statedName: only ?? "the orders that the profile states"
    )
  }

  func sentence(also: String) -> String {
    "\(count) of \(total) values are plausible with order: \(order.rawValue)\(also), "
      + "\(stated) of \(total) with \(statedName): write order: \(order.rawValue) in modbus:"
  }
}

/// That all addresses are off by one.
struct ShiftHypothesis {
  let shift: Int
  let count: Int
  let stated: Int
  let total: Int

  /// `lower` or `higher`.
  var way: String { shift < 0 ? "lower" : "higher" }

  static func suggestion(from evidence: TrialEvidence) -> ShiftHypothesis? {
    let best = [-1, 1].compactMap { hypothesis($0, evidence) }.filter {
      $0.total >= 3 && TrialSuggestion.isClear($0.count, over: $0.stated, of: $0.total)
    }
    // Values that fit on both sides say nothing of the side.
    guard best.count < 2 || best[0].count != best[1].count else { return nil }
    return best.max { $0.count < $1.count }
  }

  private static func hypothesis(_ shift: Int, _ evidence: TrialEvidence) -> Self? {
    var (count, stated, total) = (0, 0, 0)
    for (index, signal) in evidence.signals.enumerated() where TrialPlausibility.canTell(signal) {
      guard let words = evidence.shifted(index, by: shift) else { continue }
      let moved = signal.decoding.reading(from: words, range: signal.signal.range)
      total += 1
      count += TrialPlausibility.holds(moved, of: signal, within: TrialPlausibility.usual) ? 1 : 0
      stated += evidence.isPlausible(index, with: signal.decoding) == true ? 1 : 0
    }
    return total == 0 ? nil : Self(shift: shift, count: count, stated: stated, total: total)
  }

  var sentence: String {
    let advice =
      shift < 0
      ? "the manual may count from 1: write address_base: 1 in modbus:, or lower the addresses"
      : "the manual may count from 0: write address_base: 0 in modbus:, or raise the addresses"
    return "\(count) of \(total) values are plausible with every address one \(way), "
      + "\(stated) of \(total) as it is: \(advice)"
  }
}
