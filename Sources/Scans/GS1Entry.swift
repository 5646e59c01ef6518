/// What the GS1 Barcode Syntax Dictionary states of one Application Identifier (AI).
package struct GS1Entry: Sendable, Hashable {
  /// Characters that a component may hold (GS1 General Specifications, 7.11).
  package enum CharacterSet: Character, Sendable {
    case digits = "N"
    /// 82 characters: letters, digits and marks, without space.
    case text = "X"
    /// 39 characters: `#`, `-`, `/`, digits and capital letters.
    case capitals = "Y"
    /// File-safe, URI-safe base 64 (RFC 4648, 5).
    case base64 = "Z"
  }

  /// A part of the value; only the last one has a variable length.
  package struct Component: Sendable, Hashable {
    package let characters: CharacterSet
    package let length: ClosedRange<Int>
    package let isOptional: Bool
    package let linters: [GS1Linter]
  }

  /// Alternative sequences of AIs that may follow in a GS1 Digital Link path: `22,10,21` or `235`.
  package typealias Qualifiers = [[String]]

  package let ai: String

  /// Whether its length is predefined, so that no separator follows (`*`).
  package let isPredefined: Bool

  /// Whether it may stand in the query of a GS1 Digital Link (`?`).
  package let isLinkAttribute: Bool
  package let components: [Component]

  /// Each of these must hold: one of its groups of AIs, or of patterns as `31nn`, is there in full.
  package let required: [[[String]]]

  /// AIs, or patterns, that it cannot stand with.
  package let excluded: [String]

  /// Nil where it is no primary key of a GS1 Digital Link; empty for one without qualifiers.
  package let qualifiers: Qualifiers?

  /// GS1's data title: `BATCH/LOT`; empty where there is none.
  package let title: String

  /// Fewest and most characters of the value.
  package var length: ClosedRange<Int> {
    let fewest = components.filter { !$0.isOptional }.map(\.length.lowerBound).reduce(0, +)
    return fewest...components.map(\.length.upperBound).reduce(0, +)
  }

  /// Whether an AI is the one of a pattern, in which `n` is any digit: `31nn`.
  package static func matches(_ ai: String, _ pattern: String) -> Bool {
    ai.utf8.count == pattern.utf8.count
      && zip(ai.utf8, pattern.utf8).allSatisfy { $0 == $1 || $1 == UInt8(ascii: "n") }
  }
}

extension GS1Entry {
  /// Reads one line of the table: `10 ? X..20 req=01,02 # BATCH/LOT`, or `3100-3105 *? N6 …`.
  ///
  /// - Returns: One entry for each AI of the line.
  /// - Precondition: The line obeys the dictionary's notation; the table is part of the program, and
  ///   a test compares it with the dictionary.
  static func entries(_ line: Substring) -> [GS1Entry] {
    let halves = line.split(separator: " # ", maxSplits: 1)
    var words = halves[0].split(separator: " ")[...]
    let bounds = words.removeFirst().split(separator: "-")
    let flags = words.first.flatMap { $0.allSatisfy { "*?".contains($0) } ? $0 : nil } ?? ""
    words = words.dropFirst(flags.isEmpty ? 0 : 1)
    let components = words.prefix { !$0.hasPrefix("dlpkey") && !$0.contains("=") }
    let attributes = words.dropFirst(components.count)
    func values(_ key: String) -> [Substring] {
      attributes.filter { $0.hasPrefix(key + "=") }.map { $0.dropFirst(key.utf8.count + 1) }
    }
    guard let first = Int(bounds[0]), let last = Int(bounds.last ?? "") else {
      preconditionFailure("no AI: \(line)")
    }
    return (first...last).map { number in
      let digits = String(number)
      return GS1Entry(
        ai: String(repeating: "0", count: bounds[0].utf8.count - digits.utf8.count) + digits,
        isPredefined: flags.contains("*"),
        isLinkAttribute: flags.contains("?"),
        components: components.map(Component.init(notation:)),
        required: values("req").map { $0.split(separator: ",").map { $0.texts(by: "+") } },
        excluded: values("ex").flatMap { $0.texts(by: ",") },
        qualifiers: values("dlpkey").first.map {
          $0.split(separator: "|").map { $0.texts(by: ",") }
        }
          ?? (attributes.contains("dlpkey") ? [] : nil),
        title: halves.count > 1 ? String(halves[1]) : ""
      )
    }
  }
}

extension GS1Entry.Component {
  /// `N13,csum,gcppos1`, `[X..17]`.
  fileprivate init(notation: Substring) {
    isOptional = notation.hasPrefix("[")
    let words = notation.filter { $0 != "[" && $0 != "]" }.split(separator: ",")
    let digits = words[0].dropFirst().drop { $0 == "." }
    guard let set = words[0].first.flatMap(GS1Entry.CharacterSet.init(rawValue:)),
      let most = Int(digits)
    else { preconditionFailure("no component: \(notation)") }
    characters = set
    length = (words[0].contains("..") ? 1 : most)...most
    linters = words.dropFirst().map { word in
      guard let linter = GS1Linter(rawValue: String(word)) else {
        preconditionFailure("no linter: \(word)")
      }
      return linter
    }
  }
}

extension Substring {
  fileprivate func texts(by separator: Character) -> [String] {
    split(separator: separator).map(String.init)
  }
}

extension GS1Entry.CharacterSet {
  package func contains(_ byte: UInt8) -> Bool {
    switch self {
    case .digits: byte.isDigit
    case .text: CharacterSet82.value(of: byte) != nil
    case .capitals: byte.isDigit || byte.isCapital || [0x23, 0x2D, 0x2F].contains(byte)
    case .base64: byte.isDigit || byte.isLetter || [0x2D, 0x3D, 0x5F].contains(byte)
    }
  }

  /// Completes "may hold …".
  var words: String {
    switch self {
    case .digits: "digits"
    case .text: "letters, digits and the marks of GS1's 82 characters, no space"
    case .capitals: "capital letters, digits, '#', '-' and '/'"
    case .base64: "letters, digits, '-', '_' and '='"
    }
  }
}

/// GS1 AI encodable character set 82, in its order (GS1 General Specifications, figure 7.11-1).
enum CharacterSet82 {
  private static let characters = Array(
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz".utf8
  )

  /// 0 to 81; nil for a character that is not in the set.
  static func value(of byte: UInt8) -> Int? { values[Int(byte)] }

  private static let values: [Int?] = (0...255).map { characters.firstIndex(of: UInt8($0)) }
}

extension UInt8 {
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  var isCapital: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
  var isLetter: Bool { isCapital || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }

  /// 0 to 9.
  ///
  /// - Precondition: It is a digit.
  var digit: Int { Int(self - UInt8(ascii: "0")) }
}

extension Sequence<UInt8> {
  /// The bytes as text, each one a character when they are no UTF-8.
  var text: String {
    let bytes = Array(self)
    return String(validating: bytes, as: UTF8.self)
      ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }

  /// The number that digits write.
  ///
  /// - Precondition: They are digits, at most 18.
  var number: Int { reduce(0) { $0 * 10 + $1.digit } }
}
