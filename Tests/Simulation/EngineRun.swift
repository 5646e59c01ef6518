import Acquisition
import Fieldbus
import JournalStore
import LotBinding
import Logging
import Settings
import StationAPI
import Telemetry
import TestSupport

@testable import Agent

/// The agent's engine over a simulated plant: files, plan, supervisor, pollers, recorder, reloader
/// and journal as they are, with buses and clocks that are simulated.
final class SimulatedEngine: Sendable {
  let lapse = TimeLapse()
  let folder: TemporaryFolder
  let world: SimulatedWorld
  let traffic = Traffic()
  let recorder: Recorder
  let supervisor: BusSupervisor
  let reloader: Reloader

  var time: ManualTime { lapse.time }

  /// Writes the plant's files, reads them, and prepares everything that they name.
  init(_ plant: PlantModel, in world: SimulatedWorld) throws {
    let folder = try TemporaryFolder(in: TemporaryFolder.memory)
    try plant.write(to: folder)
    let path = folder.path("agent.yaml")
    let plan = try PlantPlan.read(path)
    let (time, traffic) = (lapse.time, traffic)
    let journal = try Journal.open(
      at: folder.path("journal.sqlite"),
      opening: JournalOpening(
        agent: try AgentID("simulated"),
        site: try Label("Simulation"),
        journal: String(repeating: "0", count: 32),
        software: "0"
      ),
      time: time,
      executors: JournalExecutors(both: lapse.executor)
    )
    let logger = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
    let recorder = Recorder(
      journal: journal,
      bindings: Bindings(plan.settings.binding),
      board: DeviceBoard(devices: plan.devices),
      time: time,
      clock: SteadyKernelClock(),
      logger: logger
    )
    supervisor = BusSupervisor(
      plan.buses,
      time: time,
      makeBus: { connection in
        let baud: Int? = if case .rtu(let line) = connection.carrier { line.baud } else { nil }
        return SimulatedLine(
          world: world,
          line: connection.carrier.line,
          baud: baud,
          timeout: connection.timeout,
          time: time,
          traffic: traffic
        )
      },
      observe: { await recorder.take($0) }
    )
    reloader = Reloader(
      plan,
      supervisor: supervisor,
      recorder: recorder,
      time: time,
      logger: logger,
      read: { () async throws(SettingsError) in try PlantPlan.read(path) }
    )
    self.recorder = recorder
    self.folder = folder
    self.world = world
  }

  /// Runs the engine while `script` goes on, and stops it then.
  ///
  /// - Returns: Everything in the journal.
  func run(
    _ script: @escaping @Sendable (SimulatedEngine) async throws -> Void
  ) throws -> [Record] {
    try lapse.run { [self] in
      let plan = await reloader.plan
      try await recorder.start(documents: plan.documents, layouts: plan.devices.flatMap(\.layouts))
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await self.supervisor.run() }
        group.addTask { await self.reloader.run() }
        group.addTask {
          await self.every(.seconds(10)) { await self.recorder.commitObservations() }
        }
        group.addTask {
          await self.every(ClockKeeper.period) { await self.recorder.lookAtClock() }
        }
        try await script(self)
        group.cancelAll()
      }
      await recorder.stop()
    }
    let reader = try JournalReader(path: folder.path("journal.sqlite"))
    defer { try? reader.close() }
    return try reader.records(after: 0, limit: .max, bytes: .max)
      .map { try RecordCoding.decode($0.body) }
  }

  private func every(_ period: Duration, _ step: () async -> Void) async {
    while (try? await time.sleep(for: period)) != nil { await step() }
  }
}

/// A kernel whose clock is always as good.
private struct SteadyKernelClock: KernelClock {
  func state() throws(KernelClockError) -> ClockState {
    ClockState(
      isSynchronised: true,
      estimatedErrorMicroseconds: 300,
      maximumErrorMicroseconds: 9_000
    )
  }
}
