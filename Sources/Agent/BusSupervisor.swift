internal import Acquisition
internal import Fieldbus
internal import Settings
internal import StationAPI
internal import Telemetry

/// Runs one poller for each bus, and replaces those that a new plan changes while the others go on.
///
/// Each poller is a child task of ``run()``. One that is replaced takes its scan in flight to its
/// end, and groups that are read on as they were keep their schedule. Where its successor speaks to the same line in the same way, the bus itself goes on: the
/// connection stays open, and what the bus knows of replies that may still come is not forgotten.
actor BusSupervisor {
  /// A bus and the poller on it.
  private struct Line {
    let planned: PlannedBus
    let bus: any Bus

    /// Finished to end the poller.
    let stop: AsyncStream<Never>.Continuation
    var hasEnded = false

    /// When the next scan of each group was due as the poller ended.
    var deadlines: BusPoller.Deadlines = [:]
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  /// A poller that is to be started.
  private struct Start: Sendable {
    let id: String
    let poller: BusPoller

    /// Wait before the first request.
    let rest: Duration

    /// Of groups that go on as they were.
    let deadlines: BusPoller.Deadlines
    let stopping: AsyncStream<Never>
  }

  private let time: any TimeSource
  private let makeBus: @Sendable (PlannedBus.Connection) -> any Bus
  private let observe: @Sendable (Observation) async -> Void
  private var lines: [String: Line] = [:]

  /// Pollers for ``run()`` to start.
  private let starts: AsyncStream<Start>
  private let start: AsyncStream<Start>.Continuation
  private var hasEnded = false

  /// - Parameters:
  ///   - buses: What to run first.
  ///   - time: The clocks of schedules and stamps.
  ///   - makeBus: Opens nothing yet.
  ///   - observe: Takes what the pollers have to say.
  init(
    _ buses: [PlannedBus],
    time: any TimeSource,
    makeBus: @escaping @Sendable (PlannedBus.Connection) -> any Bus,
    observe: @escaping @Sendable (Observation) async -> Void
  ) {
    self.time = time
    self.makeBus = makeBus
    self.observe = observe
    (starts, start) = AsyncStream.makeStream()
    for planned in buses {
      let bus = makeBus(planned.connection)
      let poller = planned.poller(over: bus, time: time, observe: observe)
      let (stopping, stop) = AsyncStream<Never>.makeStream()
      lines[planned.id] = Line(planned: planned, bus: bus, stop: stop)
      start.yield(
        Start(id: planned.id, poller: poller, rest: .zero, deadlines: [:], stopping: stopping)
      )
    }
  }

  /// Polls until the task is cancelled; ends when every scan in flight has ended and every bus is
  /// closed.
  func run() async {
    await withDiscardingTaskGroup { group in
      for await start in starts { group.addTask { await self.poll(start) } }
      group.cancelAll()
    }
    hasEnded = true
    start.finish()
    for id in lines.keys { markEnded(id) }
    for line in lines.values { await line.bus.close() }
  }

  /// The bus that runs for a planned one, for whoever has more to ask of its devices.
  ///
  /// A batch waits until the scan in flight has ended; nil when nothing is read over it now, or when
  /// a reload has put another one in its place.
  func bus(of planned: PlannedBus) -> (any Bus)? {
    lines[planned.id].flatMap { planned.isSame(as: $0.planned) ? $0.bus : nil }
  }

  /// Goes over to other buses: those that are the same go on undisturbed.
  ///
  /// - Parameters:
  ///   - buses: All that are to run.
  ///   - adopt: Called between the last scan of the pollers that end and the first of those that
  ///     begin.
  /// - Returns: What `adopt` returns.
  /// - Throws: What `adopt` throws; then everything runs on as before.
  func replace<Adoption: Sendable>(
    with buses: [PlannedBus],
    adopting adopt: @Sendable () async throws -> Adoption
  ) async throws -> Adoption {
    let differences = Differences(
      from: lines.values.map(\.planned),
      to: buses,
      name: \.id
    ) { $1.isSame(as: $0) }
    let ended = await stop(differences.changed + differences.removed)
    let adoption: Adoption
    do {
      adoption = try await adopt()
    } catch {
      for line in ended { begin(line.planned, over: line.bus, keeping: line.deadlines) }
      throw error
    }
    let names = Set(differences.added + differences.changed)
    await succeed(ended, with: buses.filter { names.contains($0.id) })
    return adoption
  }

  /// Begins pollers, over the buses of those that ended where they are the same.
  private func succeed(_ ended: [Line], with planned: [PlannedBus]) async {
    var spare: [PlannedBus.Connection: any Bus] = [:]
    for line in ended { spare[line.planned.connection] = line.bus }
    let taken = planned.map { ($0, spare.removeValue(forKey: $0.connection)) }
    for bus in spare.values { await bus.close() }
    for (planned, bus) in taken {
      let deadlines = ended.first { $0.planned.id == planned.id }.map { before in
        before.deadlines.filter { planned.keepsSchedule(of: $0.key, from: before.planned) }
      }
      if let bus {
        begin(planned, over: bus, keeping: deadlines ?? [:])
      } else {
        let before = ended.first {
          $0.planned.settings.carrier.line == planned.settings.carrier.line
        }
        begin(
          planned,
          over: makeBus(planned.connection),
          after: before?.planned.aftermath ?? .zero,
          keeping: deadlines ?? [:]
        )
      }
    }
  }

  // MARK: One poller

  private func begin(
    _ planned: PlannedBus,
    over bus: any Bus,
    after rest: Duration = .zero,
    keeping deadlines: BusPoller.Deadlines
  ) {
    let poller = planned.poller(over: bus, time: time, observe: observe)
    let (stopping, stop) = AsyncStream<Never>.makeStream()
    lines[planned.id] = Line(planned: planned, bus: bus, stop: stop)
    if hasEnded { return markEnded(planned.id) }
    start.yield(
      Start(
        id: planned.id,
        poller: poller,
        rest: rest,
        deadlines: deadlines,
        stopping: stopping
      )
    )
  }

  /// Polls until the poller is told to stop, or the task is cancelled.
  private nonisolated func poll(_ start: Start) async {
    await withDiscardingTaskGroup { group in
      group.addTask {
        // Cancelled while it rests, it has nothing to poll for either.
        if start.rest > .zero { try? await self.time.sleep(for: start.rest) }
        let deadlines = await start.poller.poll(keeping: start.deadlines)
        await self.note(deadlines, of: start.id)
      }
      for await _ in start.stopping {}
      group.cancelAll()
    }
    await markEnded(start.id)
  }

  /// Ends pollers and waits for the end of their scans in flight.
  private func stop(_ ids: [String]) async -> [Line] {
    for id in ids { lines[id]?.stop.finish() }
    var ended: [Line] = []
    for id in ids {
      await withCheckedContinuation { continuation in
        guard lines[id]?.hasEnded == false else { return continuation.resume() }
        lines[id]?.waiters.append(continuation)
      }
      if let line = lines.removeValue(forKey: id) { ended.append(line) }
    }
    return ended
  }

  private func note(_ deadlines: BusPoller.Deadlines, of id: String) {
    lines[id]?.deadlines = deadlines
  }

  private func markEnded(_ id: String) {
    let waiters = lines[id]?.waiters ?? []
    lines[id]?.hasEnded = true
    lines[id]?.waiters = []
    for waiter in waiters { waiter.resume() }
  }
}
