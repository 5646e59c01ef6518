import Profiles
import Telemetry
import Testing

@testable import DeviceSimulator

@Suite("The run time of a simulated device")
struct RunTimeTests {
  private static func model(
    unit: String? = "s",
    wrapsAt: Double? = nil,
    _ faults: [Fault] = []
  ) throws -> ProcessModel {
    let plain = TestProfiles.modbus(
      "oven",
      [
        TestProfiles.signal("temperature", unit: "Cel", range: 0...350, at: 0, .float32),
        TestProfiles.signal("run_time", unit: unit, at: 2, .uint32),
      ]
    )
    let profile = DeviceProfile(
      name: plain.name,
      title: plain.title,
      kind: plain.kind,
      source: plain.source,
      access: plain.access,
      restart: RestartRule(signal: "run_time", wrapsAt: wrapsAt),
      caveats: [],
      hash: plain.hash,
      text: ""
    )
    let script = FaultScript(faults)
    return ProcessModel(profile: profile, seed: 1)
      .holding(script.stuckValues(of: nil)).restarting(script.restarts(of: nil))
  }

  private static func counts(_ model: ProcessModel, _ seconds: [Int]) -> [Double?] {
    seconds.map { model.value(1, at: .seconds($0)).number }
  }

  @Test("It rises with time, in the signal's unit")
  func rises() throws {
    #expect(try Self.counts(Self.model(), [0, 1, 60]) == [100, 101, 160])
    #expect(try Self.counts(Self.model(unit: "min"), [0, 60, 600]) == [100, 101, 110])
    #expect(try Self.counts(Self.model(unit: nil), [0, 7]) == [100, 107])
  }

  @Test("A restart has it begin at 0, and go on from there after the fault")
  func restart() throws {
    let window = FaultWindow(from: .seconds(10), to: .seconds(12))
    let model = try Self.model([Fault(.restart, window: window)])
    #expect(Self.counts(model, [9, 10, 11, 12, 40]) == [109, 0, 1, 2, 30])
    let hours = try Self.model(unit: "h", [Fault(.restart, window: window)])
    #expect(Self.counts(hours, [9, 10]) == [100, 0])
  }

  @Test("A restart can come again and again, until the window ends")
  func again() throws {
    let window = FaultWindow(
      from: .seconds(10),
      to: .seconds(30),
      repetition: .init(every: .seconds(10), for: .seconds(1))
    )
    let model = try Self.model([Fault(.restart, window: window)])
    #expect(Self.counts(model, [9, 10, 19, 20, 29, 30, 50]) == [109, 0, 9, 0, 9, 10, 30])
  }

  @Test("It wraps where the profile says so")
  func wraps() throws {
    #expect(try Self.counts(Self.model(wrapsAt: 128), [27, 28, 29]) == [127, 0, 1])
  }

  @Test("A pattern has all signals stand still, the run time too")
  func stuck() throws {
    let window = FaultWindow(from: .seconds(10))
    let model = try Self.model([Fault(.stuck(signals: ["*"], value: nil), window: window)])
    #expect(model.values(at: .seconds(10)) == model.values(at: .seconds(500)))
    #expect(Self.counts(model, [9, 10, 500]) == [109, 110, 110])
  }
}
