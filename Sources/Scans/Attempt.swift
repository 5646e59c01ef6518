/// The reading of one code: which standard it follows, and what it says.
struct Attempt {
  /// Stand-ins replaced.
  let bytes: [UInt8]

  /// Where the data begins, after the symbology identifier.
  let start: Int
  let symbology: Symbology?
  let rules: CodeRules
  let year: Int

  /// What a person read on the label.
  let lot: String?
  let patterns: [PatternMatcher]

  private var data: ArraySlice<UInt8> { bytes[start...] }
  private var shown: String { VisibleText.text(of: bytes) }

  func read() throws(CodeError) -> ScannedCode {
    switch symbology?.content {
    case .elementString: return try elementString(isProven: true)
    case .articleNumber where CheckDigit.isGTIN(data): return article(isProven: true)
    default: break
    }
    if symbology == nil, data.contains(GS1Parser.separator) {
      return try elementString(isProven: true)
    }
    if let plain = try plain() {
      if symbology == nil, provesItself { throw contradiction(plain) }
      return plain
    }
    return try standard()
  }

  /// Whether it begins with a GS1 key whose check digit is right.
  private var provesItself: Bool {
    guard let entry = GS1Dictionary.entry(at: data), entry.isKey else { return false }
    let value = data.dropFirst(entry.ai.utf8.count).prefix(entry.length.upperBound)
    return GS1Element(entry: entry, value: value).fault == nil
  }

  private func contradiction(_ plain: ScannedCode) -> CodeError {
    CodeError(
      .contradiction,
      in: shown,
      "a pattern of scans.codes fits it, as \(plain.facts.kind?.words ?? "a code"), and it is a GS1 "
        + "code with the right check digit",
      mend: "have the scanner send the symbology identifier (AIM ID), or make the pattern narrower"
    )
  }

  /// A code that no pattern of the plant fits, by what it begins with.
  private func standard() throws(CodeError) -> ScannedCode {
    switch data.first {
    case UInt8(ascii: "+"):
      let elements = try HIBC(bytes: data, code: shown, year: year).elements()
      return result(.hibc, elements, lot: ["$"], serial: ["$+", "S"], device: "+")
    case UInt8(ascii: "="), UInt8(ascii: "&"):
      let elements = try ISBT128(bytes: data, code: shown).elements()
      return result(.isbt128, elements, lot: ["&,1"], serial: ["=,"], device: "=/")
    case UInt8(ascii: "("):
      guard let bytes = Bracketed.bytes(of: data) else { break }
      let parser = GS1Parser(code: shown, bytes: bytes[...], hasPlaces: false, judge: judge)
      let read = try parser.elements()
      return gs1(.gs1, read.found, read.notes)
    default: break
    }
    if DigitalLink.isAddress(data.text) {
      let read = try DigitalLink(code: shown, judge: judge).elements(of: data.text)
      return gs1(.digitalLink, read.found, read.notes)
    }
    if symbology == nil, GS1Dictionary.entry(at: data) != nil {
      return try looksLikeGS1()
    }
    if CheckDigit.isGTIN(data) { return article(isProven: symbology != nil) }
    throw unknown()
  }

  private func looksLikeGS1() throws(CodeError) -> ScannedCode {
    do throws(CodeError) {
      return try elementString(isProven: false)
    } catch {
      if CheckDigit.isGTIN(data) { return article(isProven: false) }
      // A key with its check digit begins a GS1 code; anything else may be any plant's own.
      if error.kind == .ambiguous || GS1Dictionary.entry(at: data)?.isKey == true { throw error }
      throw unknown()
    }
  }

  private func unknown() -> CodeError {
    let known = Set(rules.codes.map(\.kind.words)).sorted().joined(separator: ", ")
    let read = symbology.map { "it comes from \($0.name) and is" } ?? "it is"
    return CodeError(
      .unknown,
      in: shown,
      "\(read) none of GS1, HIBC or ISBT 128, and no pattern of this plant fits"
        + (known.isEmpty ? "" : " (there are patterns for \(known))"),
      mend: "scan another code, or add its pattern to scans.codes in the agent's configuration"
    )
  }

  // MARK: GS1

  private func elementString(isProven: Bool) throws(CodeError) -> ScannedCode {
    let read = try GS1Parser(code: shown, bytes: data, judge: judge).elements()
    var notes = read.notes
    if !isProven, !read.found.contains(where: \.entry.isKey) {
      notes.append(
        CodeNote(
          .unproven,
          "It looks like a GS1 code, but neither a symbology identifier nor a check digit proves it. "
            + "Have the scanner send the symbology identifier (AIM ID)."
        )
      )
    }
    return gs1(.gs1, read.found, notes)
  }

  private func article(isProven: Bool) -> ScannedCode {
    let digits = Array(repeating: UInt8(ascii: "0"), count: 14 - data.count) + data
    var facts = CodeFacts()
    facts.identifier = digits.text
    return ScannedCode(
      text: shown,
      symbology: symbology,
      standard: .gtin,
      elements: [CodeElement("01", "article (GTIN)", digits.text)],
      facts: completed(facts),
      notes: isProven
        ? []
        : [
          CodeNote(
            .unproven,
            "It looks like a GTIN, but no symbology identifier proves it. Have the scanner send the "
              + "symbology identifier (AIM ID)."
          )
        ]
    )
  }

