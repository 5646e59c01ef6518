@testable import Scans

/// Reads a text as a scanner would have sent it, `{GS}` standing for the separator, in 2026.
func read(
  _ text: String,
  by rules: CodeRules = CodeRules(),
  lot: String? = nil
) throws -> ScannedCode {
  try CodeReader(rules, year: 2_026).read(text.utf8, lot: lot)
}

/// Why a text is not taken; nil when it is.
func refusal(of text: String, by rules: CodeRules = CodeRules()) throws -> CodeError? {
  let reader = try CodeReader(rules, year: 2_026)
  do throws(CodeError) {
    _ = try reader.read(text.utf8)
    return nil
  } catch {
    return error
  }
}

extension ScannedCode {
  /// The elements as `10 LOT-42`.
  var pairs: [String] { elements.map { "\($0.key) \($0.value)" } }
}
