import Foundation
import Gzip
import JournalStore
import Logging
import Telemetry
import TestSupport
import Uplinks

/// A hub in memory that keeps the contract, and misbehaves when it is told to.
final class ScriptedHub: HubClient {
  enum Fault: Sendable {
    case unreachable, timeout, html, tooLarge
    /// Commits, and the answer is lost.
    case lostAnswer
    case wrongRoot, wrongJournal, nothingTaken
    /// The program ends while the hub is asked.
    case cancelled
    /// All is well, this time.
    case none
  }

  struct State: Sendable {
    var records: [[UInt8]] = []
    var faults: [Fault] = []
    var batches: [JournalBatch.Header] = []
    var largest = 0
  }

  let state = Locked(State())
  private let agent: AgentID
  let journal: String

  init(_ opening: JournalOpening) {
    agent = opening.agent
    journal = opening.journal
  }

  static func header(of batch: [UInt8]) throws -> JournalBatch.Header {
    try JournalBatch(lines: Gzip.decompress(batch, limit: 64 << 20)).header
  }

  func fail(_ faults: Fault...) { state.with { $0.faults += faults } }

  func get(_ url: String) async throws -> HubAnswer {
    try answer(faultBefore: try nextFault()) { 200 }
  }

  func post(_ batch: [UInt8], to url: String) async throws -> HubAnswer {
    let fault = try nextFault()
    let lines = try Gzip.decompress(batch, limit: 64 << 20)
    let batch = try JournalBatch(lines: lines)
    state.with {
      $0.batches.append(batch.header)
      $0.largest = max($0.largest, lines.count)
    }
    return try answer(faultBefore: fault) { take(batch) }
  }

  /// Takes the part that is new; 409 for a gap or a difference.
  private func take(_ batch: JournalBatch) -> Int {
    state.with { state in
      let start = batch.header.first - 1
      guard start <= state.records.count else { return 409 }
      for (offset, record) in batch.records.enumerated() {
        if start + offset < state.records.count {
          guard state.records[start + offset] == record else { return 422 }
        } else {
          state.records.append(record)
        }
      }
      return 200
    }
  }

  private func nextFault() throws -> Fault? {
    let fault = state.with { $0.faults.isEmpty ? nil : $0.faults.removeFirst() }
    if case .unreachable = fault { throw HubClientError.unreachable("Connection refused") }
    if case .timeout = fault { throw HubClientError.timedOut }
    if case .cancelled = fault { throw CancellationError() }
    return fault
  }

  private func answer(faultBefore fault: Fault?, _ act: () -> Int) throws -> HubAnswer {
    switch fault {
    case .html: return HubAnswer(status: 200, contentType: "text/html", body: Array("<a>".utf8))
    case .tooLarge: return HubAnswer(status: 413, contentType: "application/json", body: [])
    case .nothingTaken: return try markAnswer(200)
    case .lostAnswer:
      _ = act()
      throw HubClientError.unreachable("Connection reset by peer")
    case .wrongRoot: return try markAnswer(act(), root: .sha256([1]))
    case .wrongJournal: return try markAnswer(act(), journal: "another")
    default: return try markAnswer(act())
    }
  }

  private func markAnswer(_ status: Int, root: Digest? = nil, journal: String? = nil) throws
    -> HubAnswer
  {
    var tree = MerkleFrontier()
    for record in state.value.records { tree.append(.leaf(record)) }
    let mark = HubMark(
      agent: agent,
      journal: journal ?? self.journal,
      seq: tree.size,
      root: root ?? tree.root
    )
    let encoded = String(decoding: try JSONEncoder().encode(mark), as: UTF8.self)
    if status == 200 {
      return HubAnswer(status: 200, contentType: "application/json", body: Array(encoded.utf8))
    }
    let type = status == 409 ? "sequence-gap" : "altered-record"
    let body = #"{"type":"\#(type)","title":"no","status":409,"detail":"no","mark":\#(encoded)}"#
    return HubAnswer(
      status: 409,
      contentType: "application/problem+json",
      body: Array(body.utf8)
    )
  }
}

/// A journal with an uplink to a hub.
struct Line {
  let folder: TemporaryFolder
  let time = ManualTime()
  let journal: Journal
  let hub: ScriptedHub

  init(
    journalID: String = "0123456789abcdef0123456789abcdef",
    executors: JournalExecutors = JournalExecutors()
  ) throws {
    folder = try TemporaryFolder()
    let opening = JournalOpening(
      agent: try AgentID("edge-1"),
      site: try Label("Plant"),
      journal: journalID,
      software: "test"
    )
    journal = try Journal.open(
      at: folder.path("edge.journal"),
      opening: opening,
      time: time,
      executors: executors
    )
    hub = ScriptedHub(opening)
  }

  func uplink(
    _ id: String = "hub",
    batchRecords: Int = 5_000,
    client: (any HubClient)? = nil,
    url: String = "http://hub"
  ) throws -> HubUplink {
    try HubUplink(
      id: id,
      url: url,
      batchRecords: batchRecords,
      journal: journal,
      client: client ?? hub,
      time: time,
      random: { 0.5 },
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
  }

  func record(_ count: Int, detail: String = "x") async throws {
    for number in 0..<count {
      try await journal.append(
        .event(Event(.agentStarted, detail: "\(number) \(detail)")),
        at: time.now()
      )
    }
    try await journal.commit()
  }

  /// All bodies in the journal.
  func bodies() throws -> [[UInt8]] {
    try journal.reader().records(after: 0, limit: .max, bytes: .max).map(\.body)
  }
}

extension HubUplink {
  /// Syncs until nothing waits.
  func drain() async -> [Step] {
    var steps: [Step] = []
    while steps.last != .idle, steps.count < 10_000 { steps.append(await syncOnce()) }
    return steps
  }
}
