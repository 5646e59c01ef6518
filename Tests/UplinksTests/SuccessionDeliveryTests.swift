import Logging
import StationAPI
import Telemetry
import TestSupport
import Testing

@testable import JournalStore
@testable import Uplinks

@Suite("Delivery after a succession")
struct SuccessionDeliveryTests {
  /// Opens the journal of a line anew, after it was set aside.
  private func next(_ line: Line) async throws -> Journal {
    try await line.journal.close()
    return try Journal.openTrusted(
      at: line.folder.path("edge.journal"),
      opening: JournalOpening(
        agent: try AgentID("edge-1"),
        site: try Label("Plant"),
        journal: String(repeating: "f", count: 32),
        software: "test"
      ),
      time: line.time
    )
  }

  private func uplink(_ journal: Journal, _ line: Line, _ client: any HubClient) throws -> HubUplink
  {
    try HubUplink(
      id: "hub",
      url: "http://hub",
      journal: journal,
      client: client,
      time: line.time,
      random: { 0.5 },
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
  }

  @Test("At first contact, a restored copy is known by the hub's mark and gets a new identity")
  func restored() async throws {
    let line = try Line()
    try await line.record(3)
    line.hub.state.with { $0.records = [[1], [2], [3], [4], [5], [6]] }
    let uplink = try line.uplink()
    _ = await uplink.syncOnce()
    #expect(await line.journal.isToBeSucceeded)
    #expect(await uplink.status(last: 4).detail?.contains("goes on with a new journal") == true)
    let journal = try await next(line)
    #expect(journal.opening.continues?.reason == .forked)
    #expect(journal.opening.continues?.lost == 2)
  }

  @Test("Records that are in the file, whose writer does not know it yet, are sent, and no copy's")
  func notYetTold() async throws {
    let commits = HeldExecutor()
    let line = try Line(executors: JournalExecutors(committing: commits))
    try await line.record(3)
    let uplink = try line.uplink()
    _ = await uplink.drain()
    try await line.journal.append(.event(Event(.agentStarted, detail: "x")), at: line.time.now())
    let commit = await line.journal.commitForTest()
    #expect(await line.journal.status().seq == 4)
    #expect(await uplink.syncOnce() == .confirmed(1))
    #expect(await !line.journal.isToBeSucceeded)
    #expect(line.hub.state.value.records.count == 5)
    commits.letGo()
    try await commit.value
  }

  @Test("A clone, whose records differ from those under the same numbers, is known likewise")
  func cloned() async throws {
    let line = try Line()
    try await line.record(3)
    line.hub.state.with { $0.records = [[1], [2]] }
    _ = try await line.uplink().syncOnce()
    #expect(await line.journal.isToBeSucceeded)
  }

  @Test("A clone that is found out in the middle asks for the mark, which says so")
  func clonedLater() async throws {
    let line = try Line()
    try await line.record(3)
    let uplink = try line.uplink()
    _ = await uplink.drain()
    try await line.record(3)
    line.hub.state.with { $0.records += [[1], [2]] }
    for _ in 0..<3 { _ = await uplink.syncOnce() }
    #expect(await line.journal.isToBeSucceeded)
  }

  @Test("A record that is not as it was recorded is never sent; its journal is set aside")
  func altered() async throws {
    let line = try Line()
    try await line.record(30)
    let bodies = try line.bodies()
    let (status, output) = try Tool.run(
      "sqlite3",
      "-bail",
      line.folder.path("edge.journal"),
      """
      DROP TRIGGER record_is_final_update;
      UPDATE record SET body = replace(body, '9 x', '8 x') WHERE seq = 21
      """
    )
    try #require(status == 0, "\(output)")
    let first = try line.uplink()
    for _ in 0..<3 { _ = await first.syncOnce() }
    #expect(line.hub.state.value.records.isEmpty)
    #expect(await line.journal.isToBeSucceeded)
    let journal = try await next(line)
    #expect(journal.opening.continues?.reason == .damaged)
    #expect(journal.opening.continues?.detail.contains("record 21") == true)
    #expect(journal.opening.continues?.seq == 20)
    #expect(journal.opening.continues?.lost == 11)
    let uplink = try uplink(journal, line, line.hub)
    for _ in 0..<3 { _ = await uplink.syncOnce() }
    #expect(line.hub.state.value.records == Array(bodies.prefix(20)))
  }

  @Test("What a restored copy recorded alone is found by sending what may be there, and sent first")
  func carried() async throws {
    for (common, alone) in [(1, 1), (7, 5), (64, 1), (90, 40)] {
      let line = try Line()
      try await line.record(common - 1)
      let bodies = try line.bodies()
      try await line.record(alone, detail: "alone")
      let others = (0..<60).map { [UInt8($0)] }
      line.hub.state.with { $0.records = bodies + others }
      let uplink = try line.uplink(batchRecords: 16)
      _ = await uplink.syncOnce()
      #expect(await line.journal.isToBeSucceeded)
      #expect(line.hub.state.value.records == bodies + others, "the hub took something")
      let journal = try await next(line)
      let before = try #require(journal.opening.continues)
      #expect(before.reason == .carried)
      let own = try #require(journal.predecessors().first?.opening)
      #expect(own.continues?.shared == common)

      let (second, third) = (ScriptedHub(own), ScriptedHub(journal.opening))
      let hubs = [line.hub, second, third]
      let again = try self.uplink(journal, line, NamedHubs(hubs))
      for _ in 0..<12 { _ = await again.syncOnce() }
      #expect(line.hub.state.value.records == bodies + others)
      let texts = try second.state.value.records.dropFirst().map { try RecordCoding.decode($0) }
      #expect(texts.count == alone)
      for text in texts {
        guard case .event(let event) = text.content else { continue }
        #expect(event.detail.hasSuffix("alone"))
      }
      #expect(third.state.value.records.count == 1)
      let notes = await again.keptNotes
      #expect(notes.first?.contains("kept-1: the hub has its first \(common) records") == true)
      #expect(notes.last?.contains("kept-2: the hub has its \(alone + 1) records") == true)
    }
  }

  @Test("A hub that is away while it is asked what is the same is asked again, and nothing is lost")
  func carriedLater() async throws {
    let line = try Line()
    try await line.record(3)
    line.hub.state.with { $0.records = [[1], [2]] }
    let uplink = try line.uplink()
    // The mark is answered; what follows is not.
    line.hub.fail(.none, .unreachable)
    _ = await uplink.syncOnce()
    #expect(await !line.journal.isToBeSucceeded)
    _ = await uplink.syncOnce()
    #expect(await line.journal.isToBeSucceeded)
  }

  @Test("The records that a hub lacks of a journal that was set aside are sent first, once")
  func delivered() async throws {
    let line = try Line()
    try await line.record(30)
    line.hub.state.with { $0.records = (try? line.bodies())?.prefix(5).map { $0 } ?? [] }
    let bodies = try line.bodies()
    await line.journal.orderSuccession(for: .damaged(path: "j", reason: "a page"))
    let journal = try await next(line)
    _ = try await journal.appendDurably(
      .event(Event(.agentStarted, detail: "x")),
      at: line.time.now()
    )
    let both = TwoHubs(line.hub, ScriptedHub(journal.opening))
    let uplink = try uplink(journal, line, both)
    _ = await uplink.syncOnce()
    #expect(await uplink.status(last: 2).backlog == 2)
    #expect(await uplink.status(last: 2).detail?.contains("is sent first: 26 records") == true)
    for _ in 0..<10 { _ = await uplink.syncOnce() }
    #expect(line.hub.state.value.records == bodies)
    #expect(both.second.state.value.records.count == 2)
    #expect(await uplink.status(last: 2).backlog == 0)
    #expect(await uplink.keptNotes.first?.contains("the file can be deleted") == true)
  }

  @Test("Records of a clone stay in the file where the hub tells nonsense, and status says so")
  func conflict() async throws {
    let line = try Line()
    try await line.record(3)
    line.hub.state.with { $0.records = [[1], [2]] }
    _ = try await line.uplink().syncOnce()
    let journal = try await next(line)
    #expect(journal.opening.continues?.reason == .forked)
    let both = TwoHubs(line.hub, ScriptedHub(journal.opening))
    let uplink = try uplink(journal, line, both)
    for _ in 0..<5 { _ = await uplink.syncOnce() }
    #expect(line.hub.state.value.records == [[1], [2]])
    #expect(both.second.state.value.records.count == 1)
    #expect(await uplink.keptNotes.first?.contains("keep it") == true)
  }
}

/// One hub's answers for several journals.
private struct NamedHubs: HubClient {
  let hubs: [ScriptedHub]

