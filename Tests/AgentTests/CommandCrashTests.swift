import Foundation
import LotBinding
import Telemetry
import TestSupport
import Testing

@testable import Agent
@testable import JournalStore

/// A crash at every write of every command: what was acknowledged is there after it, what was not is
/// there whole or not at all.
@Suite("Commands and crashes")
struct CommandCrashTests {
  private let time = ManualTime()
  private let files: PlantFiles
  private let plan: PlantPlan

  init() throws {
    var files = try PlantFiles([.tcp("a")])
    files.stations = [
      "{id: s1, lanes: [front, rear]}", "{id: s2}",
      "{id: s3, conveyor: {length: 3, fixed_speed: 80 cm/min}}",
    ]
    try files.write()
    self.files = files
    plan = try files.plan()
  }

  /// What can be asked of what is in force, whichever way it came to be.
  private struct State: Hashable {
    let lots: [Lots.Active]
    let inside: [SerialNumber]
    let crews: [[Label]]
    let materials: [Materials.Loaded]
    let instruments: Instruments
    let corrections: [Corrections.Recorded]
    let standing: [Stay<Binding>?]

    init(_ bindings: Bindings) {
      let stations = ["s1", "s2", "s3"].map { StationID(checked: $0) }
      let lanes = ["front", "rear"].map { StationLane(stations[0], LaneID(checked: $0)) }
      lots = stations.flatMap { bindings.lots.active(at: $0) }
      inside = (lanes + [StationLane(stations[1])])
        .flatMap { bindings.units.inside($0) }.map(\.serial)
      crews = stations.map { (bindings.crews.crew(at: $0)?.members ?? []).map(\.name) }
      materials = stations.flatMap { bindings.loaded(at: $0) }
      instruments = bindings.instruments
      corrections = bindings.corrections.all
      standing = (1...200).map { bindings.corrections.lot($0)?.corrected }
    }
  }

  typealias Command = @Sendable (Recorder) async throws -> Void

  static let station = StationID(checked: "s2")
  static let place = StationLane(station)
  static let conveyor = StationLane(StationID(checked: "s3"))
  static let front = StationLane(StationID(checked: "s1"), LaneID(checked: "front"))

  static func start(_ lot: String, at place: StationLane) -> Command {
    { recorder in
      _ = try await recorder.start(
        LotOrder(
          station: place.station,
          lane: place.lane,
          lot: LotID(checked: lot),
          part: Label(checked: "4711"),
          workOrder: Label(checked: "WO-1"),
          operatorName: Label(checked: "mara")
        )
      )
    }
  }

  static func pass(_ event: UnitPassage.Event) -> Command {
    { recorder in
      _ = try await recorder.pass(
        SerialNumber(checked: "SN-1"),
        event,
        at: place,
        source: .scan,
        operatorName: nil
      )
    }
  }

  static func correct(
    _ what: CorrectionOrder.What,
    _ fill: @escaping @Sendable (inout CorrectionOrder, Instant) -> Void
  ) -> Command {
    { recorder in
      var order = CorrectionOrder(
        what,
        by: Label(checked: "qa"),
        reason: Label(checked: "seen")
      )
      order.station = station
      fill(&order, await recorder.time.now())
      _ = try await recorder.correct(order)
    }
  }

  /// Every command of lots, units, operators, material, instruments and corrections, one after the other; a minute
  /// passes before each.
  private static let commands: [(name: String, run: Command)] = typed + scanned

  /// The journal's files as they are on the disk.
  private struct Disk {
    let database: Data
    let log: Data
    var anchor: Data

    init(_ path: String) throws {
      database = try Data(contentsOf: URL(filePath: path))
      // A connection that is closed takes its log away.
      log = (try? Data(contentsOf: URL(filePath: path + "-wal"))) ?? Data()
      anchor = try Data(contentsOf: URL(filePath: path + ".anchor"))
    }

    func write(to path: String, logBytes: Int) throws {
      try database.write(to: URL(filePath: path))
      try log.prefix(logBytes).write(to: URL(filePath: path + "-wal"))
      try anchor.write(to: URL(filePath: path + ".anchor"))
    }
  }

  /// Bytes of a frame of SQLite's log: its header, and a page (https://sqlite.org/fileformat2.html, 4).
  private static let (headerBytes, pageBytes) = (24, 8_192)

  /// What an agent finds that is started on such files.
  private func found(_ disk: Disk, logBytes: Int) async throws -> State {
    let folder = try TemporaryFolder(in: TemporaryFolder.memory)
    let path = folder.path("remains.sqlite")
    try disk.write(to: path, logBytes: logBytes)
    let restarted = try await plan.recorder(at: path, time: ManualTime(start: time.now()))
    let state = State(await restarted.bindings)
    await restarted.stop()
    return state
  }

  @Test("After a crash at any write of any command, it is done whole or not at all")
  func everyWrite() async throws {
    let recorder = try await plan.recorder(at: files.journal, time: time)
    var crashes = 0
    for command in Self.commands {
      time.advance(by: .seconds(60))
      let before = State(await recorder.bindings)
      let earlier = try Disk(files.journal)
      try await command.run(recorder)
      let after = State(await recorder.bindings)
      let disk = try Disk(files.journal)
      // The anchor is written after the commit.
      var torn = disk
      torn.anchor = earlier.anchor
      let from = earlier.log.count
      try #require(disk.log.count > from, "\(command.name) wrote no frame of the log")
      for frame in stride(from: from, to: disk.log.count, by: Self.headerBytes + Self.pageBytes) {
        for written in [0, Self.headerBytes + Self.pageBytes / 2] {
          let found = try await found(torn, logBytes: frame + written)
          #expect(found == before, "\(command.name), cut at \(frame + written)")
          crashes += 1
        }
      }
      // Acknowledged, and all of it written.
      for written in [torn, disk] {
        #expect(try await found(written, logBytes: disk.log.count) == after, "\(command.name)")
      }
    }
    #expect(crashes > Self.commands.count * 4, "every command has several writes")
    await recorder.stop()
  }

