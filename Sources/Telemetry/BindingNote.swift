/// What its maker is told of a command that was carried out all the same, or why it was not.
package struct BindingNote: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Stable name of the rule that says so, which records hold: `lot_on_hold`.
  package let code: String

  /// What was found, where, and the mend, without a full stop.
  package let sentence: String

  package init(code: String, sentence: String) {
    self.code = code
    self.sentence = sentence
  }

  package var description: String { "\(sentence) [\(code)]" }
}
