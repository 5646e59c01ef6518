import Acquisition
import Fieldbus
import JournalStore
import LotBinding
import Settings
import StationAPI
import Telemetry
import TestSupport
import Testing

@testable import Agent

/// A plan with an oven of two zones on a conveyor of 3 m, whose registers a test sets.
struct ConveyorPlant {
  static let profile = """
    profile: oven
    title: Oven
    kind: reflow_oven
    source: generic
    modbus: {address_base: 0}
    groups:
      - name: zones
        period: 1s
        signals:
          - {name: speed, table: holding, address: 0, type: uint16, scale: 0.1, unit: cm/min, range: [0, 200]}
          - {name: entry, table: holding, address: 1, type: bit, bit: 0}
          - {name: exit, table: holding, address: 1, type: bit, bit: 1}
          - {name: zone1, table: holding, address: 2, type: uint16, unit: Cel, position: 1}
          - {name: zone2, table: holding, address: 3, type: uint16, unit: Cel, position: 2}
    """

  static func configuration(conveyor: String) -> String {
    """
    agent: edge-1
    site: Test
    stations:
      - id: reflow-1
        conveyor: \(conveyor)
    buses:
      - {id: oven, tcp: "127.0.0.1:502"}
    devices:
      - {id: oven-1, profile: oven, bus: oven, unit: 1, station: reflow-1}
    profiles: .
    journal: {path: journal.sqlite}
    """
  }

  static let speed = "speed: {device: oven-1, signal: speed}"
  static let followed = "{length: 3, speed_accuracy: 0%, \(speed)}"
  static let seen =
    "{length: 3, exit: 2.9, speed_accuracy: 0%, board_length: 0.2, \(speed), "
    + "entered: {device: oven-1, signal: entry}, left: {device: oven-1, signal: exit}}"

  let folder: TemporaryFolder
  let plan: PlantPlan
  let time = ManualTime()
  private(set) var recorder: Recorder
  private let group: ScanGroup
  let station = StationID(checked: "reflow-1")

  var journal: String { folder.path("journal.sqlite") }

  init(_ conveyor: String) async throws {
    folder = try TemporaryFolder()
    _ = try folder.write(Self.profile, to: "oven.yaml")
    _ = try folder.write(Self.configuration(conveyor: conveyor), to: "agent.yaml")
    plan = try PlantPlan.read(folder.path("agent.yaml"))
    group = try #require(plan.buses.first?.groups.first)
    recorder = try await plan.recorder(at: folder.path("journal.sqlite"), time: time)
  }

  /// Lets so many seconds pass, with a scan after each.
  func run(
    _ seconds: Int,
    speed: UInt16? = 600,
    entry: Bool = false,
    exit: Bool = false
  ) async {
    for _ in 0..<seconds {
      time.advance(by: .seconds(1))
      let bits: UInt16 = (entry ? 1 : 0) + (exit ? 2 : 0)
      let reply = BusReply.registers([speed ?? 0, bits, 150, 250])
      // An unread speed is one out of its range.
      let bad = BusReply.registers([65_000, bits, 150, 250])
      await recorder.take(
        .scan(
          group.scan(
            from: [
              BusOutcome(
                result: .success(speed == nil ? bad : reply),
                sent: time.moment(),
                elapsed: .zero
              )
            ]
          )
        )
      )
    }
  }

  func start(_ lot: String) async throws -> Int {
    try await recorder.start(
      LotOrder(
        station: station,
        lot: LotID(lot),
        part: Label("p"),
        workOrder: Label("w"),
        operatorName: Label("o")
      )
    ).seq
  }

  /// A board is scanned that comes or goes.
  func pass(_ serial: String, _ event: UnitPassage.Event) async throws -> Done {
    try await recorder.pass(SerialNumber(serial), event, at: StationLane(station), source: .scan)
  }

  /// What the status says of boards that did not come out.
  func problems() async -> [String]? {
    await recorder.snapshot(of: plan.settings.stations).stations.first?.conveyor?.problems
  }

  func end() async throws { _ = try await recorder.endLot(at: StationLane(station)) }

  /// The agent is killed, and starts again after a while.
  mutating func restart(after seconds: Int) async throws {
    await recorder.commitObservations()
    try await recorder.journal.close()
    time.advance(by: .seconds(seconds))
    recorder = try await plan.recorder(at: journal, time: time)
  }

  func records() async throws -> [Record] {
    await recorder.commitObservations()
    let reader = try JournalReader(path: journal)
    defer { try? reader.close() }
    return try reader.records(after: 0, limit: 100_000, bytes: .max)
      .map { try RecordCoding.decode($0.body) }
  }

  func frames() async throws -> [Frame] {
    try await records().compactMap { if case .frame(let frame) = $0.content { frame } else { nil } }
  }
}
