/// A unit of speed, as a UCUM code: a length and a time, `cm/min`, `m.s-1`, `[ft_i]/min`.
package enum SpeedUnit {
  /// Metres in each length (UCUM 2.1, tables 2 and 8).
  private static let lengths: [String: Double] = [
    "m": 1, "[in_i]": 0.0254, "[ft_i]": 0.3048, "[yd_i]": 0.9144, "[mi_i]": 1_609.344,
  ]

  /// What a prefix multiplies by; only metric units take one (UCUM 11).
  private static let prefixes: [String: Double] = [
    "k": 1_000, "d": 0.1, "c": 0.01, "m": 0.001, "u": 1e-6, "n": 1e-9,
  ]

  /// Seconds in each time (UCUM, table 3).
  private static let times: [String: Double] = ["s": 1, "min": 60, "h": 3_600, "ms": 0.001]

  /// How many metres a second one of a unit is; nil when it is no unit of speed.
  package static func metresPerSecond(_ code: String) -> Double? {
    let parts: [Substring]
    if code.contains("/") {
      parts = code.split(separator: "/", omittingEmptySubsequences: false)
    } else {
      guard code.hasSuffix("-1") else { return nil }
      parts = code.dropLast(2).split(separator: ".", omittingEmptySubsequences: false)
    }
    guard parts.count == 2, let length = metres(String(parts[0])),
      let time = times[String(parts[1])]
    else { return nil }
    return length / time
  }

  private static func metres(_ code: String) -> Double? {
    if let length = lengths[code] { return length }
    guard code.count == 2, code.hasSuffix("m") else { return nil }
    return prefixes[String(code.prefix(1))]
  }
}
