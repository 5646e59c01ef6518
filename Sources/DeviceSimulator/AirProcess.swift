#if canImport(Glibc)
internal import Glibc
#endif

/// The air of a production room: it changes over minutes, and its values belong together.
struct AirProcess: Sendable {
  private let noise: SeededNoise

  init(noise: SeededNoise) { self.noise = noise }

  /// In °C.
  func temperature(at seconds: Double) -> Double {
    23.2 + noise.stream("air temperature").wander(seconds, period: 900) * 0.5
  }

  /// Relative, in percent.
  func humidity(at seconds: Double) -> Double {
    45 + noise.stream("air humidity").wander(seconds, period: 600) * 2
  }

  /// In °C, from temperature and humidity by the Magnus formula over water.
  ///
  /// The constants are those of Sonntag (1990), which the WMO's guide to instruments uses.
  func dewPoint(at seconds: Double) -> Double {
    let temperature = temperature(at: seconds)
    let exponent = 17.62 * temperature / (243.12 + temperature) + log(humidity(at: seconds) / 100)
    return 243.12 * exponent / (17.62 - exponent)
  }

  /// In hPa.
  func pressure(at seconds: Double) -> Double {
    1_013 + noise.stream("air pressure").wander(seconds, period: 3_600) * 4
  }
}
