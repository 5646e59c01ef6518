extension FieldReader {
  /// Reads a list of two numbers, the lower one first.
  package func range(_ key: Key<YAMLDecimal>) -> ClosedRange<Double>? {
    guard let bounds = values(key), bounds.count == 2 else { return nil }
    let (lower, upper) = (bounds[0].value.double, bounds[1].value.double)
    guard lower < upper else {
      log.add(
        .outOfBounds,
        at: bounds[0].mark,
        "\"\(key.name)\" begins at \(lower) and ends at \(upper); write the lower number first"
      )
      return nil
    }
    return lower...upper
  }
}
