internal import MarkedYAML

/// Reads what every signal has, whatever carries it.
struct SignalReader {
  let fields: FieldReader

  func signal(named name: String) -> Signal {
    Signal(
      name: name,
      title: fields.optional("title", .text)?.value,
      quantity: fields.optional("quantity", .text)?.value,
      unit: fields.optional("unit", Self.unit)?.value,
      range: range(),
      position: fields.optional("position", .decimal)?.value.double,
      role: fields.optional("role", ScalarKind<Signal.Role>.choice("known roles"))?.value
    )
  }

  /// Scale and offset; nil where the profile states neither.
  func scaling() -> Scaling? {
    let scale = fields.optional("scale", Self.scale)
    let offset = fields.optional("offset", .decimal)
    guard scale != nil || offset != nil else { return nil }
    return Scaling(
      scale: scale.map { Scaling.Decimal($0.value) } ?? Scaling.Decimal(mantissa: 1, places: 0),
      offset: offset.map { Scaling.Decimal($0.value) } ?? Scaling.Decimal(mantissa: 0, places: 0)
    )
  }

  /// Notes keys that make no sense here.
  func forbid(_ keys: [String], because reason: String) {
    for key in keys where fields.has(key) {
      _ = fields.node(key)
      fields.log.add(
        .contradiction,
        at: fields.mark(of: key),
        "\"\(key)\" \(reason)"
      )
    }
  }

  private func range() -> ClosedRange<Double>? {
    guard let bounds = fields.list("range", of: .decimal) else { return nil }
    let count = fields.count("range")
    guard count == 2 else {
      fields.log.add(
        .wrongType,
        at: fields.mark(of: "range"),
        "\"range\" has \(count) numbers; write the lowest and the highest: [0, 400]"
      )
      return nil
    }
    guard bounds.count == 2 else { return nil }
    let (lower, upper) = (bounds[0].value.double, bounds[1].value.double)
    guard lower < upper else {
      fields.log.add(
        .outOfBounds,
        at: bounds[0].mark,
        "\"range\" begins at \(lower) and ends at \(upper); write the lower number first"
      )
      return nil
    }
    return lower...upper
  }

  private static let scale = ScalarKind<YAMLDecimal>(
    expected: "a number other than 0, with at most 15 digits after the point",
    example: "0.1"
  ) { scalar throws(ScalarProblem) in
    let value = try ScalarKind.decimal.read(scalar)
    guard value.mantissa != 0 else { throw .outOfBounds }
    return value
  }

  private static let unit = ScalarKind<String>(expected: "a UCUM code", example: "Cel") {
    scalar throws(ScalarProblem) in
    // Codes such as "1" and "%" are texts here, whatever YAML makes of them.
    guard !scalar.text.isEmpty else { throw .wrongType }
    if UnitCodes.known[scalar.text] != nil { return scalar.text }
    throw .other(
      .unknownUnit,
      message: "\"\(scalar.text)\" is not a known unit; \(UnitCodes.advice(for: scalar.text))"
    )
  }
}
