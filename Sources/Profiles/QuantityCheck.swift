internal import MarkedYAML

/// Finds units that do not measure the quantity that they stand beside.
enum QuantityCheck {
  /// Units of the quantities that have a fixed dimension; other quantities are free words.
  private static let units: [String: Set<String>] = {
    let temperature: Set<String> = ["Cel", "K", "[degF]"]
    let speed: Set<String> = ["m/s", "m/min", "cm/min", "mm/s", "mm/min"]
    let pressure: Set<String> = ["Pa", "hPa", "kPa", "MPa", "bar", "mbar", "[psi]"]
    let fraction: Set<String> = ["%", "[ppm]", "[ppb]", "1"]
    return [
      "temperature": temperature, "dew point": temperature,
      "relative humidity": ["%{RH}", "%"],
      "oxygen fraction": fraction, "concentration": fraction.union(["g/m3", "g/kg"]),
      "speed": speed,
      "rotational speed": ["/min", "{rpm}", "{rev}/min", "/s", "rad/s", "deg/s", "Hz"],
      "torque": ["N.m", "mN.m", "cN.m", "kN.m", "[lbf_av].[in_i]"],
      "force": ["N", "kN"], "mass": ["g", "kg"],
      "pressure": pressure, "differential pressure": pressure,
      "flow": ["L/min", "m3/h"],
      "voltage": ["V", "mV"], "current": ["A", "mA"], "resistance": ["Ohm"],
      "power": ["W", "kW", "V.A"], "energy": ["J", "W.h", "kW.h"], "frequency": ["Hz", "kHz"],
      "acceleration": ["m/s2", "[g]"], "vibration velocity": ["mm/s", "m/s"],
      "time": ["s", "ms", "us", "min", "h", "d"],
    ]
  }()

  static func check(_ signal: Signal, at fields: FieldReader) {
    guard let quantity = signal.quantity, let unit = signal.unit, let right = units[quantity],
      !right.contains(unit)
    else { return }
    fields.log.add(
      .unitMismatch,
      at: fields.mark(of: SignalShape.unit.name),
      "\"\(unit)\" (\(UnitCodes.known[unit] ?? "")) does not measure \(quantity); use one of "
        + right.sorted().joined(separator: ", ") + ", or another quantity",
      severity: .warning
    )
  }
}
