internal import Telemetry

/// Takes GS1 Digital Link URIs apart (GS1 Digital Link standard: URI syntax, 1.6): any domain, any
/// path before the key, `https://id.gs1.org/01/09506000134352/10/LOT-42?17=261130`.
struct DigitalLink {
  /// What was scanned.
  let code: String
  let judge: (_ ai: String, _ value: String) -> Bool?

  /// Whether a text is a web address at all.
  static func isAddress(_ text: String) -> Bool {
    let start = text.prefix(8).lowercased()
    return start.hasPrefix("http://") || start == "https://"
  }

  /// - Throws: ``CodeError`` for an address that names no GS1 key, or one that is wrong.
  func elements(of text: String) throws(CodeError) -> (found: [GS1Element], notes: [CodeNote]) {
    let address = text.prefix { $0 != "#" }
    let bare = address.prefix { $0 != "?" }
    let start = text.lowercased().hasPrefix("https://") ? 8 : 7
    let segments = bare.dropFirst(start).split(separator: "/", omittingEmptySubsequences: false)
      .dropFirst().map(String.init)
    let path = try pathElements(segments.last == "" ? segments.dropLast() : segments)
    let query = try queryElements(address.dropFirst(bare.count + 1))
    let parser = GS1Parser(code: code, bytes: [], hasPlaces: false, judge: judge)
    for element in path + query.found { try parser.check(element, isSeparated: true) }
    let found = try parser.distinct(path + query.found)
    return (found, query.notes + GS1Parser.incompleteness(of: found))
  }

  /// The key, and what qualifies it, in the first place of the path from which that is all.
  private func pathElements(_ segments: [String]) throws(CodeError) -> [GS1Element] {
    for start in segments.indices {
      let rest = segments[start...]
      guard rest.count.isMultiple(of: 2),
        let qualifiers = GS1Dictionary.entries[segments[start]]?.qualifiers
      else { continue }
      let pairs = stride(from: start, to: segments.endIndex, by: 2).map {
        (ai: segments[$0], value: segments[$0 + 1])
      }
      let ais = pairs.dropFirst().map(\.ai)
      let isInOrder = ais.isEmpty || qualifiers.contains { Self.isSequence(ais, within: $0) }
      guard isInOrder else { continue }
      var elements: [GS1Element] = []
      for pair in pairs { elements.append(try element(pair.ai, pair.value)) }
      return elements
    }
    throw CodeError(
      .unknown,
      in: code,
      "it is a web address in whose path no GS1 key stands, as /01/ and a GTIN",
      mend: "scan another code of the label"
    )
  }

  /// Whether `ais` are some of `all`, in their order.
  private static func isSequence(_ ais: [String], within all: [String]) -> Bool {
    var rest = all[...]
    for ai in ais {
      guard let position = rest.firstIndex(of: ai) else { return false }
      rest = rest[(position + 1)...]
    }
    return true
  }

  private func queryElements(
    _ query: Substring
  ) throws(CodeError) -> (found: [GS1Element], notes: [CodeNote]) {
    var found: [GS1Element] = []
    var notes: [CodeNote] = []
    for part in query.split(whereSeparator: { $0 == "&" || $0 == ";" }) {
      let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let key = String(halves[0])
      guard !key.isEmpty, key.utf8.allSatisfy(\.isDigit) else { continue }
      guard halves.count == 2, let entry = GS1Dictionary.entries[key], entry.isLinkAttribute else {
        notes.append(
          CodeNote(.ignored, "\"\(part)\" in the address says nothing that GS1 has there.")
        )
        continue
      }
      found.append(try element(key, String(halves[1])))
    }
    return (found, notes)
  }

  private func element(_ ai: String, _ encoded: String) throws(CodeError) -> GS1Element {
    guard let entry = GS1Dictionary.entries[ai], let value = PercentEncoding.decode(encoded) else {
      throw CodeError(
        .malformed,
        in: code,
        "\"\(encoded)\" in the address is wrongly encoded",
        mend: "scan again; if it stays, the label is not as GS1 wants it"
      )
    }
    var bytes = Array(value.utf8)
    // A shorter GTIN is the same number with zeros before it.
    if ai == "01" || ai == "02", [8, 12, 13].contains(bytes.count) {
      bytes = Array(repeating: UInt8(ascii: "0"), count: 14 - bytes.count) + bytes
    }
    return GS1Element(entry: entry, value: bytes[...])
  }
}
