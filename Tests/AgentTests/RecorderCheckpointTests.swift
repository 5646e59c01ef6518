import Foundation
import JournalStore
import LotBinding
import Logging
import MerkleLog
import Telemetry
import TestSupport
import Testing

@testable import Agent

@Suite("Checkpoints of the agent")
struct RecorderCheckpointTests {
  private let folder: TemporaryFolder
  private let time = ManualTime()
  private let keys: JournalKeys

  init() throws {
    folder = try TemporaryFolder()
    keys = JournalKeys(path: folder.path("journal.key"), credentials: nil)
  }

  private func start() async throws -> Recorder {
    let opening = JournalOpening(
      agent: try AgentID("edge-1"),
      site: try Label("Plant"),
      journal: String(repeating: "0", count: 32),
      software: "0"
    )
    let station = try StationID("reflow-1")
    let journal = try Journal.open(at: folder.path("journal.sqlite"), opening: opening, time: time)
    var recorded: JournalKey?
    if case .key(let key) = try await journal.latest("key")?.content { recorded = key }
    let signing = try JournalSigning(keys, origin: journal.opening.origin, recorded: recorded)
    let recorder = Recorder(
      journal: journal,
      bindings: Bindings(BindingPlan(stations: [station: []])),
      board: DeviceBoard(devices: []),
      time: time,
      clock: FakeKernelClock(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
    try await recorder.start(documents: [], layouts: [])
    try await recorder.sign(with: signing, every: .seconds(300))
    return recorder
  }

  private func types(_ recorder: Recorder) async throws -> [String] {
    try await recorder.journal.replay(into: [String]()) { $0.append($1.content.type) }
  }

  private func result() throws -> JournalVerifier.Result {
    try JournalVerifier(path: folder.path("journal.sqlite")).verify()
  }

  @Test("The key is recorded once, and a checkpoint at each interval in which something happened")
  func interval() async throws {
    let recorder = try await start()
    await recorder.signIfDue()
    await recorder.commitObservations()
    #expect(try await types(recorder).filter { $0 == "checkpoint" }.isEmpty)
    time.advance(by: .seconds(300))
    await recorder.signIfDue()
    await recorder.commitObservations()
    #expect(try await types(recorder).suffix(2) == ["key", "checkpoint"])
    time.advance(by: .seconds(300))
    await recorder.signIfDue()
    await recorder.commitObservations()
    #expect(try await types(recorder).filter { $0 == "checkpoint" }.count == 1)
    await recorder.stop()
    let again = try await start()
    #expect(try await types(again).filter { $0 == "key" }.count == 1)
    await again.stop()
    #expect(try result().finding == nil)
  }

  @Test("A timestamp is durable with the next commit, and alone needs no other checkpoint")
  func timestamp() async throws {
    let recorder = try await start()
    #expect(try await recorder.lastCheckpoint() == nil)
    #expect(try await recorder.lastTimestamp() == nil)
    time.advance(by: .seconds(300))
    await recorder.signIfDue()
    await recorder.commitObservations()
    let (seq, note) = try #require(try await recorder.lastCheckpoint())
    #expect(note.contains("\n\(seq - 1)\n"))
    let timestamp = CheckpointTimestamp(
      checkpoint: seq,
      time: time.now(),
      authority: "TSA",
      token: "MAA="
    )
    try await recorder.record(timestamp)
    await recorder.commitObservations()
    #expect(try await recorder.lastTimestamp()?.timestamp == timestamp)
    for _ in 0..<3 {
      time.advance(by: .seconds(300))
      await recorder.signIfDue()
      await recorder.commitObservations()
    }
    #expect(try await types(recorder).suffix(2) == ["checkpoint", "timestamp"])
    _ = try await recorder.append(.event(Event(.agentStarted, detail: "something")))
    time.advance(by: .seconds(300))
    await recorder.signIfDue()
    await recorder.commitObservations()
    #expect(try await types(recorder).last == "checkpoint")
  }

  @Test("The last record of a run is a checkpoint of all the others")
  func stop() async throws {
    let recorder = try await start()
    await recorder.stop()
    let result = try result()
    #expect(result.finding == nil)
    #expect(result.lastCheckpoint?.size == result.size - 1)
  }

  @Test("A lot's end is followed by a checkpoint")
  func lotEnd() async throws {
    let recorder = try await start()
    let station = try StationID("reflow-1")
    let order = LotOrder(
      station: station,
      lot: try LotID("L-1"),
      part: try Label("P-1"),
      workOrder: try Label("WO-1"),
      operatorName: try Label("Mara")
    )
    _ = try await recorder.start(order)
    await recorder.signIfDue()
    #expect(try await types(recorder).contains("checkpoint") == false)
    _ = try await recorder.endLot(at: StationLane(station))
    await recorder.signIfDue()
    await recorder.commitObservations()
    #expect(try await types(recorder).suffix(2) == ["binding_end", "checkpoint"])
  }

  @Test("A key that waits is taken over: the old one vouches for it, and it signs at once")
  func rotation() async throws {
    let recorder = try await start()
    let origin = await recorder.journal.opening.origin
    let old = try #require(try keys.read(.current))
    let first = try #require(NoteSigner(name: origin, secret: old)).key
    let secret = try keys.create(.next)
    let next = try #require(NoteSigner(name: origin, secret: secret)).key
    await recorder.signIfDue()
    await recorder.commitObservations()
    #expect(try await types(recorder).suffix(2) == ["key", "checkpoint"])
    #expect(!keys.has(.next))
    await recorder.stop()
    let result = try JournalVerifier(
      path: folder.path("journal.sqlite"),
      trusted: [first.publicKey]
    ).verify()
    #expect(result.finding == nil && result.key == next)
    #expect(result.checkpoints == 2)
  }

  @Test("A key that cannot be read keeps the old one signing")
  func unreadable() async throws {
    let recorder = try await start()
    _ = try keys.create(.next)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644],
      ofItemAtPath: keys.path(of: .next)
    )
    await recorder.signIfDue()
    #expect(await recorder.checkpoints?.problem?.contains("others can read") == true)
    await recorder.stop()
    #expect(try result().finding == nil)
    #expect(try result().checkpoints == 1)
  }
}
