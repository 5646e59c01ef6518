/// Takes codes of ICCBBA's ISBT 128 standard apart, as medical products of human origin carry them:
/// `=/A9999XYZ100T0944=,000025=>014032&,1000000000000XYZ123`.
///
/// Data structures whose length is not known here end where the next one begins.
struct ISBT128 {
  let bytes: ArraySlice<UInt8>

  /// What was scanned, for errors.
  let code: String

  private struct Structure {
    /// What it begins with.
    let key: String
    let title: String
    let length: Int
    var isDate = false
  }

  /// ISBT 128 Standard Technical Specification, chapter 2.
  private static let structures = [
    Structure(key: "=/", title: "product (processor and product code)", length: 16),
    Structure(key: "=,", title: "serial number", length: 6),
    Structure(key: "=>", title: "use by", length: 6, isDate: true),
    Structure(key: "=}", title: "produced", length: 6, isDate: true),
    Structure(key: "&,1", title: "batch or lot", length: 18),
    Structure(key: "=<", title: "product code", length: 8),
    Structure(key: "=%", title: "blood groups", length: 4),
    Structure(key: "&>", title: "use by, with the time", length: 10),
    Structure(key: "=+", title: "number of data structures", length: 5),
  ]

  func elements() throws(CodeError) -> [CodeElement] {
    var elements: [CodeElement] = []
    var rest = bytes
    while !rest.isEmpty {
      let structure = try structure(at: rest)
      let value = rest.dropFirst(structure.key.utf8.count).prefix(structure.length)
      elements.append(try element(structure, value))
      rest = rest.dropFirst(structure.key.utf8.count + structure.length)
    }
    return elements
  }

  private func structure(at rest: ArraySlice<UInt8>) throws(CodeError) -> Structure {
    if let known = Self.structures.first(where: { rest.starts(with: $0.key.utf8) }) {
      return known
    }
    let head = Array(rest.prefix(2))
    guard head.count == 2, [UInt8(ascii: "="), UInt8(ascii: "&")].contains(head[0]) else {
      throw malformed(at: rest.startIndex, "a data structure should begin here")
    }
    if head[0] == UInt8(ascii: "="), head[1].isDigit || head[1].isCapital {
      return Structure(key: "=", title: "donation identification number", length: 15)
    }
    let tail = rest.dropFirst(2).prefix { $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "&") }
    return Structure(key: head.text, title: "other data", length: tail.count)
  }

  private func element(
    _ structure: Structure,
    _ value: ArraySlice<UInt8>
  ) throws(CodeError) -> CodeElement {
    guard value.count == structure.length, !value.isEmpty else {
      throw malformed(
        at: value.startIndex,
        "\(structure.title) should have \(structure.length) characters"
      )
    }
    guard structure.isDate else {
      return CodeElement(structure.key, structure.title, value.text)
    }
    guard value.allSatisfy(\.isDigit), let date = Self.date(value) else {
      throw malformed(at: value.startIndex, "\"\(value.text)\" is no date as CYYJJJ")
    }
    return CodeElement(structure.key, structure.title, value.text, date: date)
  }

  /// The century's digit, the year and the day of it; 9 stands for the years before 2000.
  private static func date(_ digits: ArraySlice<UInt8>) -> CodeDate? {
    let century = digits.prefix(1).number
    return CodeDate(
      year: (century == 9 ? 1_900 : 2_000 + century * 100) + digits.dropFirst().prefix(2).number,
      ordinal: digits.dropFirst(3).number
    )
  }

  private func malformed(at index: Int, _ problem: String) -> CodeError {
    CodeError(
      .malformed,
      in: code,
      at: index + 1,
      "it begins as an ISBT 128 code: \(problem)",
      mend: "scan again, or another code of the label"
    )
  }
}