  init(_ hubs: [ScriptedHub]) { self.hubs = hubs }

  private func hub(of journal: String) throws -> ScriptedHub {
    let hub = hubs.first { $0.journal == journal }
    return try #require(hub)
  }

  func get(_ url: String) async throws -> HubAnswer {
    try await hub(of: String(url.split(separator: "=").last ?? "")).get(url)
  }

  func post(_ batch: [UInt8], to url: String) async throws -> HubAnswer {
    try await hub(of: ScriptedHub.header(of: batch).journal).post(batch, to: url)
  }
}

/// One hub's answers for two journals.
private struct TwoHubs: HubClient {
  let first: ScriptedHub
  let second: ScriptedHub

  init(_ first: ScriptedHub, _ second: ScriptedHub) {
    self.first = first
    self.second = second
  }

  func get(_ url: String) async throws -> HubAnswer {
    try await (url.contains("journal=ffff") ? second : first).get(url)
  }

  func post(_ batch: [UInt8], to url: String) async throws -> HubAnswer {
    let isSecond = try ScriptedHub.header(of: batch).journal.hasPrefix("ffff")
    return try await (isSecond ? second : first).post(batch, to: url)
  }
}

extension Journal {
  /// A commit that is through, of which the journal was not told yet.
  fileprivate func commitForTest() -> Task<Void, any Error> {
    let commit = Task.immediate { try await self.commitAside() }
    _ = underWay.first?.end()
    return commit
  }
}
