internal import MarkedYAML

/// What the checks of names share.
struct NameCheck {
  let log: FindingLog
  private var places: [String: SourceMark] = [:]

  init(log: FindingLog) { self.log = log }

  /// Notes a name that is not lower case words with dots, or is there twice.
  mutating func take(_ name: Marked<String>, noun: String) {
    if let first = places[name.value] {
      log.add(
        .duplicateName,
        at: name.mark,
        "the \(noun) \"\(name.value)\" is there a second time, first at \(first.words); "
          + "give each a name of its own"
      )
    } else {
      places[name.value] = name.mark
    }
    if !Self.isWellFormed(name.value) {
      log.add(
        .badName,
        at: name.mark,
        "\"\(name.value)\" cannot be the name of a \(noun); \(Self.advice)"
      )
    }
  }

  fileprivate static let advice =
    "use lower case letters, digits and '_', in words with dots between them: zone1.top.temperature"

  fileprivate static func isWellFormed(_ name: String) -> Bool {
    name.utf8.count <= 64
      && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { word in
        word.utf8.first.map(isLetter) == true
          && word.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
      }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}

extension ScalarKind where Value == String {
  /// The name of a signal or group, which ``NameCheck`` judges; what quotes would not make a name is
  /// not told to be quoted.
  static let dottedName = ScalarKind(
    expected: text.expected,
    example: "zone1.top.temperature",
    schema: text.schema
  ) { scalar throws(ScalarProblem) in
    do throws(ScalarProblem) {
      return try text.read(scalar)
    } catch {
      guard case .other(.ambiguousScalar, _) = error, !NameCheck.isWellFormed(scalar.text) else {
        throw error
      }
      throw .other(.badName, message: "\(scalar.text) cannot be a name; \(NameCheck.advice)")
    }
  }
}
