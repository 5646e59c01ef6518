package import Profiles
package import Telemetry

/// What the caveats of device profiles say about how devices are delivered.
///
/// "Delivered with 19200 baud, no parity, 2 stop bits, unit 240" makes these settings and this unit
/// more likely than others.
package struct ScanHints: Sendable, Hashable {
  package struct Settings: Sendable, Hashable {
    package let baud: Int
    package let parity: SerialLine.Parity
    package let stopBits: Int
  }

  /// Settings of Modbus devices, then of the others, in the profiles' order.
  package let settings: [Settings]
  package let units: [UnitID]

  package init(profiles: [DeviceProfile]) {
    var settings: [Settings] = []
    var units: [UnitID] = []
    for caveat in profiles.flatMap(\.caveats) {
      let words = Self.words(of: caveat)
      if let found = Self.settings(in: words), !settings.contains(found) { settings.append(found) }
      for unit in Self.units(in: words) where !units.contains(unit) { units.append(unit) }
    }
    self.settings = settings
    self.units = units
  }

  private static func words(of text: String) -> [Substring] {
    text.split { !$0.isLetter && !$0.isNumber }
  }

  private static func settings(in words: [Substring]) -> Settings? {
    guard let baud = number(before: "baud", in: words), (300...921_600).contains(baud) else {
      return nil
    }
    let parity: SerialLine.Parity =
      follow("even", "parity", in: words)
      ? .even : follow("odd", "parity", in: words) ? .odd : .none
    let stopBits = number(before: "stop", in: words).flatMap { (1...2).contains($0) ? $0 : nil }
    return Settings(baud: baud, parity: parity, stopBits: stopBits ?? 1)
  }

  private static func units(in words: [Substring]) -> [UnitID] {
    zip(words, words.dropFirst()).compactMap { word, next in
      guard word == "unit" || word == "units" else { return nil }
      return UInt8(next).flatMap { UnitID($0) }
    }
  }

  private static func number(before noun: String, in words: [Substring]) -> Int? {
    zip(words, words.dropFirst()).lazy.compactMap { $1 == noun ? Int($0) : nil }.first
  }

  private static func follow(_ first: String, _ second: String, in words: [Substring]) -> Bool {
    zip(words, words.dropFirst()).contains { $0.lowercased() == first && $1 == second }
  }
}
