import Acquisition
import Fieldbus
import LotBinding
import StationAPI
import Telemetry
import TestSupport
import Testing

@testable import Agent
@testable import JournalStore

/// Commands of which a failing disk leaves open whether they are recorded.
@Suite("Undecided commands")
struct UndecidedCommandTests {
  private let time = ManualTime()
  private let files: PlantFiles
  private let plan: PlantPlan
  private let group: ScanGroup
  private let station = StationID(checked: "s1")

  init() throws {
    var files = try PlantFiles([.tcp("a")])
    files.stations = ["{id: s1}"]
    try files.writeProfile("p", registers: 1, period: "1s")
    try files.write()
    self.files = files
    plan = try files.plan()
    group = try #require(plan.buses.first?.groups.first)
  }

  private func order(_ lot: String) -> LotOrder {
    LotOrder(
      station: station,
      lot: LotID(checked: lot),
      part: Label(checked: "p"),
      workOrder: Label(checked: "w"),
      operatorName: Label(checked: "mara")
    )
  }

  /// All records of the journal.
  private func records() throws -> [Record] {
    let reader = try JournalReader(path: files.journal)
    defer { try? reader.close() }
    return try reader.records(after: 0, limit: 10_000, bytes: .max)
      .map { try RecordCoding.decode($0.body) }
  }

  @Test("Frames are bound to the lot that began with a record which a failing disk left undecided")
  func frames() async throws {
    let recorder = try await plan.recorder(at: files.journal, time: time)
    await recorder.journal.leaveOpenForTest()
    let error = await #expect(throws: JournalError.self) { try await recorder.start(order("A")) }
    guard case .uncertain(_, let seq, _)? = error else {
      Issue.record("the disk did not leave it open: \(String(describing: error))")
      return
    }
    time.advance(by: .seconds(1))
    let outcome = BusOutcome(
      result: .success(.registers([7])),
      sent: time.moment(),
      elapsed: .zero
    )
    await recorder.take(.scan(group.scan(from: [outcome])))
    // The disk is asked again, and takes everything.
    time.advance(by: .seconds(5))
    await recorder.commitObservations()
    let found = try records()
    guard case .binding(let binding) = found[seq - 1].content,
      case .frame(let frame)? = found.last?.content
    else {
      Issue.record("no binding under \(seq), or no frame behind it")
      return
    }
    #expect(binding.lot == LotID(checked: "A"))
    #expect(frame.bindings == [.one(seq)])
    // Nobody can start another lot there before this one ends.
    await #expect(throws: BindingError.self) { try await recorder.start(order("B")) }
    await recorder.stop()
  }
}

extension Journal {
  /// What a commit does when SQLite reports an I/O error and the file cannot be read at once: the
  /// next record may be in the file, or not.
  fileprivate func leaveOpenForTest() {
    var written = buffer.frontier
    written.append(.leaf([]))
    fail(
      JournalError.storage(path: path, reason: "disk I/O error"),
      uncertain: (buffer.items.count + 1, written)
    )
  }
}
