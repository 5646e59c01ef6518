/// Takes codes of the Health Industry Bar Code supplier standard apart (ANSI/HIBC 2.6): `+`, then the
/// labeler and product, or lot, serial and dates, or both joined by `/`; a check character ends it.
struct HIBC {
  /// What was scanned, and the same for errors.
  let bytes: ArraySlice<UInt8>
  let code: String
  let year: Int

  /// The elements.
  ///
  /// - Throws: ``CodeError`` for a code that breaks the standard.
  func elements() throws(CodeError) -> [CodeElement] {
    let body = try checkedBody()
    guard let first = body.first else { throw malformed("it is too short") }
    if first.isCapital { return try primary(body) }
    guard first == UInt8(ascii: "$") || first.isDigit else {
      throw malformed("only codes of suppliers are read, which have a labeler, a lot or a serial")
    }
    // The last character links it to the label's other code.
    let elements = try secondary(body.dropLast())
    if elements.isEmpty { throw malformed("it names neither lot nor serial") }
    return elements
  }

  /// What stands between the `+` and the check character.
  private func checkedBody() throws(CodeError) -> ArraySlice<UInt8> {
    var sum = 0
    for (index, byte) in zip(bytes.indices, bytes) {
      guard let value = Self.value(of: byte) else {
        throw CodeError(
          .malformed,
          in: code,
          at: index + 1,
          "a HIBC has capital letters, digits and - . $ / + % only",
          mend: "scan again; see that the keyboard's capital lock is off"
        )
      }
      if index < bytes.endIndex - 1 { sum += value }
    }
    let right = Self.characters[sum % Self.characters.count]
    guard bytes.count > 2, let last = bytes.last, last == right else {
      throw CodeError(
        .check,
        in: code,
        at: bytes.endIndex,
        "it is a HIBC whose check character should be '\(Character(Unicode.Scalar(right)))'",
        mend: "scan again, or have the label printed anew"
      )
    }
    return bytes.dropFirst().dropLast()
  }

  private func primary(_ body: ArraySlice<UInt8>) throws(CodeError) -> [CodeElement] {
    let parts = body.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let product = parts[0]
    guard (6...23).contains(product.count), product.allSatisfy({ $0.isDigit || $0.isCapital }),
      let unit = product.last, unit.isDigit
    else {
      throw malformed("the labeler (4 characters), product and unit of measure are not right")
    }
    var elements = [CodeElement("+", "product (labeler, number and unit of measure)", product.text)]
    for part in parts.dropFirst() {
      if part.first == UInt8(ascii: "$") || part.first?.isDigit == true && !Self.isSupplement(part)
      {
        elements += try secondary(part)
      } else {
        elements.append(try supplement(part))
      }
    }
    return elements
  }

  private static let supplements: [(key: String, title: String)] = [
    ("16D", "produced"), ("14D", "use by"), ("S", "serial number"), ("Q", "quantity"),
    ("L", "storage location"),
  ]

  private static func isSupplement(_ part: ArraySlice<UInt8>) -> Bool {
    part.text.hasPrefix("14D") || part.text.hasPrefix("16D")
  }

  private func supplement(_ part: ArraySlice<UInt8>) throws(CodeError) -> CodeElement {
    guard let (key, title) = Self.supplements.first(where: { part.text.hasPrefix($0.key) }) else {
      return CodeElement("/", "other data", part.text)
    }
    let value = part.dropFirst(key.utf8.count)
    guard key.hasSuffix("D") else { return CodeElement(key, title, value.text) }
    guard value.count == 8, value.allSatisfy(\.isDigit),
      let date = CodeDate(
        year: value.prefix(4).number,
        month: value.dropFirst(4).prefix(2).number,
        day: value.suffix(2).number
      )
    else { throw malformed("\"\(value.text)\" is no date as YYYYMMDD") }
    return CodeElement(key, title, value.text, date: date)
  }

  func malformed(_ problem: String) -> CodeError {
    CodeError(
      .malformed,
      in: code,
      "it begins as a HIBC: \(problem)",
      mend: "scan again, or another code of the label"
    )
  }

  private static let characters = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%".utf8)

  private static func value(of byte: UInt8) -> Int? { characters.firstIndex(of: byte) }
}
