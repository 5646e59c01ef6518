import Foundation
import MerkleLog
import Telemetry
import TestSupport
import Testing

@testable import JournalStore

@Suite("What a restored copy recorded alone")
struct CarriedJournalTests {
  private let sample: Sample

  /// Record 1 to 6 are those that the hub has: opening, layout, lot L-1, two frames, material.
  private static let shared = 6

  init() async throws {
    sample = try Sample()
    let journal = try sample.open()
    try await journal.append(Sample.layout(), at: sample.time.now())
    try await journal.append(Sample.binding(), at: sample.time.now())
    try await journal.append([frame(1, layout: 2, bindings: [3, nil])])
    try await journal.append([frame(2, layout: 2, bindings: [3, nil])])
    try await journal.append(.materialLoad(Self.load("PASTE-1")), at: sample.time.now())
    try await journal.close()
  }

  private func frame(_ value: Double, layout: Int, bindings: [Bound]) -> Frame {
    sample.time.advance(by: .seconds(1))
    let readings = [Reading(.real(value)), Reading(.real(0))]
    return sample.frame(readings, layout: layout, bindings: bindings)
  }

  private static func load(_ lot: String) throws -> MaterialLoad {
    MaterialLoad(
      station: try StationID("reflow-1"),
      lot: try LotID(lot),
      material: try Label("paste")
    )
  }

  private static func binding(_ lot: String) throws -> Binding {
    Binding(
      station: try StationID("reflow-2"),
      lot: try LotID(lot),
      part: try Label("P"),
      workOrder: try Label("W"),
      operatorName: try Label("Mara")
    )
  }

  /// What the copy records after it was restored, from record 7 on.
  private func recordAlone(_ journal: Journal) async throws {
    let time = sample.time
    let second = try await journal.append(.binding(Self.binding("L-2")), at: time.now()).seq
    try await journal.append([frame(3, layout: 2, bindings: [3, Bound(second)])])
    let step = ClockStep(epoch: 4, stepMicroseconds: 5, from: time.now(), to: time.now())
    try await journal.append(.clockStep(step), at: time.now())
    let signer = try #require(NoteSigner(name: journal.opening.origin, secret: SecretKey()))
    _ = try await journal.appendCheckpoint(by: signer, at: time.now())
    let first = BindingEnd(station: try StationID("reflow-1"), lot: try LotID("L-1"), binding: 3)
    try await journal.append(.bindingEnd(first), at: time.now())
    let end = BindingEnd(station: try StationID("reflow-2"), lot: try LotID("L-2"), binding: second)
    try await journal.append(.bindingEnd(end), at: time.now())
    let words = #"says ,\"binding\":3 and {"binding":3}"#
    try await journal.append(Sample.event(words), at: time.now())
    try await journal.commit()
  }

  private func openTrusted(
    _ journal: Character = "f",
    secret: SecretKey? = nil
  ) throws -> Journal {
    let opening = JournalOpening(
      agent: try AgentID("edge-1"),
      site: try Label("Plant"),
      journal: String(repeating: journal, count: 32),
      software: "test"
    )
    return try Journal.openTrusted(
      at: sample.path,
      opening: opening,
      time: sample.time,
      signer: { origin in secret.flatMap { NoteSigner(name: origin, secret: $0) } }
    )
  }

  private func forked(shared: Int?) async throws -> Journal {
    let journal = try sample.open()
    try await recordAlone(journal)
    #expect(await journal.orderFork("the hub holds others", known: 20, shared: shared))
    try await journal.close()
    return try openTrusted()
  }

  private func records(_ path: String) throws -> [Record] {
    try JournalReader(path: path).records(after: 0, limit: .max, bytes: .max)
      .map { try RecordCoding.decode($0.body) }
  }

  private var own: [Record] { get throws { try records(sample.path + ".kept-2") } }

  @Test("It is recorded anew in a journal of its own, with times and contents, under other numbers")
  func carried() async throws {
    let journal = try await forked(shared: Self.shared)
    let original = try records(sample.path + ".kept-1")
    let own = try own
    // What is named of before: the layout, lot L-1; and the material that stood ready.
    #expect(
      own.map(\.content.type) == [
        "opening", "layout", "binding", "material_load", "binding", "frame", "clock_step",
        "binding_end", "binding_end", "event",
      ]
    )
    #expect(own.map(\.seq) == Array(1...10))
    let alone = original.filter { $0.seq > Self.shared && $0.content.type != "checkpoint" }
    #expect(own.dropFirst(4).map(\.at) == alone.map(\.at))
    #expect(own.prefix(4).allSatisfy { $0.at == alone.first?.at })
    guard case .frame(let frame) = own[5].content, case .frame(let was) = original[7].content,
      case .clockStep(let step) = own[6].content, case .bindingEnd(let first) = own[7].content,
      case .bindingEnd(let second) = own[8].content
    else {
      Issue.record("other records")
      return
    }
    #expect(frame.layout == 2 && frame.bindings == [3, 5] && frame.readings == was.readings)
    #expect(step.epoch == 1 && first.binding == 3 && second.binding == 5)
    #expect(own[9].content == original.last?.content)

