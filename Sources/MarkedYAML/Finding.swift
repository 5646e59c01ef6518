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

  /// The line, and the file where it is not the one that is being checked, in the words of a finding.
  package var words: String {
    let name = file.flatMap { $0.split(separator: "/").last }
    return name.map { "line \(line) of \($0)" } ?? "line \(line)"
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
package struct FindingCode: Sendable, Hashable {
  package let name: String

  /// What it means, as the documents have it.
  package let meaning: String

  package init(_ name: String, _ meaning: String) {
    self.name = name
    self.meaning = meaning
  }

  package static let fileUnreadable = FindingCode(
    "file-unreadable",
    "the file cannot be read"
  )
  package static let fileTooLarge = FindingCode(
    "file-too-large",
    "the file has more than 1 MiB"
  )
  package static let yamlSyntax = FindingCode(
    "yaml-syntax",
    "the file is not YAML, or not UTF-8"
  )
  package static let yamlAlias = FindingCode(
    "yaml-alias",
    "more than 16 aliases"
  )
  package static let yamlTag = FindingCode(
    "yaml-tag",
    "a tag (`!name`), which these files do not have"
  )
  package static let yamlDepth = FindingCode(
    "yaml-depth",
    "more than 32 levels"
  )
  package static let duplicateKey = FindingCode(
    "duplicate-key",
    "a key is given twice"
  )
  package static let unknownKey = FindingCode(
    "unknown-key",
    "the key is not known there"
  )
  package static let missingKey = FindingCode(
    "missing-key",
    "a required key is missing"
  )
  package static let wrongType = FindingCode(
    "wrong-type",
    "a list where a text belongs, a text where a number belongs"
  )
  package static let unknownValue = FindingCode(
    "unknown-value",
    "not one of the words that the key takes"
  )
  package static let ambiguousScalar = FindingCode(
    "ambiguous-scalar",
    "programs read this differently (`on`, `017`, `1:30`); quote it, or write it plainly"
  )
  package static let outOfBounds = FindingCode(
    "out-of-bounds",
    "too small, too large, too many or too few"
  )
  package static let badName = FindingCode(
    "bad-name",
    "the name cannot stand in records and addresses"
  )
  package static let duplicateName = FindingCode(
    "duplicate-name",
    "two things have one name, port or unit"
  )
  package static let unknownName = FindingCode(
    "unknown-name",
    "nothing in the file, or in what it extends, has this name"
  )
  package static let badPattern = FindingCode(
    "bad-pattern",
    "not a regular expression"
  )
  package static let contradiction = FindingCode(
    "contradiction",
    "two statements exclude each other"
  )
  package static let tooManyFindings = FindingCode(
    "too-many-findings",
    "500 findings; the rest is not listed"
  )
}

/// Collects what is wrong with one file, so that one check names everything.
package final class FindingLog {
  /// Beyond this a file is not worth going on with.
  package static let maximumFindings = 500

  package let file: String

  /// The keys that are required even so, where the file says only what differs from another one;
  /// its schema cannot tell what else is missing.
  package var requiredOfPartial: Set<String>?

  /// Whether that other file cannot be used, so that nobody can tell what is missing.
  package var lacksBase = false
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
    if lacksBase, !schemaRefuses, code == .missingKey || code == .unknownName { return }
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
