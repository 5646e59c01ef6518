/// A scale and an offset as the decimal numbers that the profile states, so that 1832 × 0.1 is
/// 183.2 and not 183.20000000000002.
package struct Scaling: Sendable, Hashable {
  package let scale: Decimal
  package let offset: Decimal

  /// Decimals that the result is rounded to, half away from zero; nil keeps all.
  package let decimals: Int?

  package init(
    scale: Decimal = Decimal(mantissa: 1, places: 0),
    offset: Decimal = Decimal(mantissa: 0, places: 0),
    decimals: Int? = nil
  ) {
    self.scale = scale
    self.offset = offset
    self.decimals = decimals
  }

  /// A decimal number: mantissa × 10^−places.
  package struct Decimal: Sendable, Hashable {
    package let mantissa: Int64

    /// Digits after the point, 0 to 15.
    package let places: Int

    package init(mantissa: Int64, places: Int) {
      precondition((0...15).contains(places))
      self.mantissa = mantissa
      self.places = places
    }
  }
}
