/// The units that signals may have: codes of UCUM (ucum.org), and what people write instead.
package enum UnitCodes {
  /// One code and its meaning.
  package static let known: [String: String] = [
    "1": "pure number", "%": "percent", "%{RH}": "relative humidity in percent",
    "[ppm]": "parts per million", "[ppb]": "parts per billion",
    "Cel": "degree Celsius", "K": "kelvin", "[degF]": "degree Fahrenheit",
    "K/s": "kelvin per second", "Cel/s": "degree Celsius per second",
    "s": "second", "ms": "millisecond", "us": "microsecond", "min": "minute", "h": "hour",
    "d": "day",
    "m": "metre", "cm": "centimetre", "mm": "millimetre", "um": "micrometre",
    "m/s": "metre per second", "m/min": "metre per minute", "cm/min": "centimetre per minute",
    "mm/s": "millimetre per second", "mm/min": "millimetre per minute",
    "m/s2": "metre per second squared", "[g]": "standard acceleration of free fall",
    "Hz": "hertz", "kHz": "kilohertz", "/min": "per minute", "{rpm}": "revolutions per minute",
    "{rev}/min": "revolutions per minute", "/s": "per second",
    "deg": "degree of angle", "rad": "radian", "rad/s": "radian per second",
    "deg/s": "degree of angle per second", "{count}": "counts", "{pulse}": "pulses",
    "N": "newton", "kN": "kilonewton", "N.m": "newton metre", "mN.m": "millinewton metre",
    "cN.m": "centinewton metre", "kN.m": "kilonewton metre", "[lbf_av].[in_i]": "pound-force inch",
    "Pa": "pascal", "hPa": "hectopascal", "kPa": "kilopascal", "MPa": "megapascal", "bar": "bar",
    "mbar": "millibar", "[psi]": "pound per square inch",
    "A": "ampere", "mA": "milliampere", "V": "volt", "mV": "millivolt", "Ohm": "ohm",
    "W": "watt", "kW": "kilowatt", "V.A": "volt-ampere", "J": "joule", "W.h": "watt-hour",
    "kW.h": "kilowatt-hour",
    "g": "gram", "kg": "kilogram", "g/m3": "gram per cubic metre", "g/kg": "gram per kilogram",
    "kJ/kg": "kilojoule per kilogram",
    "L/min": "litre per minute", "m3/h": "cubic metre per hour", "m3": "cubic metre",
    "L": "litre", "dB": "decibel",
  ]

  /// What people write, and the code for it.
  private static let synonyms: [String: String] = [
    "°C": "Cel", "ºC": "Cel", "C": "Cel", "degC": "Cel", "celsius": "Cel", "°F": "[degF]",
    "F": "[degF]", "°K": "K", "ppm": "[ppm]", "ppb": "[ppb]", "%RH": "%{RH}", "% RH": "%{RH}",
    "%rh": "%{RH}", "RH": "%{RH}", "rpm": "/min", "1/min": "/min", "RPM": "/min", "sec": "s",
    "Nm": "N.m", "N·m": "N.m", "Ncm": "cN.m", "mNm": "mN.m", "kNm": "kN.m",
    "lbFin": "[lbf_av].[in_i]",
    "Volt": "V", "Amp": "A", "ohm": "Ohm", "Ω": "Ohm", "psi": "[psi]", "°": "deg", "µm": "um",
    "m/s²": "m/s2", "m/s^2": "m/s2", "l/min": "L/min", "kWh": "kW.h", "Wh": "W.h", "VA": "V.A",
    "m³/h": "m3/h", "m³": "m3", "g/m³": "g/m3",
  ]

  /// The code for what people write: a code itself, or a synonym in the same letter case, as mS is
  /// not ms; nil when the unit is not known.
  package static func code(for unit: String) -> String? {
    known[unit] == nil ? synonyms[unit] : unit
  }

  /// The code that was probably meant, with its meaning.
  package static func advice(for unit: String) -> String {
    let lower = unit.lowercased()
    let code =
      synonyms[unit]
      ?? known.keys.sorted().first { $0.lowercased() == lower }
      ?? synonyms.sorted { $0.key < $1.key }.first { $0.key.lowercased() == lower }?.value
    if let code { return "the UCUM code is \"\(code)\" (\(known[code] ?? ""))" }
    return "use a UCUM code, such as Cel, %, \"[ppm]\", cm/min, /min, N.m or V"
  }
}
