import Fieldbus
import Foundation
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Commissioning

/// What a trial shows of a device.
@Suite("A trial")
struct TrialTests {
  private static let text = """
    profile: dryer
    title: Dryer
    kind: other
    source: generic
    modbus: {order: CDAB}
    groups:
      - name: air
        period: 1s
        signals:
          - {name: zone1.temperature, table: holding, address: 0, type: int16, scale: 0.1, unit: Cel,
             range: [0, 200], not_available: [0x8000]}
          - {name: zone2.temperature, table: holding, address: 1, type: int16, scale: 0.1, unit: Cel,
             range: [0, 200], not_available: [0x8000]}
          - name: zone3.temperature
            table: holding
            address: 2
            type: int16
            scale: 0.1
            unit: Cel
            range: [0, 200]
            not_available: [0x8000]
          - {name: humidity, table: input, address: 4, type: float32, unit: "%{RH}", range: [0, 100]}
          - {name: door, table: discrete, address: 7}
      - name: program
        period: 5s
        signals:
          - name: recipe
            table: holding
            address: 0x100
            type: string
            length: 12
          - {name: state, table: holding, address: 40, type: uint16, values: {0: idle, 1: running}}

    """
    .replacingOccurrences(of: "", with: "")

  private static func bus(time: ManualTime = ManualTime()) -> TableBus {
    TableBus(
      TrialTables([
        .init(table: .holding, address: 0, words: [1_832, 4_125, 0x8000]),
        .init(table: .input, address: 4, words: [0x51EC, 0x4235]),
        .init(table: .discrete, address: 7, words: [1]),
        .init(table: .holding, address: 0x100, words: [0x3031, 0, 0, 0, 0, 0]),
      ]),
      time: time
    )
  }

  @Test(
    "Each signal has its registers, its value, its unit and a verdict; what is wrong has a place"
  )
  func report() async throws {
    let profile = try Bench.profile("dryer", Self.text)
    let (scans, suggestions) = try await Bench.trial(profile, Self.bus())
    let places = TrialPlaces(bytes: Array(Self.text.utf8), file: "dryer.yaml")
    let report = TrialReport(profile, places: places, suggestions: suggestions)
    try Bench.expect(report.lines(scans).joined(separator: "\n") + "\n", matches: "report.txt")
  }

  @Test("Programs read the same as people")
  func json() async throws {
    let profile = try Bench.profile("dryer", Self.text)
    let time = ManualTime()
    let trial = try Trial(profile, unit: UnitID(1), bus: Self.bus(time: time), time: time)
    let document = TrialDocument(
      trial,
      bus: "tcp bench:502",
      places: TrialPlaces(bytes: Array(Self.text.utf8), file: "dryer.yaml"),
      scans: await trial.scanAll(),
      suggestions: [TrialSuggestion(kind: .order, sentence: "one sentence")]
    )
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let hash = profile.hash.description
    let text = String(decoding: try encoder.encode(document), as: UTF8.self)
      .replacingOccurrences(of: hash, with: "HASH")
    try Bench.expect(text + "\n", matches: "report.json")
  }

  @Test("A value that the agent would call good can still look wrong")
  func doubt() async throws {
    let swapped = try Bench.profile(
      "bench",
      Bench.text(["name: humidity, table: input, address: 4, type: float32, range: [0, 100]"])
    )
    let bus = TableBus(
      TrialTables([.init(table: .input, address: 4, words: [0x1CAC, 0x4138])])
    )
    let (scans, _) = try await Bench.trial(swapped, bus)
    let signal = try #require(scans.first?.signals.first)
    #expect(signal.reading.quality.isGood)
    #expect(signal.doubt(swapped.modbusSignals.first) == "suspiciously close to zero")
  }

  @Test("A signal of a repeated block has the place of the block's signal")
  func places() {
    let text = """
      groups:
        - name: zones
          signals:
            - repeat: zone
              from: 1
              to: 3
              signals:
                - name: zone<zone>.top
                  address: 30
            - {name: speed, address: 7}
      """
    let places = TrialPlaces(bytes: Array(text.utf8), file: "x.yaml")
    #expect(places.place(of: "zone12.top") == "x.yaml:9:22")
    #expect(places.place(of: "speed") == "x.yaml:10:32")
    #expect(places.place(of: "zone.top") == "x.yaml")
  }

  @Test("A device that is watched has least, greatest and last value, changes and failures")
  func watch() async throws {
    let profile = try Bench.profile(
      "bench",
      Bench.text([
        "name: a, table: holding, address: 0, type: int16, unit: Cel",
        "name: b, table: coil, address: 0",
      ])
    )
    let bus = TableBus(
      TrialTables([
        .init(table: .holding, address: 0, words: [20]),
        .init(table: .coil, address: 0, words: [0]),
      ])
    )
    let trial = try Trial(profile, unit: UnitID(1), bus: bus, time: ManualTime())
    var watch = TrialWatch(trial)
    var changes: [TrialWatch.Change] = []
    for value in [UInt16(20), 25, 25, 18] {
      bus.set([value], at: 0)
      bus.set([value == 25 ? 1 : 0], at: 0, in: .coil)
      changes += watch.take(await trial.scan(0))
    }
    let gone = TableBus(TrialTables([.init(table: .coil, address: 0, words: [0])]))
    let silent = try Trial(profile, unit: UnitID(1), bus: gone, time: ManualTime())
    changes += watch.take(await silent.scan(0))
    #expect(
      watch.lines == [
        "signal  least  greatest  last         changes  failed",
        "a       18     25        exception_2  2        1 of 5: exception_2 1",
        "b       -      -         off          2        never",
        "1 of 2 signals were bad at times.",
      ]
    )
    #expect(
      changes.map(\.signal.name) == ["b", "b", "a"],
      "numbers without a deadband are counted"
    )
    #expect(changes.last?.description.hasSuffix("a 18 Cel → exception_2") == true)
  }

  @Test("Watching reads each group at its period, and ends when its time is over")
  func period() async throws {
    let time = ManualTime()
    let profile = try Bench.profile("dryer", Self.text)
    let bus = Self.bus(time: time)
    let trial = try Trial(profile, unit: UnitID(1), bus: bus, time: time)
    let task = Task { await trial.watch(for: .seconds(10), time: time) { _ in } }
    while time.uptime() < .seconds(11) {
      while time.sleeperCount == 0, !task.isCancelled, time.uptime() < .seconds(10) {
        await Task.yield()
      }
      time.advance(by: .milliseconds(100))
    }
    let watch = await task.value
    let scans = Dictionary(grouping: watch.scans, by: \.group).mapValues(\.count)
    #expect(scans == ["air": 10, "program": 2])
    #expect(watch.missed == 0)
  }
}
