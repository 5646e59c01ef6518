/// Takes GS1 element strings apart (GS1 General Specifications, 7.8).
struct GS1Parser {
  /// GS, which stands for FNC1 between elements.
  static let separator: UInt8 = 0x1D

  /// What was scanned, for errors.
  let code: String

  /// The elements, after the symbology identifier.
  let bytes: ArraySlice<UInt8>

  /// Whether `bytes` lie in what was scanned as they are, so that errors can name the character.
  var hasPlaces = true

  /// What the configuration says of a value: nil when nothing, else whether it is a right one.
  let judge: (_ ai: String, _ value: String) -> Bool?

  /// The elements, and what is to be known of them.
  func elements() throws(CodeError) -> (found: [GS1Element], notes: [CodeNote]) {
    var found: [GS1Element] = []
    var notes: [CodeNote] = []
    let isSeparated = bytes.contains(Self.separator)
    for segment in bytes.split(separator: Self.separator) {
      var rest = segment
      while !rest.isEmpty {
        let entry = try entry(at: rest)
        let content = rest.dropFirst(entry.ai.utf8.count)
        guard entry.isPredefined || isSeparated else {
          let run = UnseparatedRun(entry: entry, content: content, before: found, judge: judge)
          let settled = try settle(run)
          found += settled.elements
          notes += settled.notes
          break
        }
        let length = entry.isPredefined ? entry.length.upperBound : content.count
        let element = GS1Element(entry: entry, value: content.prefix(length))
        try check(element, isSeparated: isSeparated)
        found.append(element)
        rest = content.dropFirst(length)
      }
    }
    guard !found.isEmpty else {
      throw CodeError(.length, in: code, "it holds no element", mend: "scan again")
    }
    return (try distinct(found), notes + Self.incompleteness(of: found))
  }

  private func place(_ index: Int) -> Int? { hasPlaces ? index + 1 : nil }

  private func entry(at rest: ArraySlice<UInt8>) throws(CodeError) -> GS1Entry {
    if let entry = GS1Dictionary.entry(at: rest) { return entry }
    let shown = rest.prefix(4).text
    throw CodeError(
      .malformed,
      in: code,
      at: place(rest.startIndex),
      "no GS1 Application Identifier begins with \"\(shown)\"",
      mend: "scan again; if it stays, the label is not as GS1 wants it"
    )
  }

  func check(_ element: GS1Element, isSeparated: Bool) throws(CodeError) {
    guard let fault = element.fault else { return }
    throw CodeError(
      fault.isCheck ? .check : .malformed,
      in: code,
      at: place(fault.index),
      "\(element.name) is \"\(element.value.text)\": \(fault.reason)",
      mend: fault.isCheck ? "scan again, or have the label printed anew" : "scan again"
    )
  }

  // MARK: Without separators

  private func settle(
    _ run: UnseparatedRun
  ) throws(CodeError) -> (elements: [GS1Element], notes: [CodeNote]) {
    let all = run.readings(limit: 4)
    let literal = GS1Element(entry: run.entry, value: run.content)
    guard let first = all.first else {
      try check(literal, isSeparated: false)
      return ([literal], [])
    }
    if all.count == 1 {
      if first == [literal] { return (first, []) }
      return (
        first,
        [
          CodeNote(
            .separatorLost,
            "A separator was lost; there is one way to read the code without it. Have the scanner "
              + "send it."
          )
        ]
      )
    }
    if let settled = run.settledReading() {
      return (
        settled,
        [
          CodeNote(
            .settled,
            "Without a separator it can be read in several ways; the configuration's patterns, or "
              + "whoever scanned it, say that this is the one."
          )
        ]
      )
    }
    throw ambiguity(literal, all)
  }

  private func ambiguity(_ literal: GS1Element, _ readings: [[GS1Element]]) -> CodeError {
    let ways = readings.map { reading in
      reading.map { "\($0.name) \($0.value.text)" }.joined(separator: " with ")
    }
    let shown = ways.prefix(3).joined(separator: ", or as ") + (ways.count > 3 ? ", and more" : "")
    return CodeError(
      .ambiguous,
      in: code,
      at: place(literal.value.startIndex),
      "it is ambiguous: no separator (GS) came from the scanner, so it reads as \(shown)",
      mend: "have the scanner send the separator, or type the lot that the label shows, or add the "
        + "pattern of your lots to scans.codes in the agent's configuration",
      readings: readings.map { $0.map { CodeElement($0.entry.ai, $0.title, $0.value.text) } }
    )
  }

  // MARK: Elements beside each other

  /// The elements, each once.
  func distinct(_ elements: [GS1Element]) throws(CodeError) -> [GS1Element] {
    var found: [GS1Element] = []
    for element in elements {
      if let before = found.first(where: { $0.entry.ai == element.entry.ai }) {
        guard before.value.elementsEqual(element.value) else {
          throw contradiction(
            element,
            "\(element.name) is there twice, as \"\(before.value.text)\" and as "
              + "\"\(element.value.text)\""
          )
        }
        continue
      }
      if let other = found.first(where: { $0.excludes(element) || element.excludes($0) }) {
        throw contradiction(element, "\(element.name) cannot stand with \(other.name)")
      }
      found.append(element)
    }
    return found
  }

  private func contradiction(_ element: GS1Element, _ problem: String) -> CodeError {
    CodeError(
      .contradiction,
      in: code,
      at: place(element.value.startIndex),
      problem,
      mend: "scan one code at a time; if it stays, the label is not as GS1 wants it"
    )
  }

  /// What the standard wants beside an element may be in another code of the same label.
  static func incompleteness(of elements: [GS1Element]) -> [CodeNote] {
    let ais = elements.map(\.entry.ai)
    return elements.compactMap { element in
      let missing = element.entry.required.first { groups in
        !groups.contains { group in
          group.allSatisfy { pattern in ais.contains { GS1Entry.matches($0, pattern) } }
        }
      }
      return missing.map { groups in
        let wanted = groups.map { $0.map { "(\($0))" }.joined(separator: " and ") }
        return CodeNote(
          .incomplete,
          "\(element.name) goes with \(wanted.joined(separator: " or ")), which this code does not "
            + "hold; it may be in another code of the label."
        )
      }
    }
  }
}

extension GS1Element {
  /// Whether the two contradict each other; an AI does not exclude itself.
  func excludes(_ other: GS1Element) -> Bool {
    entry.ai != other.entry.ai
      && entry.excluded.contains { GS1Entry.matches(other.entry.ai, $0) }
  }
}
