import DeviceSimulator
import Profiles
import Telemetry
import Testing

@Suite("Process model")
struct ProcessModelTests {
  private static let oven = ProcessModel(profile: TestProfiles.oven, seed: 1)

  private func values(
    of name: String,
    in model: ProcessModel,
    seconds: StrideThrough<Int>
  ) throws -> [Double] {
    let index = try #require(model.signals.firstIndex { $0.name == name })
    return seconds.compactMap { model.value(index, at: .seconds($0)).number }
  }

  @Test("The same seed and time give the same values, another seed others")
  func deterministic() {
    let again = ProcessModel(profile: TestProfiles.oven, seed: 1)
    let other = ProcessModel(profile: TestProfiles.oven, seed: 2)
    let time = Duration.seconds(123.45)
    #expect(Self.oven.values(at: time) == again.values(at: time))
    #expect(Self.oven.values(at: time) != other.values(at: time))
  }

  @Test("Zones stay around their setpoints, which stand still")
  func zones() throws {
    for zone in 1...10 {
      let hours = stride(from: 0, through: 7_200, by: 7)
      let setpoints = try values(
        of: "zone\(zone).setpoint.temperature",
        in: Self.oven,
        seconds: hours
      )
      let setpoint = try #require(setpoints.first)
      #expect(Set(setpoints).count == 1)
      for part in ["top", "bottom"] {
        let readings = try values(
          of: "zone\(zone).\(part).temperature",
          in: Self.oven,
          seconds: hours
        )
        #expect(readings.allSatisfy { (setpoint - 4.5...setpoint + 1.1).contains($0) })
        #expect(Set(readings).count > 10)
      }
    }
    #expect(
      try values(
        of: "zone9.setpoint.temperature",
        in: Self.oven,
        seconds: stride(from: 0, through: 0, by: 1)
      ) == [250]
    )
  }

  @Test("A board cools the zones by 1 to 3 degrees, one zone after another")
  func boards() throws {
    // Two boards pass meanwhile: between them a zone is at its setpoint again.
    let passing = stride(from: 0, through: 40, by: 1)
    for zone in [2, 5, 9] {
      let name = "zone\(zone).top.temperature"
      let passed = try values(of: name, in: Self.oven, seconds: passing)
      let (low, calm) = (try #require(passed.min()), try #require(passed.max()))
      #expect((1...4).contains(calm - low), "zone \(zone): \(calm) and \(low)")
    }
  }

  @Test("The oven runs, closed and without an alarm, from the start")
  func state() throws {
    let names = Self.oven.signals.map(\.name)
    for second in stride(from: 0, through: 7_200, by: 60) {
      let shown = Dictionary(
        uniqueKeysWithValues: zip(names, Self.oven.values(at: .seconds(second)))
      )
      #expect(shown["state"] == .text("running"))
      #expect(shown["door.open"] == .flag(false))
      #expect(shown["belt.running"] == .flag(true))
    }
  }

  @Test(
    "A flag says that all is well, whatever it is the flag of",
    arguments: [
      ("hood.open", false), ("guard.open", false), ("alarm", false), ("drive_fault", false),
      ("error.present", false), ("low.level.warning", false), ("door", false),
      ("guard.closed", true), ("door.closed", true), ("guard", true), ("motor.enabled", true),
      ("self_test_ok", true),
    ]
  )
  func flags(name: String, isOn: Bool) {
    let signal = TestProfiles.signal(name, table: .discrete, at: 0, .bool)
    let model = ProcessModel(profile: TestProfiles.modbus("flags", [signal]), seed: 1)
    for second in stride(from: 0, through: 600, by: 20) {
      #expect(model.value(0, at: .seconds(second)) == .flag(isOn))
    }
  }

  @Test("A code that names trouble shows none")
  func troubleCodes() {
    let signals = [
      TestProfiles.signal("alarm", at: 0, .uint16, names: [0: "none", 1: "too hot", 2: "running"]),
      TestProfiles.signal("fault.code", role: .state, at: 1, .uint16),
    ]
    let model = ProcessModel(profile: TestProfiles.modbus("codes", signals), seed: 1)
    #expect(model.values(at: .seconds(30)) == [.text("none"), .integer(0)])
  }

  @Test("A position that its register cannot hold wraps around")
  func wrapping() throws {
    let signal = TestProfiles.signal("position", unit: "{count}", at: 0, .int16)
    let profile = TestProfiles.modbus("short", kind: .servoDrive, [signal])
    let model = ProcessModel(profile: profile, seed: 1)
    let shown = try values(of: "position", in: model, seconds: stride(from: 0, through: 60, by: 1))
    #expect(Set(shown).count > 50)
  }

  @Test("The belt keeps its speed and the program its name")
  func belt() throws {
    let speeds = try values(
      of: "conveyor.speed",
      in: Self.oven,
      seconds: stride(from: 0, through: 600, by: 1)
    )
    #expect(speeds.allSatisfy { (79.69...80.31).contains($0) })
    let index = try #require(Self.oven.signals.firstIndex { $0.name == "program" })
    #expect(Self.oven.value(index, at: .zero) == .text("SAC305-A"))
  }

  @Test("Room air is plausible")
  func room() throws {
    let model = ProcessModel(profile: TestProfiles.environment, seed: 3)
    let day = stride(from: 0, through: 86_400, by: 60)
    let humidity = try values(of: "humidity", in: model, seconds: day)
    #expect(humidity.allSatisfy { (42...48).contains($0) })
    let temperature = try values(of: "temperature", in: model, seconds: day)
    #expect(temperature.allSatisfy { (22...24).contains($0) })
  }

  @Test("A gearbox loses about six percent")
  func gearbox() throws {
    let signals = [
      ("input.torque", "N.m"), ("output.torque", "N.m"), ("input.speed", "{rpm}"),
      ("output.speed", "{rpm}"), ("oil.temperature", "Cel"),
    ]
    let model = ProcessModel(
      profile: TestProfiles.modbus(
        "rig",
        kind: .gearboxRig,
        signals.enumerated().map { index, signal in
          TestProfiles.signal(signal.0, unit: signal.1, at: UInt16(index * 2), .float32)
        }
      ),
      seed: 1
    )
    for second in stride(from: 5, through: 3_600, by: 50) {
      let values = model.values(at: .seconds(second)).compactMap(\.number)
      let efficiency = values[1] * values[3] / (values[0] * values[2])
      #expect((0.93...0.95).contains(efficiency))
    }
    let oil = try values(
      of: "oil.temperature",
      in: model,
      seconds: stride(from: 0, through: 3_600, by: 3_600)
    )
    #expect(oil[1] > oil[0] + 30)
  }

  /// Every type, with a scale that turns counts round and one that does not.
  private static let awkward: [ModbusSignal] = [
    TestProfiles.signal("a", at: 0, .int16),
    TestProfiles.signal("b", range: 5...5.05, at: 1, .uint16, scaling: TestProfiles.tenths),
    TestProfiles.signal("c", range: -1e9...1e9, at: 2, .int16),
    TestProfiles.signal("d", at: 4, .uint64),
    TestProfiles.signal("e", range: 1e-6...2e-6, at: 8, .float32),
    TestProfiles.signal("f", range: -3...(-2), at: 10, .float64),
    TestProfiles.signal(
      "g",
      range: 0...10,
      at: 14,
      .int32,
      scaling: Scaling(scale: .init(mantissa: -1, places: 2), offset: .init(mantissa: 5, places: 0))
    ),
    TestProfiles.signal("zone1.temperature", unit: "Cel", range: 0...50, at: 16, .int16),
    TestProfiles.signal("humidity", unit: "%", range: 0...10, at: 17, .uint16),
  ]

  @Test("Every value lies within its range and can be held by its registers")
  func bounds() {
    let model = ProcessModel(
      profile: TestProfiles.modbus("awkward", kind: .reflowOven, Self.awkward),
      seed: 1
    )
    for second in stride(from: 0, through: 2_000, by: 13) {
      for (value, signal) in zip(model.values(at: .seconds(second)), Self.awkward) {
        let number = value.number ?? .nan
        #expect(
          (signal.signal.range ?? 0...100).contains(number),
          "\(signal.signal.name): \(number)"
        )
      }
    }
  }

  @Test("A code that means no value is not sent")
  func notAvailable() {
    let signal = TestProfiles.signal(
      "x",
      range: 0...4,
      at: 0,
      .uint16,
      notAvailable: [0, 1, 2]
    )
    let model = ProcessModel(profile: TestProfiles.modbus("codes", [signal]), seed: 1)
    for second in 0..<300 {
      let number = model.value(0, at: .seconds(second)).number ?? 0
      #expect(number >= 3)
    }
  }
}
