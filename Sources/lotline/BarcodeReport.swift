internal import Scans

/// What a code says, for people.
enum BarcodeReport {
  static func text(_ code: ScannedCode) -> String {
    let kind = code.facts.kind.map { ", \($0.words)" } ?? ""
    let symbol = code.symbology.map { ", from \($0.name) (\($0))" } ?? ""
    var lines = ["\(code.standard.rawValue)\(symbol)\(kind)"]
    lines += table(code.elements)
    if let udi = code.udi {
      lines.append("UDI")
      let parts =
        [("DI", udi.deviceIdentifier)] + udi.productionIdentifiers.map { ("PI", $0) }
      lines += parts.map { "  \($0.0)  (\($0.1.key)) \(shown($0.1))" }
    }
    if let kind = code.facts.kind, code.standard != .plain {
      let stated = code.facts.stated.map { "\($0.name) \($0.value)" }
      if !stated.isEmpty { lines.append("As \(kind.words): " + stated.joined(separator: ", ")) }
    }
    return (lines + code.notes.map { "Note: \($0.sentence)" }).joined(separator: "\n")
  }

  private static func table(_ elements: [CodeElement]) -> [String] {
    let keys = elements.map { "(\($0.key))" }
    let keyWidth = keys.map(\.count).max() ?? 0
    let titleWidth = elements.map(\.title.count).max() ?? 0
    return zip(keys, elements).map { key, element in
      "  \(padded(key, keyWidth))  \(padded(element.title, titleWidth))  \(shown(element))"
    }
  }

  private static func shown(_ element: CodeElement) -> String {
    element.date.map { "\($0) (\(element.value))" } ?? element.value
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