    let before = try #require(journal.opening.continues)
    #expect(before.reason == .carried && before.file == "edge.journal.kept-2" && before.seq == 10)
    #expect(before.detail.contains("its records 7 to 13, which the hub does not have"))
    let predecessors = journal.predecessors()
    #expect(
      predecessors.map(\.succession.file) == ["edge.journal.kept-2", "edge.journal.kept-1"]
    )
    #expect(predecessors.last?.succession.shared == Self.shared)
    #expect(predecessors.first?.opening?.journal != journal.opening.journal)
    // A hub that answers nonsense does not make another within the hour.
    #expect(await !journal.orderFork("nonsense", known: 5))
    let audit = try JournalVerifier(path: sample.path + ".kept-2").verify()
    #expect(audit.finding == nil && audit.size == 10)
    try await journal.close()
    #expect(try sample.folderNames.filter { $0.contains("carrying") } == [])
  }

  @Test("It is signed with the agent's key, all of it")
  func signed() async throws {
    let journal = try sample.open()
    try await recordAlone(journal)
    _ = await journal.orderFork("the hub holds others", known: 20, shared: Self.shared)
    try await journal.close()
    let secret = SecretKey()
    try await openTrusted(secret: secret).close()
    let records = try own
    #expect(records[1].content.type == "key" && records.last?.content.type == "checkpoint")
    #expect(records.count == 12 && records.last?.at == sample.time.now())
    let key = try #require(NoteSigner(name: "any", secret: secret)).key
    let verifier = try JournalVerifier(path: sample.path + ".kept-2", trusted: [key.publicKey])
    let audit = try verifier.verify()
    #expect(audit.finding == nil && audit.lastCheckpoint?.size == 11)
  }

  @Test("Where it is not known what the hub has, or nothing is there alone, nothing is carried")
  func nothing() async throws {
    for shared in [nil, 13] {
      let sample = try await CarriedJournalTests()
      let journal = try await sample.forked(shared: shared)
      #expect(journal.opening.continues?.reason == .forked)
      #expect(journal.opening.continues?.file == "edge.journal.kept-1")
      #expect(journal.predecessors().count == 1)
      try await journal.close()
    }
  }

  @Test("A start that is cut short before the new journal is there carries it once")
  func cut() async throws {
    try await forked(shared: Self.shared).close()
    let whole = try own
    let path = sample.path
    let order = SuccessionOrder.path(for: path)
    // As after a crash before the new journal came to be: the order is there, and it is not.
    let written = SuccessionOrder(
      reason: .forked,
      detail: "the hub holds others",
      known: 20,
      shared: Self.shared,
      found: try JournalReader(path: path + ".kept-2").identity().opening.continues,
      carried: "edge.journal.kept-2"
    )
    for hasCarried in [true, false] {
      try written.write(for: path)
      for suffix in ["", ".anchor", "-wal", "-shm"] { try Files.remove(path + suffix) }
      if !hasCarried {
        try Files.move(path + ".kept-2", to: path + ".carrying")
      }
      let again = try openTrusted("e")
      #expect(again.opening.continues?.file == "edge.journal.kept-2")
      #expect(try own.map(\.content).dropFirst() == whole.map(\.content).dropFirst())
      try await again.close()
      #expect(!Files.exists(order) && !Files.exists(path + ".carrying"))
      #expect(!Files.exists(path + ".kept-3"))
    }
  }

  @Test("What cannot be carried stays in the original, and the new journal says so")
  func refused() async throws {
    let journal = try sample.open()
    try await recordAlone(journal)
    _ = await journal.orderFork("the hub holds others", known: 20, shared: Self.shared)
    try await journal.close()
    // A folder has the name under which it is made.
    let path = sample.folder.path("edge.journal.carrying/in")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let next = try openTrusted()
    let before = try #require(next.opening.continues)
    #expect(before.reason == .forked && before.file == "edge.journal.kept-1")
    #expect(before.detail.contains("records 7 to 13, which the hub does not have, are only in"))
    try await next.close()
  }
}

extension Sample {
  /// What lies in its folder.
  var folderNames: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() }
  }
}
