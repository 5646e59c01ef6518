@testable import Acquisition
import Fieldbus
import JournalStore
import StationAPI
import Telemetry
import TestSupport
import Testing

@testable import Agent

/// An agent's writer over a bus that the test decides, with a journal on disk.
final class WriterBench: Sendable {
  let time = ManualTime()
  let files: PlantFiles
  let plan: Locked<PlantPlan>
  let device = DeviceID(checked: "dev-a")

  static let profile = """
    profile: machine
    title: A machine
    kind: other
    source: generic
    modbus: {order: ABCD}
    groups:
      - name: g
        period: 1s
        signals:
          - {name: setpoint, table: holding, address: 2, type: int16, scale: 0.1, unit: Cel, range: [0, 400]}
          - {name: speed, table: holding, address: 4, type: float32, unit: cm/min}
          - {name: mode, table: holding, address: 6, type: uint16, values: {0: "off", 1: run}}
          - {name: fan, table: coil, address: 7}
          - {name: reading, table: input, address: 0, type: int16}
          - {name: door, table: holding, address: 9, type: bit, bit: 3}
    """

  static let permits = """
    [{signal: setpoint, reason: recipe change, range: [20, 300]}, \
    {signal: speed, reason: belt trial}, {signal: mode, reason: start, multiple: true}, \
    {signal: fan, reason: cooling}]
    """

  init(writes: String? = WriterBench.permits, profile: String = WriterBench.profile) throws {
    var bus = PlantFiles.Bus.tcp("a", profile: "machine")
    bus.writes = writes
    files = try PlantFiles([bus])
    _ = try files.folder.write(profile, to: "machine.yaml")
    try files.write()
    plan = Locked(try files.plan())
  }

  /// An agent that has just started, on the journal as it is.
  func start() async throws -> Recorder {
    try await plan.value.recorder(at: files.journal, time: time)
  }

  /// Tells the recorder of a scan, as a poller does.
  func scan(_ recorder: Recorder, silence: BusFailure? = nil) async {
    for group in plan.value.devices[0].groups {
      let reading = silence.map { Reading($0.cause) } ?? Reading(.integer(0))
      await recorder.take(
        .scan(
          Scan(
            group: group.id,
            at: time.now(),
            span: .milliseconds(1),
            uptime: time.uptime(),
            readings: group.signals.map { _ in reading },
            silence: silence
          )
        )
      )
    }
  }

  func writer(_ recorder: Recorder, over bus: (any Bus)?) -> SignalWriter {
    SignalWriter(
      recorder: recorder,
      time: time,
      plan: { [plan] in plan.value },
      bus: { _ in bus }
    )
  }

  /// The journal as another program reads it: what is durable.
  func records() throws -> [Record] { try Self.records(files.journal) }

  static func records(_ path: String) throws -> [Record] {
    try JournalReader(path: path).records(after: 0, limit: 100_000, bytes: 100_000_000)
      .map { try RecordCoding.decode($0.body) }
  }

  /// The orders and outcomes among them.
  func story() throws -> (orders: [(seq: Int, order: WriteOrder)], outcomes: [WriteOutcome]) {
    let records = try records()
    return (
      records.compactMap { record in
        if case .write(let order) = record.content { (record.seq, order) } else { nil }
      },
      records.compactMap {
        if case .writeOutcome(let outcome) = $0.content { outcome } else { nil }
      }
    )
  }
}

/// A unit that takes writes, or does not, as the test says.
final class WritableUnit: Bus {
  enum Fault: Sendable, Hashable {
    case none
    /// Does it, and the confirmation is lost.
    case lost
    /// Does not do it, and says nothing.
    case deaf
    case refuses(UInt8)
    /// The connection cannot be made.
    case unreachable
    /// Confirms, and does something else.
    case clamps
    /// Confirms, and cannot be read afterwards.
    case unreadable
  }

  struct State: Sendable {
    var registers: [Int: UInt16] = [:]
    var coils: [Int: Bool] = [:]
    var writes: [RegisterWrite] = []

    /// Orders that were durable when each write arrived.
    var durable: [Int] = []
  }

  let state = Locked(State())
  let fault: Fault
  private let journal: String
  private let time: ManualTime

  init(_ fault: Fault = .none, bench: WriterBench) {
    self.fault = fault
    journal = bench.files.journal
    time = bench.time
  }

  func exchange(_ requests: [BusRequest]) async -> [BusOutcome] {
    requests.map { request in
      guard case .modbus(let request) = request else { preconditionFailure("the bus is Modbus") }
      let result = answer(request)
      return BusOutcome(
        result: result,
        sent: time.moment(),
        elapsed: .milliseconds(1),
        wasSent: fault != .unreachable
      )
    }
  }

  func close() async {}

  private func answer(_ request: ModbusRequest) -> Result<BusReply, BusFailure> {
    switch request.operation {
    case .write(let write): take(write)
    case .read(let range):
      if fault == .unreadable {
        .failure(BusFailure(.timeout, "it fell silent"))
      } else {
        .success(
          state.with { state in
            let addresses = Int(range.address)..<(Int(range.address) + range.count)
            return range.table.holdsBits
              ? .bits(addresses.map { state.coils[$0] ?? false })
              : .registers(addresses.map { state.registers[$0] ?? 0 })
          }
        )
      }
    default: .failure(BusFailure(.exception(1), "unknown"))
    }
  }

  private func take(_ write: RegisterWrite) -> Result<BusReply, BusFailure> {
    let orders = (try? WriterBench.records(journal))?.filter { $0.content.type == "write" }.count
    return state.with { state in
      state.writes.append(write)
      state.durable.append(orders ?? 0)
      switch fault {
      case .unreachable: return .failure(BusFailure(.noConnection, "nobody there"))
      case .refuses(let code): return .failure(BusFailure(.exception(code), "no"))
      case .deaf: return .failure(BusFailure(.timeout, "no answer"))
      case .none, .lost, .clamps, .unreadable: break
      }
      switch write.content {
      case .coils(let coils):
        for (index, coil) in coils.enumerated() { state.coils[Int(write.address) + index] = coil }
      case .registers(let registers):
        for (index, word) in registers.enumerated() {
          state.registers[Int(write.address) + index] = fault == .clamps ? word - 1 : word
        }
      }
      return fault == .lost ? .failure(BusFailure(.timeout, "no answer")) : .success(.written)
    }
  }
}
