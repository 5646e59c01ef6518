import Foundation
import GRDB
import JournalStore
import Telemetry
import TestSupport
import Testing

@Suite("Journal")
struct JournalTests {
  @Test("A new journal begins with its opening, in a file that its owner alone can read")
  func opening() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    let reader = try journal.reader()
    let records = try reader.records(after: 0, limit: 10, bytes: .max)
    #expect(records.map(\.seq) == [1])
    #expect(try RecordCoding.decode(records[0].body).content == .opening(Sample.opening()))
    for suffix in ["", "-wal", ".lock", ".anchor"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: sample.path + suffix)
      #expect(attributes[.posixPermissions] as? Int == 0o600, "\(suffix)")
    }
  }

  @Test("Committed records survive, in order, with their bytes, hashes and root")
  func reopening() async throws {
    let sample = try Sample()
    var journal = try sample.open()
    var tree = MerkleFrontier()
    for round in 0..<5 {
      for number in 0..<20 {
        try await journal.append(Sample.event("\(round) \(number)"), at: sample.time.now())
      }
      try await journal.append([sample.frame([Reading(.single(183.2))])])
      if round.isMultiple(of: 2) {
        try await journal.commit()
      } else {
        _ = try await journal.appendDurably(Sample.event("now"), at: sample.time.now())
      }
      try await journal.close()
      journal = try sample.open()
    }
    let records = try journal.reader().records(after: 0, limit: 1_000, bytes: .max)
    #expect(records.map(\.seq) == Array(1...records.count))
    #expect(records.count == 108)
    for record in records {
      #expect(Digest.leaf(record.body) == record.leaf)
      #expect(try RecordCoding.decode(record.body).seq == record.seq)
      tree.append(record.leaf)
    }
    let status = await journal.status()
    #expect(status.seq == records.count)
    #expect(status.root == tree.root)
    #expect(status.problem == nil)
    #expect(status.bytes > 0)
  }

  @Test("What is appended is not in the file before its commit, and lost without one")
  func buffered() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    let record = try await journal.append(Sample.event("later"), at: sample.time.now())
    #expect(record.seq == 2)
    #expect(await journal.status().seq == 1)
    #expect(try journal.reader().records(after: 1, limit: 10, bytes: .max).isEmpty)
    try await journal.commit()
    #expect(await journal.status().seq == 2)
    #expect(try journal.reader().records(after: 1, limit: 10, bytes: .max).count == 1)
  }

  @Test("The buffer commits by itself when it is full")
  func bounded() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    let frame = sample.frame([Reading(.text(String(repeating: "a", count: 100_000)))])
    for _ in 0..<40 {
      try await journal.append([Frame](repeating: frame, count: 10))
      #expect(await journal.status().waiting <= 170)
    }
    #expect(await journal.status().seq > 200)
  }

  @Test("A record that no hub would take is refused, and the next one follows without a hole")
  func tooLong() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    let text = String(repeating: "a", count: Journal.recordBytesLimit)
    await #expect(throws: JournalError.self) {
      try await journal.append(Sample.event(text), at: sample.time.now())
    }
    #expect(try await journal.appendDurably(Sample.event("a"), at: sample.time.now()).seq == 2)
  }

  @Test("A replay gives the records that are not frames, and only the durable ones")
  func replay() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    for number in 0..<1_200 {
      try await journal.append(Sample.event("\(number)"), at: sample.time.now())
      try await journal.append([sample.frame([Reading(.integer(1))])])
    }
    try await journal.commit()
    try await journal.append(Sample.event("not yet"), at: sample.time.now())
    let types = try await journal.replay(into: [String]()) { $0.append($1.content.type) }
    #expect(types == ["opening"] + [String](repeating: "event", count: 1_200))
    let last = try await journal.replay(into: [Int](), after: 2_397) { $0.append($1.seq) }
    #expect(last == [2_398, 2_400])
  }

  @Test("A reader's answer is bounded in records and bytes, and always gets on")
  func bounds() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    for number in 0..<50 {
      try await journal.append(Sample.event("\(number)"), at: sample.time.now())
    }
    try await journal.commit()
    let reader = try journal.reader()
    #expect(try reader.records(after: 0, limit: 7, bytes: .max).map(\.seq) == Array(1...7))
    let few = try reader.records(after: 10, limit: 50, bytes: 300)
    #expect(few.first?.seq == 11)
    #expect(few.reduce(0) { $0 + $1.body.count } <= 300)
    #expect(try reader.records(after: 10, limit: 50, bytes: 1).map(\.seq) == [11])
    #expect(try reader.leaves(after: 40, limit: 3).count == 3)
    #expect(try reader.records(after: 51, limit: 5, bytes: .max).isEmpty)
  }

  @Test("An uplink's cursor is kept durably")
  func cursor() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    #expect(try await journal.cursor(of: "hub") == nil)
    var frontier = MerkleFrontier()
    for leaf in try journal.reader().leaves(after: 0, limit: 1) { frontier.append(leaf) }
    try await journal.setCursor(frontier, of: "hub")
    try await journal.close()
    let reopened = try sample.open()
    #expect(try await reopened.cursor(of: "hub") == frontier)
    #expect(try await reopened.cursor(of: "other") == nil)
  }

  @Test("A closed journal takes nothing")
  func closed() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    try await journal.close()
    try await journal.close()
    await #expect(throws: JournalError.closed(path: sample.path)) {
      try await journal.append(Sample.event("a"), at: sample.time.now())
    }
  }

  @Test("Records cannot be changed or deleted with SQL")
  func final() async throws {
    let sample = try Sample()
    try await sample.open().close()
    for statement in ["UPDATE record SET body = 'x'", "DELETE FROM record"] {
      #expect(throws: Sample.Refused.self) { try sample.sqlite(statement) }
    }
  }

  @Test("The sqlite3 shell reads one row per reading and station, and the events")
  func views() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    try await journal.append(Sample.layout(), at: sample.time.now())
    try await journal.append(Sample.binding(), at: sample.time.now())
    try await journal.append([
      sample.frame([Reading(.single(183.2)), Reading(.text("running"))]),
      sample.frame([Reading(.outOfRange, evidence: .single(999)), Reading(.flag(true))]),
      sample.frame([Reading(.timeout), Reading(.timeout)], bindings: [nil, nil]),
    ])
    try await journal.close()
    let at = sample.time.now().description
    let bound = "reflow-1|L-1|P-1|WO-1|Rösch|SAC305|0||"
    let free = "reflow-2||||||0||"
    #expect(
      try sample.sqlite("SELECT * FROM reading ORDER BY seq, signal DESC, station") == [
        "4|\(at)|oven-1|zone1|183.2|Cel|good|\(bound)",
        "4|\(at)|oven-1|zone1|183.2|Cel|good|\(free)",
        "4|\(at)|oven-1|state|running||good|\(bound)",
        "4|\(at)|oven-1|state|running||good|\(free)",
        "5|\(at)|oven-1|zone1|999.0|Cel|out_of_range|\(bound)",
        "5|\(at)|oven-1|zone1|999.0|Cel|out_of_range|\(free)",
        "5|\(at)|oven-1|state|1||good|\(bound)",
        "5|\(at)|oven-1|state|1||good|\(free)",
        "6|\(at)|oven-1|zone1||Cel|timeout|reflow-1||||||0||",
        "6|\(at)|oven-1|zone1||Cel|timeout|\(free)",
        "6|\(at)|oven-1|state|||timeout|reflow-1||||||0||",
        "6|\(at)|oven-1|state|||timeout|\(free)",
      ]
    )
    #expect(
      try sample.sqlite("SELECT seq, type, station, lot, operator FROM event ORDER BY seq")
        == ["1|opening|||", "2|layout|||", "3|binding|reflow-1|L-1|Rösch"]
    )
    #expect(try sample.sqlite("PRAGMA integrity_check") == ["ok"])
  }

  @Test("At a conveyor, the sqlite3 shell reads each reading with the lots at its place")
  func conveyorView() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    let station = StationID(checked: "reflow-1")
    let layout = FrameLayout(
      device: DeviceID(checked: "oven-1"),
      group: "zones",
      profile: "oven",
      profileHash: .sha256([]),
      periodMilliseconds: 1_000,
      stations: [station, StationID(checked: "room")],
      conveyors: [
        ConveyorDescription(station: station, length: 3, entry: 0, exit: 3, reach: 0, belts: 1)
      ],
      signals: [
        SignalDescription(name: "zone1", position: 1), SignalDescription(name: "state"),
      ]
    )
    try await journal.append(.layout(layout), at: sample.time.now())
    for lot in ["A", "B"] {
      let binding = Binding(
        station: station,
        lot: LotID(checked: lot),
        part: Label(checked: "P"),
        workOrder: Label(checked: "W"),
        operatorName: Label(checked: "O")
      )
      try await journal.append(.binding(binding), at: sample.time.now())
    }
    let frame = Frame(
      at: sample.time.now(),
      spanMicroseconds: 1,
      layout: 2,
      bindings: [.several([3, 4]), .one(4), .nothing],
      unsure: [1],
      belts: [BeltReading(low: 5, high: 5)],
      readings: [Reading(.integer(150)), Reading(.integer(7))]
    )
    try await journal.append([frame])
    try await journal.close()
    #expect(
      try sample.sqlite(
        "SELECT signal, value, station, lot, unsure FROM reading ORDER BY signal, station, lot"
      ) == [
        "state|7|reflow-1|A|0", "state|7|reflow-1|B|0", "state|7|room||0",
        "zone1|150|reflow-1|B|1", "zone1|150|room||0",
      ]
    )
  }

  @Test("A file of an earlier program gets this one's view of readings")
  func earlierView() async throws {
    let sample = try Sample()
    try await sample.open().close()
    _ = try sample.sqlite("DROP VIEW reading; CREATE VIEW reading AS SELECT 1 AS old")
    try await sample.open().close()
    #expect(try sample.sqlite("SELECT count(unsure) FROM reading") == ["0"])
  }
}
