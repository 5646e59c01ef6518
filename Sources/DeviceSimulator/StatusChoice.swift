internal import Profiles

/// What the statuses of a profile say when the signals that they vouch for are good.
struct StatusChoice: Sendable {
  /// What signals want of their status, by its place.
  private var conditions: [Int: [GoodWhen.Condition]] = [:]

  /// - Parameter groups: The signals of each scan group, in the profile's order.
  init(groups: [[Signal]]) {
    var first = 0
    for signals in groups {
      for case let rule? in signals.map(\.goodWhen) {
        conditions[first + rule.signal, default: []].append(rule.condition)
      }
      first += signals.count
    }
  }

  /// How a status stands still; nil for a signal that vouches for none.
  func behaviour(of signal: Int, shape: SignalShape) -> Behaviour? {
    guard let conditions = conditions[signal] else { return nil }
    switch shape {
    case .text, .names:
      guard let text = Self.text(conditions) else { return nil }
      return .text { _ in text }
    case .flag:
      guard let code = Self.code(conditions) else { return nil }
      return .flag { _ in code & 1 == 1 }
    case .number:
      guard let code = Self.code(conditions) else { return nil }
      return .constant(Double(Int64(bitPattern: code)))
    }
  }

  /// A text that all conditions name.
  private static func text(_ conditions: [GoodWhen.Condition]) -> String? {
    let choices = conditions.compactMap { if case .text(let texts) = $0 { texts } else { nil } }
    guard let first = choices.first else { return nil }
    return choices.dropFirst().reduce(first) { $0.intersection($1) }.min() ?? first.min()
  }

  /// A code that fits all conditions, or the first one where none fits all.
  private static func code(_ conditions: [GoodWhen.Condition]) -> UInt64? {
    let wanted = Set(conditions).compactMap { condition -> Wanted? in
      guard case .code(let mask, let codes) = condition else { return nil }
      return Wanted(mask: mask, codes: codes.filter { $0 & ~mask == 0 }.sorted())
    }
    .sorted { ($0.codes.count, $0.mask) < ($1.codes.count, $1.mask) }
    var steps = 0
    return code(wanted[...], Decided(), &steps) ?? wanted.first?.codes.first
  }

  private struct Wanted {
    let mask: UInt64
    let codes: [UInt64]
  }

  /// The bits that are set, of those that matter so far.
  private struct Decided {
    var code: UInt64 = 0
    var mask: UInt64 = 0
  }

  /// Codes that are tried before no common one is looked for.
  private static let mostSteps = 10_000

  private static func code(
    _ wanted: ArraySlice<Wanted>,
    _ decided: Decided,
    _ steps: inout Int
  ) -> UInt64? {
    guard let first = wanted.first else { return decided.mask == 0 ? nil : decided.code }
    for code in first.codes where (code ^ decided.code) & first.mask & decided.mask == 0 {
      steps += 1
      guard steps <= mostSteps else { return nil }
      let next = Decided(code: decided.code | code, mask: decided.mask | first.mask)
      if let found = Self.code(wanted.dropFirst(), next, &steps) { return found }
    }
    return nil
  }
}
