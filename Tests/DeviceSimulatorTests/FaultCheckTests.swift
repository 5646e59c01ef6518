import DeviceSimulator
import Telemetry
import TestSupport
import Testing

/// A fault that could not happen would silently do nothing, so it is refused.
@Suite("Faults that cannot happen")
struct FaultCheckTests {
  private static let tcp = SimulationOptions.Carrier.tcp(Endpoint(host: "127.0.0.1", port: 0))
  private static let rtu = SimulationOptions.Carrier.rtu(link: "x", baud: nil)
  private static let serial = SimulationOptions.Carrier.serial(link: "x")

  private static func fault(
    _ effect: Fault.Effect,
    _ target: FaultTarget = FaultTarget()
  ) -> Fault {
    Fault(effect, target: target, origin: "faults.yaml:7:5")
  }

  private static func problem(
    _ fault: Fault,
    _ carrier: SimulationOptions.Carrier
  ) -> String? {
    let devices: [SimulationOptions.Device] =
      switch carrier {
      case .serial: [.init(profile: TestProfiles.analyser)]
      case .tcp, .tls, .rtuOverTCP, .rtu:
        [
          .init(profile: TestProfiles.oven, unit: UnitID(3)),
          .init(profile: TestProfiles.environment, unit: UnitID(7)),
        ]
      }
    let options = SimulationOptions(
      devices: devices,
      carrier: carrier,
      faults: FaultScript([Fault(.silence), fault])
    )
    do throws(SimulationError) {
      _ = try Simulation(options, time: ManualTime())
      return nil
    } catch {
      return error.description
    }
  }

  @Test(
    "The error names the place, what cannot be, and what can",
    arguments: [
      (fault(.wrongTransaction(offset: 1)), rtu, "only Modbus TCP has transactions"),
      (fault(.errorReply("E")), tcp, "use the fault exception"),
      (fault(.exception(4)), serial, "use the fault error_reply"),
      (fault(.wrongUnit(4)), serial, "use the fault error_reply"),
      (fault(.silence, FaultTarget(units: [3])), serial, "remove those keys"),
      (fault(.silence, FaultTarget(functions: [3])), serial, "remove those keys"),
      (fault(.silence, FaultTarget(units: [3, 4])), tcp, "no unit 4 in this simulation"),
      (fault(.silence, FaultTarget(units: [255])), tcp, "its units are 3, 7"),
      (
        fault(.stuck(signals: ["humidity", "zone"], value: nil)), tcp,
        "there is no signal zone in oven, climate"
      ),
      (
        fault(.stuck(signals: ["humidity"], value: nil), FaultTarget(units: [3])), tcp,
        "there is no signal humidity in oven"
      ),
      (fault(.stuck(signals: ["oxygen"], value: .text("x"))), serial, "cannot show x"),
      (fault(.stuck(signals: ["status"], value: .integer(3))), serial, "cannot show 3"),
      (fault(.stuck(signals: ["state"], value: .text("melted"))), rtu, "cannot show melted"),
      (fault(.stuck(signals: ["belt.running"], value: .text("on"))), rtu, "cannot show on"),
      (
        fault(.stuck(signals: ["z*9", "*top*"], value: nil)), rtu,
        "there is no signal z*9"
      ),
      (fault(.restart), tcp, "a restart would not show: oven, climate has no"),
      (
        fault(.stuck(signals: ["zone1.top.temperature"], value: .real(3_276.8))), rtu,
        "cannot show 3276.8"
      ),
    ]
  )
  func refused(_ fault: Fault, _ carrier: SimulationOptions.Carrier, _ reason: String) throws {
    let problem = try #require(Self.problem(fault, carrier))
    #expect(problem.hasPrefix("faults.yaml:7:5: "))
    #expect(problem.contains(reason), "\(problem)")
  }

  @Test(
    "What can happen is taken",
    arguments: [
      (fault(.wrongTransaction(offset: 1)), tcp),
      (fault(.exception(4), FaultTarget(units: [3, 7], functions: [3])), rtu),
      (fault(.errorReply("E")), serial),
      (fault(.stuck(signals: ["humidity"], value: .integer(-5)), FaultTarget(units: [7])), rtu),
      (fault(.stuck(signals: ["state"], value: .text("fault"))), rtu),
      (fault(.stuck(signals: ["*"], value: nil)), rtu),
      (fault(.stuck(signals: ["belt.running"], value: .flag(false))), rtu),
      (fault(.stuck(signals: ["zone1.top.temperature"], value: .real(3_276.7))), rtu),
      (fault(.stuck(signals: ["status"], value: .text("WARN"))), serial),
    ]
  )
  func taken(_ fault: Fault, _ carrier: SimulationOptions.Carrier) {
    #expect(Self.problem(fault, carrier) == nil)
  }
}