  @Test("A command that the disk refuses is not done; one that it took all the same is done once")
  func failingDisk() async throws {
    let recorder = try await plan.recorder(at: files.journal, time: time)
    for command in Self.commands {
      time.advance(by: .seconds(60))
      let before = State(await recorder.bindings)
      await recorder.journal.refuseForTest()
      await #expect(throws: JournalError.self, "\(command.name)") {
        try await command.run(recorder)
      }
      #expect(State(await recorder.bindings) == before, "\(command.name)")
      let refused = try Disk(files.journal)
      #expect(try await found(refused, logBytes: refused.log.count) == before, "\(command.name)")
      // The disk is asked again a second later.
      time.advance(by: .seconds(5))
      try await command.run(recorder)
      let done = try Disk(files.journal)
      let after = State(await recorder.bindings)
      #expect(after != before || command.name == "consume", "\(command.name)")
      #expect(try await found(done, logBytes: done.log.count) == after, "\(command.name)")
    }
    await recorder.stop()
  }

  @Test(
    "A command of which the disk does not say whether it took it is not acknowledged, and done once",
    arguments: [true, false]
  )
  func silentDisk(isWritten: Bool) async throws {
    let recorder = try await plan.recorder(at: files.journal, time: time)
    for command in Self.commands {
      time.advance(by: .seconds(60))
      let before = State(await recorder.bindings)
      let records = await recorder.journal.status().seq
      // With a lot that follows, the end of the one before is recorded.
      let count = command.name == "follow onto a conveyor" ? 2 : 1
      await recorder.journal.fallSilentForTest(records: count)
      let error = await #expect(throws: JournalError.self, "\(command.name)") {
        try await command.run(recorder)
      }
      guard case .uncertain = error else {
        Issue.record("\(command.name): \(String(describing: error))")
        return
      }
      // In force at once, since no frame behind it can be there without it.
      let said = State(await recorder.bindings)
      // Asked again, as by somebody who got no answer: nothing is judged before the disk answers.
      await #expect(throws: JournalError.self, "\(command.name)") {
        try await command.run(recorder)
      }
      #expect(State(await recorder.bindings) == said, "\(command.name)")
      try await recorder.journal.decideForTest(isWritten: isWritten)
      let crashed = try Disk(files.journal)
      let restarted = try await found(crashed, logBytes: crashed.log.count)
      time.advance(by: .seconds(5))
      await recorder.commitObservations()
      let after = State(await recorder.bindings)
      #expect(after != before || command.name == "consume", "\(command.name)")
      #expect(after == said, "\(command.name)")
      #expect(restarted == (isWritten ? after : before), "\(command.name)")
      #expect(await recorder.journal.status().seq == records + count, "\(command.name)")
      let done = try Disk(files.journal)
      #expect(try await found(done, logBytes: done.log.count) == after, "\(command.name)")
    }
    await recorder.stop()
  }

  @Test("While a command whose outcome was not known waits for the disk, none is judged without it")
  func waiting() async throws {
    let recorder = try await plan.recorder(at: files.journal, time: time)
    await recorder.journal.fallSilentForTest()
    await #expect(throws: JournalError.self) { try await Self.start("A", at: Self.place)(recorder) }
    try await recorder.journal.decideForTest(isWritten: false)
    try await recorder.journal.answerForTest()
    await #expect(throws: JournalError.self) { try await recorder.endLot(at: Self.place) }
    time.advance(by: .seconds(5))
    await recorder.commitObservations()
    #expect(await recorder.bindings.lots.active(at: Self.station).map(\.binding.lot.text) == ["A"])
    _ = try await recorder.endLot(at: Self.place)
    #expect(await recorder.bindings.lots.active(at: Self.station).isEmpty)
    await recorder.stop()
  }
}

extension Journal {
  /// What the next commit does when SQLite reports an I/O error and the file cannot be opened again.
  fileprivate func fallSilentForTest(records: Int = 1) {
    fail(
      JournalError.storage(path: path, reason: "disk I/O error"),
      uncertain: (buffer.items.count + records, buffer.frontier)
    )
  }

  /// Lets the commit that failed have written all that it was given, or nothing.
  fileprivate func decideForTest(isWritten: Bool) throws {
    fault?.uncertain = (buffer.items.count, buffer.frontier)
    guard isWritten else { return }
    let file = try JournalFile(path: path)
    try file.commit(buffer)
    try file.close()
  }

  /// Lets the file be opened again, which does not hold what was given, and take nothing yet.
  fileprivate func answerForTest() throws {
    fault?.uncertain = nil
    file = try JournalFile(path: path)
  }

  /// What a commit does when SQLite reports an I/O error.
  fileprivate func refuseForTest() {
    fail(JournalError.storage(path: path, reason: "disk I/O error"), uncertain: nil)
  }
}
