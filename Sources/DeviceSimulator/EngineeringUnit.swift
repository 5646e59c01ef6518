/// Conversions from the units that the process is thought in to those that a profile states.
///
/// Units are UCUM codes. One that is not listed is taken as the base unit itself.
enum EngineeringUnit {
  /// Base unit: degree Celsius.
  static func temperature(_ celsius: Double, in unit: String?) -> Double {
    switch unit {
    case "[degF]": celsius * 1.8 + 32
    case "K": celsius + 273.15
    default: celsius
    }
  }

  /// Base unit: centimetres per minute.
  static func beltSpeed(in unit: String?) -> Double {
    switch unit {
    case "m/min": 0.01
    case "mm/min": 10
    case "mm/s": 1.0 / 6
    case "cm/s": 1.0 / 60
    case "m/s": 1.0 / 6_000
    case "[in_i]/min": 1 / 2.54
    case "[ft_i]/min": 1 / 30.48
    default: 1
    }
  }

  /// Base unit: revolutions per minute.
  static func rotation(in unit: String?) -> Double {
    switch unit {
    case "/s", "1/s", "{rev}/s", "Hz": 1.0 / 60
    case "rad/s": Double.pi / 30
    case "deg/s": 6
    default: 1
    }
  }

  /// What one revolution is; nil when the unit is none of an angle.
  static func angle(in unit: String?) -> Double? {
    switch unit {
    case "{rev}", "{revolution}": 1
    case "deg": 360
    case "rad": 2 * Double.pi
    default: nil
    }
  }

  /// Base unit: newton metre.
  static func torque(in unit: String?) -> Double {
    switch unit {
    case "N.cm", "cN.m": 100
    case "mN.m": 1_000
    case "kN.m": 0.001
    case "[lbf_av].[ft_i]": 0.737_562
    case "[lbf_av].[in_i]": 8.850_746
    default: 1
    }
  }

  static func isTemperature(_ unit: String?) -> Bool {
    unit == "Cel" || unit == "[degF]" || unit == "K"
  }
}
