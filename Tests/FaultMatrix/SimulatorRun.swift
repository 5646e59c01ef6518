internal import Acquisition
internal import DeviceSimulator
internal import Fieldbus
import Foundation
internal import Profiles
internal import Telemetry
internal import TestSupport

/// A worker of the matrix over our own device simulator, with the faults that it plays itself.
///
/// The simulator's process runs on a clock that moves a second from scan to scan, so that every
/// scan has its own values, and an answer of an earlier one is known by them.
package struct SimulatorRun: Sendable {
  package let isLine: Bool
  package let scans: Int
  package let seed: UInt64
  private let timeout: Duration
  private let quiet: Duration

  /// Where in the plan, as a part of it, the first scan lies.
  private let begin: Double

  package init(isLine: Bool, scans: Int, seed: UInt64, patience: Int = 1, begin: Double = 0) {
    (self.isLine, self.scans, self.seed, self.begin) = (isLine, scans, seed, begin)
    timeout = .milliseconds(120) * patience
    quiet = .milliseconds(100) * patience
  }

  /// Eight numbers in two requests.
  private static let profile = """
    profile: simulated
    title: Simulated device of the fault matrix
    kind: other
    source: generic
    modbus: {address_base: 0, order: ABCD, max_gap: 0}
    groups:
      - name: all
        period: 1s
        signals:

    """
    + (0..<8).map { index in
      """
            - {name: v\(index), table: holding, address: \(index / 4 * 100 + index * 2), \
      type: float32, range: [0, 10000]}

      """
    }.joined()

  package func run() async throws -> Tally {
    let profile = try ProfileLoader.load(bytes: Array(Self.profile.utf8), file: "simulated")
    let plan = SimulatorPlan(onLine: isLine, timeout: timeout, quiet: quiet)
    let link = FileManager.default.temporaryDirectory
      .appending(path: "lotline-matrix-\(UUID().uuidString)").path
    let options = SimulationOptions(
      devices: [.init(profile: profile, unit: UnitID(17))],
      carrier: isLine
        ? .rtu(link: link, baud: nil) : .tcp(Endpoint(host: "127.0.0.1", port: 0)),
      seed: seed,
      faults: plan.script
    )
    let time = ManualTime()
    let simulation = try Simulation(options, time: time)
    let (ready, continuation) = AsyncStream<SimulationAddress>.makeStream()
    return try await withThrowingTaskGroup(of: Tally?.self) { group in
      group.addTask {
        defer { continuation.finish() }
        try await simulation.run { continuation.yield($0) }
        return nil
      }
      for await address in ready {
        let tally = try await scan(address, profile, plan, time)
        group.cancelAll()
        while let _ = try? await group.next() {}
        return tally
      }
      throw MatrixError(description: "the simulator did not start")
    }
  }

  private func scan(
    _ address: SimulationAddress,
    _ profile: DeviceProfile,
    _ plan: SimulatorPlan,
    _ time: ManualTime
  ) async throws -> Tally {
    let carrier: BusCarrier =
      switch address.place {
      case .tcp(let endpoint), .tls(let endpoint): .tcp(endpoint)
      case .rtuOverTCP(let endpoint): .rtuOverTCP(DeviceServer(endpoint))
      case .rtu(let link), .serial(let link): .rtu(SerialLine(port: link, baud: 115_200))
      }
    let bus = makeBus(
      carrier,
      timeout: timeout,
      quiet: quiet,
      firstTransaction: UInt16(truncatingIfNeeded: seed),
      time: SystemTime()
    )
    let groups = try ScanGroup.groups(
      of: profile,
      device: DeviceID(checked: "simulated"),
      unit: UnitID(17)
    )
    let model = SimulatedProcess(profile: profile, seed: seed, plan: plan)
    var tally = Tally()
    tally.deal([UInt64(plan.period), seed])
    let first = Int(Double(plan.period) * begin)
    time.advance(by: .seconds(first))
    for number in first..<(first + scans) {
      let start = Clock.monotonic()
      let outcomes = await bus.exchange(groups[0].requests)
      let readings = groups[0].scan(from: outcomes).readings
      let fault = plan.entry(at: number)
      let name = fault?.entry.kind.name ?? ""
      if fault?.since == 0 { tally.fired(name, 1) }
      let violations = model.violations(of: readings, at: number, fault: fault)
      let isLate = Canary.shared.worst(since: start) > timeout / 4
      tally.count(name, readings, isDisturbed: isLate && !violations.isEmpty)
      tally.violate(
        name,
        violations.filter { !isLate || $0.kind == .wrongValue },
        scan: number
      )
      time.advance(by: .seconds(1))
      await comeBack(at: number, fault: fault)
    }
    await bus.close()
    return tally
  }

  /// A port that went away comes back as soon as the simulated clock says so; this waits until the
  /// machine has done it.
  private func comeBack(at number: Int, fault: (entry: SimulatorPlan.Entry, since: Int)?) async {
    guard let fault, fault.since == fault.entry.tail, fault.entry.tail > 1 else { return }
    try? await SystemTime().sleep(for: .milliseconds(30))
  }
}

/// What the simulated process shows, and what may become of it.
private struct SimulatedProcess {
  private let model: ProcessModel
  private let plan: SimulatorPlan

  init(profile: DeviceProfile, seed: UInt64, plan: SimulatorPlan) {
    model = ProcessModel(profile: profile, seed: seed)
    self.plan = plan
  }

  func violations(
    of readings: [Reading],
    at number: Int,
    fault: (entry: SimulatorPlan.Entry, since: Int)?
  ) -> [Violation] {
    let now = Duration.seconds(number)
    let causes = fault?.entry.causes ?? []
    let isStruck = fault?.since == 0
    return readings.enumerated().compactMap { index, reading in
      switch reading.quality {
      case .bad(let cause):
        if causes.contains(cause) { return nil }
        return Violation(
          kind: causes.isEmpty ? .needlesslyBad : .wrongCause,
          description: "signal \(index): bad with \(cause.code)"
        )
      case .good:
        let expected = model.value(index, at: now)
        guard reading.value == expected else {
          return Violation(
            kind: .wrongValue,
            description: "signal \(index): \(reading.value.map { "\($0)" } ?? "nothing") "
              + "instead of \(expected)"
          )
        }
        guard isStruck, fault?.entry.isFatal == true else { return nil }
        return Violation(kind: .impossiblyGood, description: "signal \(index): good")
      }
    }
  }
}
