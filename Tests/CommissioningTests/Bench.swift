import Fieldbus
import Foundation
import Profiles
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Commissioning

/// A device whose registers the test sets; addresses that hold nothing are refused.
final class TableBus: Bus {
  private let time: ManualTime
  private let tables: Mutex<TrialTables>
  private let answers: [[UInt8]: [UInt8]]
  private let log = Mutex<[BusRequest]>([])

  init(
    _ tables: TrialTables,
    answers: [[UInt8]: [UInt8]] = [:],
    time: ManualTime = ManualTime()
  ) {
    self.tables = Mutex(tables)
    self.answers = answers
    self.time = time
  }

  /// Everything that was asked.
  var asked: [BusRequest] { log.withLock { $0 } }

  func set(_ words: [UInt16], at address: Int, in table: ModbusTable = .holding) {
    tables.withLock { $0.take(TrialTables.Run(table: table, address: address, words: words)) }
  }

  func exchange(_ requests: [BusRequest]) async -> [BusOutcome] {
    requests.map { request in
      log.withLock { $0.append(request) }
      let sent = time.moment()
      time.advance(by: .milliseconds(10))
      return BusOutcome(result: answer(request), sent: sent, elapsed: .milliseconds(10))
    }
  }

  func close() async {}

  private func answer(_ request: BusRequest) -> Result<BusReply, BusFailure> {
    if case .serial(let request) = request {
      guard let line = answers[request.send] else {
        return .failure(BusFailure(.timeout, "bench: no answer within 500 ms"))
      }
      return .success(.line(line))
    }
    guard case .modbus(let request) = request, let range = request.range else {
      return .failure(BusFailure(.exception(1), "unit 1 at bench: it reads registers only"))
    }
    let location = ModbusLocation(
      table: range.table,
      address: range.address,
      count: range.count
    )
    guard let words = tables.withLock({ $0.words(at: location) }) else {
      return .failure(BusFailure(.exception(2), "unit 1 at bench: it has no such address"))
    }
    return .success(range.table.holdsBits ? .bits(words.map { $0 == 1 }) : .registers(words))
  }
}

/// Profiles and what is done with them.
enum Bench {
  /// A profile that is written in a test.
  static func profile(_ name: String, _ text: String) throws -> DeviceProfile {
    try ProfileLoader.load(bytes: Array(text.utf8), file: name + ".yaml")
  }

  /// A Modbus profile with one group.
  static func text(
    _ signals: [String],
    name: String = "bench",
    modbus: String = "order: ABCD"
  ) -> String {
    """
    profile: \(name)
    title: Test bench
    kind: other
    source: generic
    modbus: {\(modbus)}
    groups:
      - name: all
        period: 1s
        signals:

    """ + signals.map { "      - {\($0)}\n" }.joined()
  }

  /// Reads every group once, and gives what was seen and what it suggests.
  static func trial(
    _ profile: DeviceProfile,
    _ bus: any Bus,
    scans count: Int = 1
  ) async throws -> (scans: [TrialScan], suggestions: [TrialSuggestion]) {
    let trial = try Trial(profile, unit: UnitID(1), bus: bus, time: ManualTime())
    var scans: [TrialScan] = []
    for _ in 0..<count { scans += await trial.scanAll() }
    let isWrong = TrialSuggestion.isWarranted(for: profile, by: scans)
    let adjoining = isWrong ? await trial.adjoining(scans) : TrialTables()
    return (scans, TrialSuggestion.all(for: profile, from: scans, adjoining: adjoining))
  }

  /// Compares with a golden file; `LOTLINE_RECORD_GOLDEN=1` writes it.
  static func expect(
    _ text: String,
    matches name: String,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let file = Repository.root.appending(path: "Tests/CommissioningTests/Golden/\(name)")
    if ProcessInfo.processInfo.environment["LOTLINE_RECORD_GOLDEN"] != nil {
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    let wanted = try String(contentsOf: file, encoding: .utf8)
    #expect(text == wanted, sourceLocation: location)
  }
}
