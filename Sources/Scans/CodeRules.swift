/// What the configuration says of codes.
package struct CodeRules: Sendable, Hashable {
  /// What scanners send for the separator GS, which some of them cannot.
  package static let usualStandIns = ["{GS}", "~d029", "^]", "\u{241D}"]

  package let codes: [CodePattern]
  package let articles: [CodeArticle]
  package let standIns: [String]

  package init(
    codes: [CodePattern] = [],
    articles: [CodeArticle] = [],
    standIns: [String] = usualStandIns
  ) {
    self.codes = codes
    self.articles = articles
    self.standIns = standIns
  }
}

/// Codes of the plant, told by how they look.
package struct CodePattern: Sendable, Hashable {
  /// Longest text that patterns are tried on, in bytes; it bounds the matcher's time.
  package static let maximumLength = 128

  package let kind: CodeKind

  /// A regular expression that the whole code fits; its named groups are what the code says.
  package let pattern: String

  /// What every code of this look says.
  package let stated: CodeFacts

  /// - Precondition: `pattern` has passed ``check(_:)``.
  package init(_ kind: CodeKind, _ pattern: String, stating stated: CodeFacts = CodeFacts()) {
    self.kind = kind
    self.pattern = pattern
    self.stated = stated
  }

  /// The groups that say something, and where that goes.
  package static var groups: [(name: String, place: WritableKeyPath<CodeFacts, String?>)] {
    [
      ("lot", \.lot), ("serial", \.serial), ("part", \.part), ("revision", \.revision),
      ("work_order", \.workOrder), ("program", \.program), ("operator", \.operatorName),
      ("material", \.material), ("station", \.station),
    ]
  }

  /// Compiles a pattern; it is matched character by character, without folding accents.
  ///
  /// - Throws: ``CodePatternError`` for a text that is no expression, or names a group that says
  ///   nothing.
  package static func check(_ pattern: String) throws(CodePatternError) -> Regex<AnyRegexOutput> {
    let expression: Regex<AnyRegexOutput>
    do {
      expression = try Regex(pattern).matchingSemantics(.unicodeScalar)
    } catch {
      throw .invalid("\(error)")
    }
    for name in groupNames(in: pattern) where !groups.contains(where: { $0.name == name }) {
      throw .unknownGroup(name)
    }
    return expression
  }

  private static func groupNames(in pattern: String) -> [String] {
    pattern.split(separator: "(?<", omittingEmptySubsequences: false).dropFirst().compactMap {
      let name = $0.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
      return name.isEmpty ? nil : String(name)
    }
  }
}

/// Why a pattern cannot be used.
package enum CodePatternError: Error, Sendable, Hashable, CustomStringConvertible {
  case invalid(String)
  case unknownGroup(String)

  package var description: String {
    switch self {
    case .invalid(let reason): "it is not a regular expression: \(reason)"
    case .unknownGroup(let name):
      "its group (?<\(name)>…) says nothing; the groups are "
        + CodePattern.groups.map(\.name).joined(separator: ", ")
    }
  }
}

/// What the plant makes of a product number: a GTIN, or another standard's device identifier.
package struct CodeArticle: Sendable, Hashable {
  /// 14 digits for a GTIN.
  package let identifier: String

  /// ``CodeKind/lot`` for what is made here, ``CodeKind/material`` for what goes in.
  package let kind: CodeKind
  package let stated: CodeFacts

  package init(_ identifier: String, _ kind: CodeKind, stating stated: CodeFacts) {
    self.identifier = identifier
    self.kind = kind
    self.stated = stated
  }
}