  private func gs1(
    _ standard: ScannedCode.Standard,
    _ found: [GS1Element],
    _ notes: [CodeNote]
  ) -> ScannedCode {
    let elements = found.map { $0.element(year: year) }
    var facts = CodeFacts()
    func first(_ keys: String...) -> CodeElement? {
      keys.lazy.compactMap { key in elements.first { $0.key == key } }.first
    }
    facts.identifier = first("01")?.value
    facts.lot = first("10")?.value
    facts.serial = first("21")?.value
    facts.expires = first("17", "7003")?.date
    facts.manufactured = first("11")?.date
    facts.part = first("241", "240")?.value
    return ScannedCode(
      text: shown,
      symbology: symbology,
      standard: standard,
      elements: elements,
      facts: completed(facts),
      notes: notes
    )
  }

  // MARK: Other standards

  private func result(
    _ standard: ScannedCode.Standard,
    _ elements: [CodeElement],
    lot: Set<String>,
    serial: Set<String>,
    device: String
  ) -> ScannedCode {
    var facts = CodeFacts()
    facts.identifier = elements.first { $0.key == device }?.value
    facts.lot = elements.first { lot.contains($0.key) }?.value
    facts.serial = elements.first { serial.contains($0.key) }?.value
    facts.expires = elements.first { $0.title == "use by" }?.date
    facts.manufactured = elements.first { $0.title == "produced" }?.date
    return ScannedCode(
      text: shown,
      symbology: symbology,
      standard: standard,
      elements: elements,
      facts: completed(facts)
    )
  }

  // MARK: The plant's own

  private func plain() throws(CodeError) -> ScannedCode? {
    let text = data.text
    let fitting = patterns.compactMap { pattern in
      pattern.facts(of: text).map { (kind: pattern.rule.kind, facts: $0) }
    }
    guard let first = fitting.first else { return nil }
    if let other = fitting.first(where: { $0.facts != first.facts }) {
      throw CodeError(
        .contradiction,
        in: shown,
        "two patterns of scans.codes fit it and say different things: it is \(first.kind.words), "
          + "and \(other.kind.words)",
        mend: "have the patterns made so that one of them fits"
      )
    }
    return ScannedCode(
      text: shown,
      symbology: symbology,
      standard: .plain,
      elements: first.facts.elements,
      facts: first.facts
    )
  }

  /// What the configuration says of the article, or of a lot that looks as one of its patterns.
  private func completed(_ read: CodeFacts) -> CodeFacts {
    var facts = read
    if let article = rules.articles.first(where: { $0.identifier == facts.identifier }) {
      facts.kind = article.kind == .lot && facts.serial != nil ? .unit : article.kind
      facts.add(article.stated, overriding: true)
      return facts
    }
    guard let lot = facts.lot else { return facts }
    let fitting = patterns.filter { [.lot, .material].contains($0.rule.kind) }
      .compactMap { $0.facts(of: lot) }
    if let first = fitting.first, fitting.allSatisfy({ $0 == first }) {
      facts.kind = first.kind
      facts.add(first, overriding: false)
    }
    return facts
  }

  /// What is known of a value of which it is not certain where it ends.
  private func judge(_ ai: String, _ value: String) -> Bool? {
    if ai == "10", let lot { return value == lot }
    let kinds: [CodeKind] = ai == "10" ? [.lot, .material] : ai == "21" ? [.unit] : []
    let relevant = patterns.filter { kinds.contains($0.rule.kind) }
    return relevant.isEmpty ? nil : relevant.contains { $0.facts(of: value) != nil }
  }
}

extension GS1Entry {
  /// Whether it has a check digit at its end, so that a code with it proves itself.
  var isKey: Bool { isPredefined && components.first?.linters.contains(.csum) == true }
}

/// `(01)09506000134352(10)LOT-42`: as labels print it for people.
enum Bracketed {
  /// The element string that is meant, every value ended by a separator; nil for another text.
  static func bytes(of data: ArraySlice<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    var rest = data
    while !rest.isEmpty {
      if let ai = Self.ai(at: rest) {
        if !result.isEmpty { result.append(GS1Parser.separator) }
        result += ai
        rest = rest.dropFirst(ai.count + 2)
      } else if result.isEmpty {
        return nil
      } else {
        result.append(rest.removeFirst())
      }
    }
    return result + [GS1Parser.separator]
  }

  private static func ai(at rest: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard rest.first == UInt8(ascii: "(") else { return nil }
    let digits = rest.dropFirst().prefix { $0 != UInt8(ascii: ")") }
    guard (2...4).contains(digits.count), digits.endIndex < rest.endIndex,
      GS1Dictionary.entries[digits.text] != nil
    else { return nil }
    return digits
  }
}
