internal import Profiles

/// What a signal's name, quantity and title say of it, in lower case.
struct SignalWords: Sendable {
  private let text: String
  let name: String

  init(_ signal: Signal) {
    name = signal.name.lowercased()
    text = [name, signal.quantity ?? "", signal.title ?? ""].joined(separator: " ").lowercased()
  }

  func says(_ words: String...) -> Bool { words.contains { text.contains($0) } }

  /// Whether one of the words begins so: `enabled` begins with `enable`, `disabled` does not.
  func begin(_ beginnings: String...) -> Bool {
    text.split { !$0.isLetter && !$0.isNumber }
      .contains { word in beginnings.contains { word.hasPrefix($0) } }
  }

  /// Whether the signal tells that something is wrong.
  var speakOfTrouble: Bool { begin("alarm", "fault", "error", "warning", "fail") }

  /// The number after `zone` in the name: 3 in `zone3.top.temperature` and in `zone_03.temp`.
  var zone: Int? {
    guard let start = name.range(of: "zone")?.upperBound else { return nil }
    let digits = name[start...].drop { !$0.isNumber }.prefix { $0.isNumber }
    guard let number = Int(digits), number > 0 else { return nil }
    return number
  }

  /// Whether the signal is a value that the machine is told to reach.
  func isSetpoint(_ signal: Signal) -> Bool {
    signal.role == .setpoint || says("setpoint", "set_point", "set point", "target")
  }
}

extension String {
  /// Where `part` first lies; the standard library has no search for substrings of its own.
  fileprivate func range(of part: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(part) {
        return start..<index(start, offsetBy: part.count)
      }
      start = index(after: start)
    }
    return nil
  }
}
