import Acquisition
import LotBinding
import Telemetry
import Testing

@testable import Agent

/// What is missing after a crash, told from the end of a journal.
@Suite("Crash account")
struct CrashAccountTests {
  private static let origin = Instant(microseconds: 1_795_521_600_000_000)

  /// The journal from its first record on; scans take no time.
  private var records: [Record] = []
  private let device: DeviceID

  init() throws { device = try DeviceID("oven") }

  private static func at(_ seconds: Double) -> Instant {
    origin.advanced(by: .milliseconds(Int(seconds * 1_000)))
  }

  private mutating func add(_ seconds: Double, _ content: Record.Content) {
    records.append(Record(seq: records.count + 1, at: Self.at(seconds), content: content))
  }

  /// Adds the layout of a group.
  ///
  /// - Returns: Its record's number.
  private mutating func layout(_ group: String, period: Int? = 1, heartbeat: Int? = nil) -> Int {
    let layout = FrameLayout(
      device: device,
      group: group,
      profile: "p",
      profileHash: .sha256([]),
      periodMilliseconds: period.map { $0 * 1_000 },
      heartbeatMilliseconds: heartbeat.map { $0 * 1_000 },
      stations: [],
      signals: []
    )
    add(0, .layout(layout))
    return records.count
  }

  private mutating func frame(_ layout: Int, _ seconds: Double, _ cause: Cause? = nil) {
    add(
      seconds,
      .frame(
        Frame(
          at: Self.at(seconds),
          spanMicroseconds: 0,
          layout: layout,
          bindings: [],
          readings: [cause.map { Reading($0) } ?? Reading(.integer(1))]
        )
      )
    )
  }

  private mutating func event(_ seconds: Double, _ kind: Event.Kind) {
    add(seconds, .event(Event(kind, detail: "")))
  }

  /// The account after a crash, and how many records it was shown.
  private func account(configured names: Set<String> = ["g"]) throws -> ([Gap], shown: Int) {
    var story = JournalStory(bindings: Bindings(stations: []))
    for record in records where record.content.type != "frame" { story.take(record) }
    let layouts = story.layouts.values.map(\.layout).filter { names.contains($0.group) }
    let end = try #require(records.last).at
    var account = CrashAccount(story, configured: layouts, end: end)
    var shown = 0
    for record in records.reversed() {
      shown += 1
      if !account.take(record) { break }
    }
    return (account.gaps, shown)
  }

  private func gap(
    _ reason: Gap.Reason,
    _ from: Double,
    _ to: Double,
    _ scans: Int?
  ) -> Gap {
    Gap(reason, device: device, group: "g", from: Self.at(from), to: Self.at(to), scans: scans)
  }

  @Test("A group that was scanned until the end misses nothing, and is not looked for any further")
  mutating func alive() throws {
    let g = layout("g")
    event(0, .agentStarted)
    for second in 1...9 { frame(g, Double(second)) }
    event(9.9, .signalsRefused)
    let (gaps, shown) = try account()
    #expect(gaps.isEmpty)
    #expect(shown == 2)
  }

  @Test("A scan that was due before the last record and has no frame is missing")
  mutating func due() throws {
    let g = layout("g")
    event(0, .agentStarted)
    frame(g, 1)
    event(3.5, .signalsRefused)
    #expect(try account().0 == [gap(.agentDown, 2, 3.5, 2)])
  }

  @Test("What was left out since the last frame is missing, with its number")
  mutating func leftOut() throws {
    let g = layout("g", heartbeat: 3_600)
    let h = layout("h")
    event(0, .agentStarted)
    frame(g, 1)
    for second in 1...1_800 { frame(h, Double(second) + 0.5) }
    #expect(try account().0 == [gap(.agentDown, 2, 1_800.5, 1_799)])
  }

  @Test(
    "What an instrument that sends by itself has left out is missing, and nobody knows how much"
  )
  mutating func listening() throws {
    let g = layout("g", period: nil, heartbeat: 60)
    let h = layout("h", period: nil)
    event(0, .agentStarted)
    frame(h, 1)
    frame(g, 2)
    event(30, .signalsRefused)
    #expect(try account(configured: ["g", "h"]).0 == [gap(.agentDown, 2, 30, nil)])
  }

  @Test("A silent group goes on where its last gap ended, on the grid of that")
  mutating func silent() throws {
    let g = layout("g")
    let h = layout("h")
    event(0, .agentStarted)
    for second in 0...2 { frame(g, Double(second), .timeout) }
    let first = gap(.deviceSilent, 3, 302.9, 300)
    add(302.9, .gap(first))
    for second in 303...400 { frame(h, Double(second) + 0.5) }
    #expect(try account().0 == [gap(.deviceSilent, 303, 400.5, 98)])
  }

  @Test("Times before a step of the clock are brought onto the epoch of the last record")
  mutating func step() throws {
    let g = layout("g")
    event(0, .agentStarted)
    frame(g, 2, .timeout)
    let step = ClockStep(
      epoch: 1,
      stepMicroseconds: -1_000_000_000,
      from: Self.at(10),
      to: Self.at(-990)
    )
    add(-990, .clockStep(step))
    event(-980.5, .signalsRefused)
    #expect(try account().0 == [gap(.deviceSilent, -997, -980.5, 17)])
  }

  @Test("A run that was stopped has recorded all, and one before the last is not looked at")
  mutating func runs() throws {
    let g = layout("g")
    event(0, .agentStarted)
    frame(g, 2, .timeout)
    event(60, .agentStopped)
    let (gaps, shown) = try account()
    #expect(gaps.isEmpty && shown == 1)
    event(70, .agentStarted)
    event(100, .signalsRefused)
    #expect(try account().0.isEmpty)
  }

  @Test("A group that a reload has taken away is due no more, one that it has left alone is")
  mutating func reload() throws {
    let g = layout("g")
    event(0, .agentStarted)
    frame(g, 2, .timeout)
    event(60, .configurationApplied)
    event(70, .signalsRefused)
    #expect(try account(configured: []).0.isEmpty)
    #expect(try account(configured: ["g"]).0.first?.scans == 67)
  }

  @Test("A group that was removed while nothing ran is accounted for up to the crash")
  mutating func removed() throws {
    let g = layout("g")
    event(0, .agentStarted)
    frame(g, 2, .timeout)
    event(70, .signalsRefused)
    #expect(try account(configured: []).0.first?.scans == 67)
  }

  @Test("It looks back over ten minutes of records, and no further")
  mutating func reach() throws {
    let h = layout("h")
    _ = layout("long.gone")
    event(0, .agentStarted)
    for second in 1...5_000 { frame(h, Double(second)) }
    let (gaps, shown) = try account()
    #expect(gaps.isEmpty)
    // Ten minutes, and a period of the group that is not found.
    #expect((601...603).contains(shown))
  }

  @Test("An hour in which the disk took nothing does not hide what was before it")
  mutating func storage() throws {
    let g = layout("g")
    let h = layout("h")
    event(0, .agentStarted)
    frame(g, 2, .timeout)
    frame(h, 3)
    for second in 3_600...3_700 { frame(h, Double(second) + 0.5) }
    #expect(try account().0 == [gap(.deviceSilent, 3, 3_700.5, 3_698)])
  }
}
