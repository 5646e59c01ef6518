extension Duration {
  /// Reads a duration of Go, as Telegraf writes it: `1m30s`, `500ms`, or a number of seconds.
  init?(telegraf text: String) {
    guard (1...Self.maximumLength).contains(text.count) else { return nil }
    if let seconds = Double(text), (0..<1e9).contains(seconds) {
      self = .seconds(seconds)
      return
    }
    let units: [String: Duration] = [
      "ns": .nanoseconds(1), "us": .microseconds(1), "µs": .microseconds(1),
      "ms": .milliseconds(1), "s": .seconds(1), "m": .seconds(60), "h": .seconds(3_600),
      "d": .seconds(86_400),
    ]
    var total = Duration.zero
    var rest = text[...]
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isNumber || $0 == "." }
      let name = rest.dropFirst(digits.count).prefix { !$0.isNumber && $0 != "." }
      guard let unit = units[String(name)], let count = Double(digits), count < 1e9 else {
        return nil
      }
      total += unit * count
      rest = rest.dropFirst(digits.count + name.count)
    }
    self = total
  }

  /// No duration that means anything is written longer.
  private static let maximumLength = 40

  /// Whole milliseconds, half up.
  var milliseconds: Int64 {
    components.seconds * 1_000 + (components.attoseconds + 500_000_000_000_000)
      / 1_000_000_000_000_000
  }

  /// As profiles and configurations write it: `1500ms`, `2s`, `1m`, `24h`.
  var shortText: String {
    let milliseconds = self.milliseconds
    guard milliseconds > 0, milliseconds % 1_000 == 0 else { return "\(milliseconds)ms" }
    let seconds = milliseconds / 1_000
    if seconds % 3_600 == 0 { return "\(seconds / 3_600)h" }
    return seconds % 60 == 0 ? "\(seconds / 60)m" : "\(seconds)s"
  }

  /// The text of a period; nil for what no period may be.
  var profileText: String? {
    (10...86_400_000).contains(milliseconds) ? shortText : nil
  }
}
