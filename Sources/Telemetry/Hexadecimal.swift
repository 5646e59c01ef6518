extension FixedWidthInteger where Self: UnsignedInteger {
  /// Hexadecimal digits in upper case, with zeros before them: `0A`, `01F4`.
  package func hexadecimal(digits: Int) -> String {
    let text = String(self, radix: 16, uppercase: true)
    return String(repeating: "0", count: Swift.max(0, digits - text.count)) + text
  }
}
