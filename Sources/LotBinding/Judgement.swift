package import Telemetry

/// A command that may be carried out: what to record, and what its maker is told beside it.
package struct Judgement: Sendable, Hashable {
  /// What to record, with the codes of the notes.
  package let content: Record.Content
  package let notes: [BindingNote]

  package init(_ content: Record.Content, notes: [BindingNote] = []) {
    self.content = content
    self.notes = notes
  }
}

/// Collects what the rules say of one command.
///
///     var check = RuleCheck(rules)
///     check.find(.lotOnHold, "lot \(lot) is on hold; ask quality to release it")
///     let notes = try check.notes()
package struct RuleCheck: Sendable {
  private let rules: BindingRules
  private var warnings: [BindingNote] = []
  private var refusals: [BindingNote] = []

  package init(_ rules: BindingRules) { self.rules = rules }

  /// Takes a situation that was found; the same can be found of several things.
  ///
  /// - Parameters:
  ///   - rule: Which.
  ///   - sentence: What was found, where, and the mend, without a full stop.
  package mutating func find(_ rule: BindingRule, _ sentence: @autoclosure () -> String) {
    switch rules[rule] {
    case .allow: return
    case .warn: warnings.append(BindingNote(code: rule.rawValue, sentence: sentence()))
    case .refuse: refusals.append(BindingNote(code: rule.rawValue, sentence: sentence()))
    }
  }

  /// Takes a situation that was found, unless another finding has said it.
  mutating func findOnce(_ rule: BindingRule, _ sentence: @autoclosure () -> String) {
    if found.contains(where: { $0.code == rule.rawValue }) { return }
    find(rule, sentence())
  }

  /// What refuses, what warns, and both.
  var refused: [BindingNote] { refusals }
  var warned: [BindingNote] { warnings }
  var found: [BindingNote] { refusals + warnings }

  /// What its maker is told when the command is carried out.
  ///
  /// - Throws: ``BindingError/refused(_:)`` with every refusal.
  package func notes() throws(BindingError) -> [BindingNote] {
    if !refusals.isEmpty { throw .refused(refusals) }
    return warnings
  }
}

extension [BindingNote] {
  /// Their codes, each once, as a record holds them; nil when there are none.
  package var codes: [String]? {
    var seen: Set<String> = []
    return isEmpty ? nil : map(\.code).filter { seen.insert($0).inserted }
  }
}
