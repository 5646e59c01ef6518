import Foundation
import Genealogy
import Telemetry
import TestSupport
import Testing

@Suite("Trace report")
struct TraceReportTests {
  @Test("A device lot is shown down to its boards with what was measured, as in the golden file")
  func golden() throws {
    let trace = try #require(try MemoryGenealogy.ventilator().trace("DEV-0042"))
    let expected = try Repository.text(of: "Tests/GenealogyTests/Golden/ventilator.txt")
    let text = TraceReport(trace).text
    #expect(text == expected, "the report is now:\n\(text)")
  }

  @Test("No line is longer than the page", arguments: [60, 80, 100])
  func width(columns: Int) throws {
    let trace = try #require(try MemoryGenealogy.ventilator().trace("DEV-0042"))
    let lines = TraceReport(trace, style: .init(width: columns)).text.split(separator: "\n")
    for line in lines { #expect(line.count <= columns, "\(line)") }
  }

  @Test("A deep tree of long names ends and fits the page as far as names allow")
  func deep() throws {
    var store = MemoryGenealogy()
    for step in 0..<30 {
      let output = step == 0 ? "TOP" : "LOT-WITH-A-RATHER-LONG-NAME-\(step)"
      try store.consume("LOT-WITH-A-RATHER-LONG-NAME-\(step + 1)", into: output, step + 1, 2.5)
    }
    let trace = try #require(try store.trace("TOP"))
    #expect(TraceReport(trace).text.contains("LOT-WITH-A-RATHER-LONG-NAME-30"))
  }

  @Test("A lot still being worked on says so")
  func running() throws {
    var store = MemoryGenealogy()
    try store.visit("PCB", at: "reflow-1", 3)
    let trace = try #require(try store.trace("PCB"))
    let text = TraceReport(trace).text
    #expect(text.contains("reflow-1 is still working on"))
    #expect(text.contains("still being worked on"))
  }

  /// What the report says, however its lines are broken.
  private func words(_ lot: String, in store: MemoryGenealogy) throws -> String {
    let trace = try #require(try store.trace(lot))
    return TraceReport(trace).text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  @Test(
    "A clock that was set while a lot was made is told with its lot, and what truly passed",
    arguments: [
      (-3_600, "back by 1 h, from 2026-11-24 12:10:00 to 2026-11-24 11:10:00 UTC", "1 h 20 min"),
      (600, "forward by 10 min, from 2026-11-24 12:10:00 to 2026-11-24 12:20:00 UTC", "10 min"),
    ]
  )
  func clockStep(seconds: Int, told: String, passed: String) throws {
    var store = MemoryGenealogy()
    try store.visit("PCB", at: "reflow-1", 3, to: 23)
    try store.visit("NEXT", at: "reflow-1", 23, to: 24)
    try store.visit("OTHER", at: "reflow-2", 3, to: 23, agent: "line-b")
    try store.setClock(10, seconds: seconds)
    let text = try words("PCB", in: store)
    #expect(text.contains("A clock was set meanwhile"))
    #expect(text.contains("! the clock was set \(told)"), "\(text)")
    #expect(text.contains("do not compare; record 10 of line-a/"))
    #expect(text.contains("UTC (\(passed))"))
    for other in ["NEXT", "OTHER"] { #expect(!(try words(other, in: store)).contains("clock")) }
    let json = String(decoding: try JSONEncoder().encode(store.trace("PCB")), as: UTF8.self)
    #expect(json.contains(#""step_us":\#(seconds)000000"#))
  }

  @Test("A clock that was set while the agent did not run leaves the duration open")
  func clockStepOfUnknownSize() throws {
    var store = MemoryGenealogy()
    try store.visit("PCB", at: "s", 3, to: 23)
    try store.stay("PASTE", at: "s", 1, to: 30)
    try store.setClock(10, seconds: nil, to: MemoryGenealogy.time(2))
    let text = try words("PCB", in: store)
    #expect(text.contains("(duration not known)"))
    #expect(text.contains("by how much is not known"))
    // Once for the visit, once for the material that stood there.
    #expect(text.components(separatedBy: "! the clock was set").count == 3)
  }

  @Test(
    "What was written while a lot was made is told with its lot, with who ordered it and what came",
    arguments: [
      (.done, "* oven-1 zone1.setpoint = 185.5 °C, ordered by mara", "done (as told)"),
      (.notSent, "! oven-1 zone1.setpoint = 185.5 °C, ordered by mara", "not sent (as told)"),
      (nil, "! oven-1 zone1.setpoint = 185.5 °C, ordered by mara", "is not recorded"),
    ] as [(WriteOutcome.Kind?, String, String)]
  )
  func writes(kind: WriteOutcome.Kind?, told: String, end: String) throws {
    var store = MemoryGenealogy()
    try store.visit("PCB", at: "reflow-1", 3, to: 23)
    try store.visit("NEXT", at: "reflow-1", 23, to: 24)
    try store.visit("OTHER", at: "reflow-2", 3, to: 23)
    store.writes.append(
      RecordedWrite(
        record: try MemoryGenealogy.reference(10),
        at: MemoryGenealogy.time(10),
        order: WriteOrder(
          device: try DeviceID("oven-1"),
          signal: "zone1.setpoint",
          stations: [try StationID("reflow-1")],
          value: .real(185.5),
          unit: "Cel",
          table: .holding,
          address: 30,
          raw: [1_855],
          operatorName: try Label("mara"),
          reason: try Label("trial")
        ),
        outcome: kind.map { WriteOutcome(of: 10, $0, detail: "as told") }
      )
    )
    let text = try words("PCB", in: store)
    #expect(text.contains(told) && text.contains(end), "\(text)")
    #expect(text.contains("permitted for trial; record 10 of line-a/"))
    for other in ["NEXT", "OTHER"] { #expect(!(try words(other, in: store)).contains("mara")) }
  }

  @Test("Colour sets off problems only where it is wanted")
  func colour() throws {
    let trace = try #require(try MemoryGenealogy.ventilator().trace("DEV-0042"))
    #expect(!TraceReport(trace).text.contains("\u{1B}"))
    #expect(TraceReport(trace, style: .init(hasColour: true)).text.contains("\u{1B}[31m"))
  }

  @Test("Text from a device cannot move the terminal's cursor")
  func escapes() throws {
    var store = MemoryGenealogy()
    let signal = SignalSummary(
      device: try DeviceID("oven-1"),
      signal: "program",
      quantity: nil,
      unit: nil,
      minimum: nil,
      mean: nil,
      maximum: nil,
      good: 1,
      bad: 0,
      texts: ["\u{1B}[2Jgone"]
    )
    try store.visit("PCB", at: "reflow-1", 3, signals: [signal])
    let trace = try #require(try store.trace("PCB"))
    #expect(!TraceReport(trace).text.contains("\u{1B}"))
  }
}

@Suite("Words")
struct WordsTests {
  @Test(
    "Durations name their two largest units",
    arguments: [
      (0, "0 s"), (59, "59 s"), (60, "1 min"), (1_900, "31 min 40 s"), (7_500, "2 h 5 min"),
      (90_000, "1 d 1 h"),
    ]
  )
  func durations(seconds: Int, text: String) {
    #expect(Words.duration(.seconds(seconds)) == text)
  }

  @Test(
    "Numbers show four digits",
    arguments: [
      (183.24, 183.24, "183.2"), (45.25, 45.25, "45.25"), (-1.5, 1.5, "-1.500"),
      (12_345.6, 12_345.6, "12,346"), (0.5, 500, "0.5"), (0, 500, "0.0"), (0.00004, 1, "4e-05"),
    ]
  )
  func numbers(value: Double, scale: Double, text: String) {
    #expect(Words.number(value, scale: scale) == text)
  }

  @Test("Counts have separators and nouns agree")
  func counts() {
    #expect(Words.count(1_204_000) == "1,204,000")
    #expect(Words.count(1, "lot") == "1 lot")
    #expect(Words.count(0, "lot") == "0 lots")
  }
}

@Suite("Near names")
struct NearNamesTests {
  @Test("A mistyped name finds the one that was meant")
  func near() {
    let lots = ["DEV-0042", "DEV-0999", "PCB-7", "PASTE-55"]
    #expect(NearNames.of("dev-042", among: lots).first == "DEV-0042")
    #expect(NearNames.of("PCB7", among: lots) == ["PCB-7"])
    #expect(NearNames.of("PSATE-55", among: lots) == ["PASTE-55"])
    #expect(NearNames.of("0042", among: lots) == ["DEV-0042"])
    #expect(NearNames.of("something else", among: lots) == [])
  }
}
