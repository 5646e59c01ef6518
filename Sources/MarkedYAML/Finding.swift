/// A place in a file: line and column count from 1, the column in Unicode scalars.
package struct SourceMark: Sendable, Hashable, Comparable {
  package let line: Int
  package let column: Int

  /// The file, where it is not the one that is being checked: a profile's base.
  package let file: String?

  package init(line: Int, column: Int, file: String? = nil) {
    self.line = line
    self.column = column
    self.file = file
  }

  /// Where a file begins; also the place of what concerns the file as a whole.
  package static let start = SourceMark(line: 1, column: 1)

  package static func < (left: Self, right: Self) -> Bool {
    (left.file ?? "", left.line, left.column) < (right.file ?? "", right.line, right.column)
  }
}

/// One thing that is wrong in a file, where, and what would be right.
package struct Finding: Sendable, Hashable {
  package enum Severity: String, Sendable, Hashable, CaseIterable {
    /// The file cannot be used.
    case error
    /// The file can be used; it probably does not say what was meant.
    case warning
  }

  /// The file as the caller named it.
  package let file: String
  package let mark: SourceMark
  package let severity: Severity
  package let code: FindingCode

  /// What is wrong; what would be right.
  package let message: String

  /// Whether the file's JSON Schema refuses the same; what it cannot see is found only here.
  package let schemaRefuses: Bool

  package init(
    file: String,
    mark: SourceMark,
    severity: Severity = .error,
    code: FindingCode,
    message: String,
    schemaRefuses: Bool = false
  ) {
    self.file = file
    self.mark = mark
    self.severity = severity
    self.code = code
    self.message = message
    self.schemaRefuses = schemaRefuses
  }

  package var line: Int { mark.line }
  package var column: Int { mark.column }
}

extension Finding: CustomStringConvertible {
  /// `file:line:column: what is wrong; what would be right`, which editors make a link of.
  package var description: String {
    let prefix = severity == .warning ? "warning: " : ""
    return "\(file):\(line):\(column): \(prefix)\(message)"
  }
}

/// Stable name of a rule, for programs and for suppression: `unknown-key`.
package struct FindingCode: RawRepresentable, Sendable, Hashable {
  package let rawValue: String

  package init(rawValue: String) { self.rawValue = rawValue }

  package static let fileUnreadable = FindingCode(rawValue: "file-unreadable")
  package static let fileTooLarge = FindingCode(rawValue: "file-too-large")
  package static let yamlSyntax = FindingCode(rawValue: "yaml-syntax")
  package static let yamlAlias = FindingCode(rawValue: "yaml-alias")
  package static let yamlTag = FindingCode(rawValue: "yaml-tag")
  package static let yamlDepth = FindingCode(rawValue: "yaml-depth")
  package static let duplicateKey = FindingCode(rawValue: "duplicate-key")
  package static let unknownKey = FindingCode(rawValue: "unknown-key")
  package static let missingKey = FindingCode(rawValue: "missing-key")
  package static let wrongType = FindingCode(rawValue: "wrong-type")
  package static let unknownValue = FindingCode(rawValue: "unknown-value")
  package static let ambiguousScalar = FindingCode(rawValue: "ambiguous-scalar")
  package static let outOfBounds = FindingCode(rawValue: "out-of-bounds")
  /// A name that cannot stand in records and addresses.
  package static let badName = FindingCode(rawValue: "bad-name")
  /// Two things of one kind have one name, port or unit.
  package static let duplicateName = FindingCode(rawValue: "duplicate-name")
  /// A name that nothing in the file has.
  package static let unknownName = FindingCode(rawValue: "unknown-name")
  /// Two statements that exclude each other.
  package static let contradiction = FindingCode(rawValue: "contradiction")
  package static let tooManyFindings = FindingCode(rawValue: "too-many-findings")
}

/// Collects what is wrong with one file, so that one check names everything.
package final class FindingLog {
  /// Beyond this a file is not worth going on with.
  package static let maximumFindings = 500

  package let file: String

  /// Whether the file says only what differs from another one, so that its schema cannot tell what
  /// is missing.
  package var isPartial = false
  private var collected: [Finding] = []
  private var seen: Set<Finding> = []

  package init(file: String) { self.file = file }

  /// Notes a finding; the same one twice counts once.
  package func add(
    _ code: FindingCode,
    at mark: SourceMark,
    _ message: String,
    severity: Finding.Severity = .error,
    schemaRefuses: Bool = false
  ) {
    guard collected.count < Self.maximumFindings else { return }
    let finding = Finding(
      file: mark.file ?? file,
      mark: mark,
      severity: severity,
      code: code,
      message: message,
      schemaRefuses: schemaRefuses && mark.file == nil
    )
    guard seen.insert(finding).inserted else { return }
    collected.append(finding)
    if collected.count == Self.maximumFindings { addLimitNote(after: mark) }
  }

  private func addLimitNote(after mark: SourceMark) {
    collected.append(
      Finding(
        file: file,
        mark: mark,
        code: .tooManyFindings,
        message: "\(Self.maximumFindings) findings; correct these first, the rest is not listed"
      )
    )
  }

  /// All findings, in the order of the file.
  package var findings: [Finding] {
    collected.enumerated()
      .sorted { ($0.element.mark, $0.offset) < ($1.element.mark, $1.offset) }
      .map(\.element)
  }

  package var hasErrors: Bool { collected.contains { $0.severity == .error } }
}
