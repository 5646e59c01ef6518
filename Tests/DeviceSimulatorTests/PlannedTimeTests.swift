import Acquisition
import DeviceSimulator
import Fieldbus
import Profiles
import Telemetry
import TestSupport
import Testing

@Suite("Planned time")
struct PlannedTimeTests {
  @Test("A line with a speed never answers before its planned time, and on time when it can")
  func pace() async throws {
    let folder = try TemporaryFolder()
    let link = folder.path("line")
    let device = BusPlan.Device(name: "room", profile: TestProfiles.environment)
    let line = SerialLine(port: link, baud: 2_400)
    let plan = try BusPlan([device], timing: .rtu(line, turnaround: .zero))
    // The silence after the reply is the next request's to wait for.
    let planned = plan.scans[0].requests.map { plan.timing.time(of: $0.length) - line.frameGap }
    let groups = try ScanGroup.groups(
      of: device.profile,
      device: DeviceID("room"),
      unit: UnitID(17)
    )
    let options = SimulationOptions(
      devices: [.init(profile: device.profile, unit: UnitID(17))],
      carrier: .rtu(link: link, baud: line.baud)
    )
    try await serving(options, time: SystemTime()) { _ in
      let bus = RTUBus(on: line, timeout: .seconds(30), quiet: .zero, time: SystemTime())
      // A busy machine is late as often as it likes; one answer on time shows that the plan is not
      // too short.
      var isOnTime = false
      for _ in 0..<50 where !isOnTime {
        let outcomes = await bus.exchange(groups[0].requests)
        for (outcome, time) in zip(outcomes, planned) {
          #expect(throws: Never.self) { try outcome.result.get() }
          #expect(outcome.elapsed >= time - .microseconds(1), "\(outcome.elapsed) \(time)")
          isOnTime = isOnTime || outcome.elapsed < time * 1.1
        }
      }
      #expect(isOnTime)
      await bus.close()
    }
  }
}
