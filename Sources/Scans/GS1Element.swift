/// One element of a GS1 message: what is stated, and what the dictionary states of it.
struct GS1Element: Hashable {
  let entry: GS1Entry

  /// A slice of what was scanned.
  let value: ArraySlice<UInt8>

  /// `(10) batch or lot`, for errors.
  var name: String { "(\(entry.ai))" + (title.isEmpty ? "" : " \(title)") }

  /// What the element is, in a technician's words, or GS1's title.
  var title: String { Self.words[entry.ai] ?? entry.title }

  /// The first thing that is wrong with the value.
  var fault: GS1Fault? {
    var rest = value
    for component in entry.components {
      if rest.isEmpty, component.isOptional { return nil }
      let part = rest.prefix(component.length.upperBound)
      if part.count < component.length.lowerBound {
        return GS1Fault(at: part.endIndex, "it is too short: it has \(Self.extent(entry.length))")
      }
      if let index = part.firstIndex(where: { !component.characters.contains($0) }) {
        return GS1Fault(at: index, "it may hold \(component.characters.words) only")
      }
      for linter in component.linters {
        if let fault = linter.fault(in: part) { return fault }
      }
      rest = rest.dropFirst(part.count)
    }
    return rest.isEmpty
      ? nil
      : GS1Fault(at: rest.startIndex, "it is too long: it has \(Self.extent(entry.length))")
  }

  private static func extent(_ length: ClosedRange<Int>) -> String {
    length.count == 1
      ? "\(length.upperBound) characters"
      : "\(length.lowerBound) to \(length.upperBound) characters"
  }

  private static let words = [
    "00": "shipping container (SSCC)", "01": "article (GTIN)", "02": "article inside (GTIN)",
    "03": "article made to order (GTIN)", "10": "batch or lot", "11": "produced", "13": "packed",
    "15": "best before", "16": "sell by", "17": "use by", "20": "variant", "21": "serial number",
    "22": "consumer product variant", "30": "count", "37": "count inside",
    "240": "additional identification", "241": "customer's part number",
    "250": "secondary serial number", "251": "source", "400": "customer's order",
    "410": "ship to", "414": "place (GLN)", "8012": "software version",
  ]
}

extension GS1Element {
  func element(year: Int) -> CodeElement {
    CodeElement(entry.ai, title, value.text, date: date(year: year))
  }

  private func date(year: Int) -> CodeDate? {
    guard let linters = entry.components.first?.linters,
      linters.contains(.yymmdd) || linters.contains(.yymmd0)
    else { return nil }
    return CodeDate(gs1: value, year: year)
  }
}
