internal import Profiles

/// Turns the units of sources into UCUM codes.
enum ImportedUnits {
  /// The code; nil where the unit is empty, or unknown, which goes into `log`.
  static func code(for text: String, of signal: String, line: Int?, into log: NoteLog) -> String? {
    guard !text.isEmpty else { return nil }
    if let code = UnitCodes.code(for: text) { return code }
    log.add(
      .notCarriedOver,
      "unit \(text.debugDescription) of \(signal)",
      "it is not a unit that profiles know, and was left out; \(UnitCodes.advice(for: text))",
      line: line
    )
    return nil
  }
}
