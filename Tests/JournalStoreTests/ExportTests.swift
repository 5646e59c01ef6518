import Foundation
import JournalExport
import Telemetry
import TestSupport
import Testing

@testable import JournalStore

@Suite("Export of readings")
struct ExportTests {
  private let sample: Sample

  init() throws { sample = try Sample() }

  private let oven = StationID(checked: "reflow-1")

  private func binding(_ lot: String, lane: String? = nil) -> Record.Content {
    .binding(
      Binding(
        station: oven,
        lane: lane.map { LaneID(checked: $0) },
        lot: LotID(checked: lot),
        part: Label(checked: "say \"P\", rev C"),
        workOrder: Label(checked: "W"),
        operatorName: Label(checked: "mara")
      )
    )
  }

  /// Two lanes, a crew, an unsure lot, bad readings, a device that serves two stations, and all kinds
  /// of values.
  private func write() async throws -> String {
    let journal = try sample.open()
    let layout = FrameLayout(
      device: DeviceID(checked: "oven-1"),
      group: "values",
      profile: "p",
      profileHash: .sha256([]),
      periodMilliseconds: 1_000,
      stations: [oven, StationID(checked: "reflow-2")],
      signals: [
        SignalDescription(name: "zone1.temperature", unit: "Cel"),
        SignalDescription(name: "zone2.temperature", unit: "Cel"),
        SignalDescription(name: "state"), SignalDescription(name: "door"),
        SignalDescription(name: "count"),
      ]
    )
    try await journal.append(.layout(layout), at: sample.time.now())
    let place = 2
    for (lot, lane) in [("L-1", "front"), ("L-2", "rear")] {
      try await journal.append(binding(lot, lane: lane), at: sample.time.now())
    }
    let crew = CrewChange(
      station: oven,
      operators: [Label(checked: "mara"), Label(checked: "jon")],
      change: .on,
      operatorName: Label(checked: "jon")
    )
    try await journal.append(.crew(crew), at: sample.time.now())
    let readings: [[Reading]] = [
      [
        Reading(.real(183.2)), Reading(.single(0.1)), Reading(.text("run,ning \"fast\"")),
        Reading(.flag(true)), Reading(.integer(7)),
      ],
      [
        Reading(.timeout), Reading(.outOfRange, evidence: .real(9_999.5)), Reading(.text("")),
        Reading(.flag(false)), Reading(.integer(-5)),
      ],
      (0..<5).map { _ in Reading(.checksum) },
    ]
    let bound: [[Bound]] = [
      [.nothing, .nothing], [.one(place + 1), .nothing],
      [.several([place + 1, place + 2]), .nothing],
    ]
    for (readings, bound) in zip(readings, bound) {
      sample.time.advance(by: .seconds(1))
      let frame = Frame(
        at: sample.time.now(),
        spanMicroseconds: 1,
        layout: place,
        bindings: bound,
        unsure: bound[0].bindings.count > 1 ? [0] : [],
        crews: [place + 3, nil],
        readings: readings
      )
      try await journal.append([frame])
    }
    try await journal.close()
    return sample.path
  }

  private func rows(
    _ path: String,
    _ fill: (inout ReadingSelection) -> Void = { _ in }
  ) throws -> [ReadingRow] {
    var selection = ReadingSelection()
    fill(&selection)
    let reader = try JournalReader(path: path)
    var maker = RowMaker(reader, selection)
    var scan = JournalScan(reader, after: 0)
    var rows: [ReadingRow] = []
    while case let records = try scan.next(), !records.isEmpty {
      for record in records { rows += try maker.rows(of: record) }
    }
    return rows
  }

  @Test("The rows are those of the view in SQL, as the shell's CSV has them")
  func oracle() async throws {
    let path = try await write()
    let shell = try Tool.run(
      "sqlite3",
      "-readonly",
      "-csv",
      "-header",
      path,
      "SELECT * FROM reading"
    )
    var bytes = CSVLine.line(ReadingRow.columns)
    for row in try rows(path) { row.appendCSV(to: &bytes) }
    // The shell has 1 and 0 for true and false, and quotes more than it must.
    let theirs = try table(shell.output)
    let ours = try table(String(decoding: bytes, as: UTF8.self))
      .map { $0.map { ["true": "1", "false": "0"][$0] ?? $0 } }
    #expect(ours.first == theirs.first)
    #expect(Set(ours) == Set(theirs))
    #expect(ours.count == 36)
  }

  /// Python's reader takes both apart.
  private func table(_ csv: String) throws -> [[String]] {
    let path = try sample.folder.write(csv, to: "rows.csv")
    let script =
      "import csv,json,sys; print(json.dumps(list(csv.reader(open(sys.argv[1],newline='')))))"
    let answer = try Tool.run("python3", "-c", script, path)
    return try JSONDecoder().decode([[String]].self, from: Data(answer.output.utf8))
  }

  @Test("Each line of JSON Lines is an object with all columns")
  func json() async throws {
    let path = try await write()
    var bytes: [UInt8] = []
    for row in try rows(path) { row.appendJSON(to: &bytes) }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    let first = try #require(
      try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any]
    )
    #expect(Set(first.keys) == Set(ReadingRow.columns))
    #expect(first["value"] as? Double == 183.2 && first["crew"] as? String == "mara, jon")
    #expect(lines.count == 35)
  }

  @Test("Lots, stations, devices, signals and times select, and what is left out selects all")
  func selection() async throws {
    let path = try await write()
    let all = try rows(path)
    #expect(try rows(path) { $0.lots = [LotID(checked: "L-2")] }.count == 5)
    #expect(try rows(path) { $0.stations = [StationID(checked: "reflow-2")] }.count == 15)
    #expect(try rows(path) { $0.devices = [DeviceID(checked: "oven-2")] }.isEmpty)
    #expect(try rows(path) { $0.signals = [SignalPattern("zone*.temp*")] }.count == 14)
    #expect(try rows(path) { $0.from = all[10].at }.count == 25)
    #expect(try rows(path) { $0.to = all[0].at }.count == 10)
  }

  @Test(
    "A star in a signal's name stands for anything",
    arguments: [
      ("zone1", "zone1", true), ("zone1", "zone12", false), ("zone*", "zone12.top", true),
      ("*.top", "zone12.top", true), ("z*1*p", "zone12.top", true), ("z*3*p", "zone12.top", false),
      ("ab*ba", "aba", false), ("*", "", true),
    ]
  )
  func pattern(text: String, name: String, isMatch: Bool) {
    #expect(SignalPattern(text).matches(name) == isMatch)
  }

  @Test("A frame's line says how many readings it has, how good they are, and whose they are")
  func tail() async throws {
    let path = try await write()
    let reader = try JournalReader(path: path)
    var text = TailText(reader, ReadingSelection())
    var lines: [String] = []
    for record in try reader.records(after: 0, limit: 100, bytes: .max) {
      lines += try text.lines(of: record).map {
        $0.split(separator: "  ").dropFirst(2).joined(separator: "  ")
      }
    }
    let lanes = "reflow-1 lane front lot L-1?; reflow-1 lane rear lot L-2?; reflow-2 no lot"
    let expected = [
      "crew  reflow-1, jon",
      "oven-1  5 readings, all good  reflow-1 no lot; reflow-2 no lot",
      "oven-1  5 readings, 2 bad: out_of_range, timeout  reflow-1 lane front lot L-1; reflow-2 no lot",
      "oven-1  5 readings, 5 bad: crc  " + lanes,
    ]
    #expect(Array(lines.suffix(4)) == expected)
  }
}
