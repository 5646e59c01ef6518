/// One thing that is wrong with a list as it was sent.
package struct ListFinding: Error, Sendable, Hashable, Codable, CustomStringConvertible {
  /// Counted from 1.
  package let line: Int

  /// Counted from 1 in characters; nil in a table, where ``member`` is the column's name.
  package let column: Int?

  /// The member that it is about: `entries[17].state`, `state`; nil for none.
  package let member: String?

  /// What is wrong, and what would be right.
  package let message: String

  package var description: String {
    "line \(line)" + (column.map { ", column \($0)" } ?? "") + (member.map { ", \($0)" } ?? "")
      + ": \(message)"
  }
}

/// Everything that is wrong with a list, as far as it is told.
struct ListRefused: Error, Sendable, Hashable {
  /// Findings that are told; a list that is wrong throughout would have thousands.
  static let limit = 20

  /// At most ``limit``.
  let findings: [ListFinding]

  /// All of them.
  let count: Int

  init(_ findings: [ListFinding]) {
    self.findings = Array(findings.prefix(Self.limit))
    count = findings.count
  }
}
