import DeviceSimulator
import Telemetry
import TestSupport
import Testing

@Suite("Simulation")
struct SimulationTests {
  private func error(
    _ devices: [SimulationOptions.Device],
    _ carrier: SimulationOptions.Carrier
  ) -> SimulationError? {
    #expect(throws: SimulationError.self) {
      try Simulation(SimulationOptions(devices: devices, carrier: carrier), time: ManualTime())
    }
  }

  private static let tcp = SimulationOptions.Carrier.tcp(Endpoint(host: "127.0.0.1", port: 0))

  @Test("A carrier that does not fit is refused with those that do")
  func misfit() {
    let serialOverTCP = error([.init(profile: TestProfiles.analyser)], Self.tcp)
    #expect(
      serialOverTCP?.description
        == "analyser cannot be served over Modbus TCP; it is served over a serial port"
    )
    let ovenOverSerial = error([.init(profile: TestProfiles.oven)], .serial(link: "x"))
    #expect(
      ovenOverSerial?.description
        == "oven cannot be served over a serial port; it is served over Modbus TCP, TLS, RTU over TCP "
        + "or Modbus RTU"
    )
  }

  @Test("Two devices cannot be one unit, two instruments cannot share a port")
  func conflicts() {
    let unit = UnitID(4)
    let taken = error(
      [
        .init(profile: TestProfiles.oven, unit: unit),
        .init(profile: TestProfiles.environment, unit: unit),
      ],
      Self.tcp
    )
    #expect(taken?.description.contains("both want unit 4") == true)
    let analyser = SimulationOptions.Device(profile: TestProfiles.analyser)
    let several = error([analyser, analyser], .serial(link: "x"))
    #expect(several == .severalInstruments(["analyser", "analyser"]))
    #expect(error([], Self.tcp) == .noProfile)
    let broadcast = error(
      [.init(profile: TestProfiles.oven, unit: UnitID(255))],
      .rtu(link: "x", baud: nil)
    )
    #expect(broadcast?.description.contains("use 1 to 247") == true)
  }

  @Test("The address says what can be reached where")
  func address() async throws {
    let options = SimulationOptions(
      devices: [
        .init(profile: TestProfiles.oven),
        .init(profile: TestProfiles.environment, unit: UnitID(1)),
      ],
      carrier: Self.tcp
    )
    let text = try await serving(options, time: ManualTime()) { address in
      "\(address)".replacing("\(port(of: address))", with: "PORT")
    }
    #expect(text == "climate as unit 1, oven as unit 2 on Modbus TCP 127.0.0.1:PORT")
  }
}
