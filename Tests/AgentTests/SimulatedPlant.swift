import Acquisition
import DeviceSimulator
import Fieldbus
import Genealogy
import HubStore
import JournalStore
import LotBinding
import Logging
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Agent

/// One simulated device without a wire, the poller that reads it, and the recorder that writes its
/// journal; its time passes only while it runs.
final class SimulatedPlant {
  let time = ManualTime()
  let station = StationID(checked: "s")
  private let folder: TemporaryFolder
  private let recorder: Recorder
  private let poller: BusPoller
  private var state: BusPoller.State
  private let layouts: [FrameLayout]

  /// - Parameters:
  ///   - yaml: The device's profile, which is called `oven` and has one group of 1 s.
  ///   - real: What the device really is, where it is not what its profile says.
  ///   - faults: What goes wrong with the device.
  ///   - belt: The signal that tells the speed of the station's conveyor in cm/min, where it has one;
  ///     that is 3.5 m long.
  /// - Throws: What is wrong with the profile.
  init(
    _ yaml: String,
    really real: String? = nil,
    faults: [Fault] = [],
    belt: String? = nil
  ) async throws {
    folder = try TemporaryFolder()
    let profile = try ProfileLoader.load(bytes: Array(yaml.utf8), file: "oven.yaml")
    let id = try DeviceID("oven-1")
    let unit = try #require(UnitID(1))
    var device = DeviceBoard.Device(
      id: id,
      profile: profile,
      stations: [station],
      groups: try ScanGroup.groups(of: profile, device: id, unit: unit)
    )
    let conveyors =
      if let belt { [try Self.conveyor(at: station, of: device, speed: belt)] } else {
        [PlannedConveyor]()
      }
    device.conveyors = conveyors.map(\.conveyor.description)
    layouts = device.layouts
    let opening = JournalOpening(
      agent: try AgentID("edge"),
      site: try Label("here"),
      journal: String(repeating: "0", count: 32),
      software: "0"
    )
    let recorder = Recorder(
      journal: try Journal.open(at: folder.path("j.sqlite"), opening: opening, time: time),
      bindings: Bindings(stations: [station]),
      board: DeviceBoard(devices: [device]),
      time: time,
      clock: FakeKernelClock(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
    self.recorder = recorder
    try await recorder.start(documents: [], layouts: layouts, conveyors: conveyors)
    let simulated = SimulatedUnit(
      profile: try real.map {
        try ProfileLoader.load(bytes: Array($0.utf8), file: "oven.yaml")
      } ?? profile,
      seed: 1,
      start: time.uptime(),
      faults: FaultScript(faults),
      unit: unit
    )
    poller = BusPoller(
      bus: DirectBus(unit: try #require(simulated), time: time),
      groups: device.groups,
      time: time
    ) { await recorder.take($0) }
    state = poller.start()
  }

  private static func conveyor(
    at station: StationID,
    of device: DeviceBoard.Device,
    speed: String
  ) throws -> PlannedConveyor {
    let group = try #require(device.groups.first { $0.signals.map(\.name).contains(speed) })
    let index = try #require(group.signals.firstIndex { $0.name == speed })
    let belt = Conveyor.Belt(
      fastest: 0.03,
      accuracy: 0.01,
      hold: .seconds(5),
      period: group.period
    )
    let meaning = PlannedConveyor.Meaning.speed(belt: 0, metresPerSecond: 1.0 / 6_000)
    return PlannedConveyor(
      conveyor: Conveyor(station: station, length: 3.5, belts: [belt]),
      inputs: [group.id: [PlannedConveyor.Input(signal: index, meaning: meaning)]]
    )
  }

  /// Takes so many scans, one a second.
  func scan(_ count: Int) async throws {
    for _ in 0..<count {
      await poller.pollOnce(&state)
      time.advance(by: max(.zero, state.next(at: time.uptime()) - time.uptime()))
    }
  }

  /// Starts a lot at the station.
  func start(_ lot: String) async throws {
    _ = try await recorder.start(
      LotOrder(
        station: station,
        lot: LotID(lot),
        part: Label("part"),
        workOrder: Label("WO"),
        operatorName: Label("A. Meier")
      )
    )
  }

  func endLot() async throws { _ = try await recorder.endLot(at: StationLane(station)) }

  /// Stops the agent's recorder.
  ///
  /// - Returns: Everything in the journal.
  func stop() async throws -> [Record] {
    await recorder.stop()
    return try bodies().map { try RecordCoding.decode($0) }
  }

  /// What a hub that has the whole journal answers, after batches of so many records.
  func trace(_ lot: String, batches size: Int) async throws -> LotTrace? {
    let hub = try HubDatabase(path: folder.path("hub-\(size).sqlite"))
    let bodies = try bodies()
    var frontier = MerkleFrontier()
    for first in stride(from: 0, to: bodies.count, by: size) {
      let records = Array(bodies[first..<min(first + size, bodies.count)])
      for record in records { frontier.append(.leaf(record)) }
      let header = JournalBatch.Header(
        agent: try AgentID("edge"),
        journal: String(repeating: "0", count: 32),
        first: first + 1,
        count: records.count,
        root: frontier.root
      )
      _ = try await hub.take(JournalBatch(header: header, records: records))
    }
    return try await hub.reader.trace(LotID(lot), at: time.now())
  }

  private func bodies() throws -> [[UInt8]] {
    try JournalReader(path: folder.path("j.sqlite"))
      .records(after: 0, limit: 100_000, bytes: 100_000_000).map(\.body)
  }
}

/// A bus that asks a simulated unit, with our codec at both ends.
private struct DirectBus: Bus {
  /// What every request takes.
  static let duration = Duration.milliseconds(5)

  let unit: SimulatedUnit
  let time: ManualTime

  func exchange(_ requests: [BusRequest]) async -> [BusOutcome] {
    requests.map { request in
      guard case .modbus(let modbus) = request else { preconditionFailure("the bus is Modbus") }
      let sent = time.moment()
      time.advance(by: Self.duration)
      let reply = unit.reply(to: ModbusPDU.bytes(of: modbus)[...], at: time.uptime())
      let result = ModbusPDU.judge(unit: modbus.unit.rawValue, pdu: reply, answering: modbus)
        .mapError { BusFailure($0.cause, $0.detail) }
      return BusOutcome(result: result, sent: sent, elapsed: Self.duration)
    }
  }

  func close() async {}
}
