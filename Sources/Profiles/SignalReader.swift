internal import MarkedYAML

/// Reads what every signal has, whatever carries it.
struct SignalReader {
  let fields: FieldReader

  /// The signal, without what its status says of it.
  func signal() -> Signal? {
    let name = fields.value(SignalShape.name)
    let signal = Signal(
      name: name?.value ?? "",
      title: fields.value(SignalShape.title)?.value,
      quantity: fields.value(SignalShape.quantity)?.value,
      unit: fields.value(SignalShape.unit)?.value,
      range: fields.range(SignalShape.range),
      deadband: fields.value(SignalShape.deadband)?.value.double,
      position: fields.value(SignalShape.position)?.value.double,
      role: fields.value(SignalShape.role)?.value,
      calibration: fields.value(SignalShape.calibration)?.value
    )
    QuantityCheck.check(signal, at: fields)
    return name == nil ? nil : signal
  }

  /// Scale, offset and rounding; nil where the profile states none of them.
  func scaling() -> Scaling? {
    let scale = fields.value(SignalShape.scale)
    let offset = fields.value(SignalShape.offset)
    let decimals = fields.value(SignalShape.decimals)
    guard scale != nil || offset != nil || decimals != nil else { return nil }
    return Scaling(
      scale: scale.map { Scaling.Decimal($0.value) } ?? Scaling.Decimal(mantissa: 1, places: 0),
      offset: offset.map { Scaling.Decimal($0.value) } ?? Scaling.Decimal(mantissa: 0, places: 0),
      decimals: decimals?.value
    )
  }
}

extension Signal {
  func with(goodWhen: GoodWhen?) -> Signal {
    Signal(
      name: name,
      title: title,
      quantity: quantity,
      unit: unit,
      range: range,
      deadband: deadband,
      position: position,
      role: role,
      calibration: calibration,
      goodWhen: goodWhen
    )
  }
}
