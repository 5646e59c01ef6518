import Genealogy
import LotBinding
import Telemetry
import TestSupport
import Testing

@testable import HubStore

@Suite("Corrections on a conveyor")
struct ConveyorCorrectionTests {
  private static let oven = ConveyorDescription(
    station: StationID(checked: "s"),
    length: 3,
    entry: 0,
    exit: 3,
    reach: 0,
    belts: 1
  )

  /// Two zones, at 1.03 m and at 2.03 m.
  private static func layout(of journal: inout JournalBuilder) throws -> Int {
    try journal.layout(
      "oven",
      stations: ["s"],
      conveyors: [oven],
      signals: [
        SignalDescription(name: "zone1", position: 1.03), .init(name: "zone2", position: 2.03),
      ]
    )
  }

  private static func binding() throws -> Binding {
    Binding(
      station: try StationID("s"),
      lot: try LotID("PCB-0"),
      part: try Label("board"),
      workOrder: try Label("WO-7001"),
      operatorName: try Label("A. Meier")
    )
  }

  @Test("A lot on a conveyor that was corrected is followed on while others start elsewhere")
  func followedOn() async throws {
    var journal = try JournalBuilder()
    let layout = try journal.layout(
      "oven",
      stations: ["s"],
      conveyors: [Self.oven],
      signals: [SignalDescription(name: "zone1", position: 1)]
    )
    let start = journal.time
    var belt = 0.0
    func frames(_ count: Int, _ journal: inout JournalBuilder) throws {
      for _ in 0..<count {
        try journal.frame(
          layout: layout,
          places: [.nothing],
          belt: belt,
          [Reading(.integer(Int64((belt * 10).rounded())))]
        )
        belt += 0.1
      }
    }
    try frames(5, &journal)
    let binding = try journal.bind("s", "PCB-1", part: "board")
    try journal.correct(.times(binding, from: start.advanced(by: .seconds(1)), to: nil))
    try frames(5, &journal)
    try journal.bind("elsewhere", "PCB-2", part: "board")
    try frames(10, &journal)
    let figures = try await CorrectedHub(journal).visits("PCB-1").flatMap(\.signals)
    // Its head entered at a decimetre or a little before, and it goes on: it is in the zone from 1.1 m.
    let zone = try #require(figures.first)
    #expect(figures.count == 1 && zone.minimum.map { (11...13).contains($0) } == true, "\(zone)")
    #expect(zone.maximum == 19 && zone.good >= 7)
  }

  @Test("A lot that nobody scanned has the readings of each zone from when it was in that zone")
  func inserted() async throws {
    var journal = try JournalBuilder()
    let layout = try Self.layout(of: &journal)
    let start = journal.time
    // The belt runs 0.1 m from scan to scan; readings are the seconds at which they were taken.
    for second in 0..<60 {
      try journal.frame(
        layout: layout,
        places: [.nothing, .nothing],
        belt: Double(second) / 10,
        [Reading(.integer(Int64(second))), Reading(.integer(Int64(second)))]
      )
    }
    try journal.correct(
      .insertLot(
        Self.binding(),
        from: start.advanced(by: .milliseconds(10_400)),
        to: start.advanced(by: .milliseconds(20_400))
      )
    )
    // It began to enter when the belt had run from 1.0 to 1.1 m, and ended when it had run from 2.0
    // to 2.1 m: frames tell it to within a scan. Zone 1 is 1.03 m further, and a reading can be of any
    // moment of its scan, 0.1 m to each side. So nothing is sure from 1.93 to 2.23 m, the scans at
    // 20, 21 and 22 s, and from 2.93 to 3.23 m, those at 30, 31 and 32 s; what lies between is the
    // lot's, and zone 2 has the same ten seconds later.
    let figures = try await CorrectedHub(journal).visits("PCB-0").flatMap(\.signals)
    #expect(figures.map(\.signal) == ["zone1", "zone2"])
    for (signal, first) in zip(figures, [23.0, 33.0]) {
      #expect(signal.good == 7 && signal.minimum == first && signal.maximum == first + 6)
      let unsure = SignalSummary.Unsure(readings: 6, minimum: first - 3, maximum: first + 9)
      #expect(signal.unsure == unsure, "\(signal)")
    }
  }

  /// A lot of which one end was corrected, on a belt that runs 0.1 m a second: it was started at 10 s
  /// and ended at 20 s, which records say with where its edges were.
  private static func oneEnd(
    corrected change: (Int, Instant) -> Correction.Change,
    head: Double,
    tail: Double,
    boards: [Double] = []
  ) async throws -> [SignalSummary] {
    var journal = try JournalBuilder()
    let layout = try layout(of: &journal)
    let start = journal.time
    var binding = 0
    var lot = try Self.binding()
    for second in 0..<60 {
      let time = start.advanced(by: .seconds(second))
      if second == 10 {
        lot = lot.with(belt: BeltReading(low: head, high: head))
        binding = try journal.add(.binding(lot), lasting: .zero)
      }
      for front in boards where Int(front * 10) == second {
        let entered = BoardPassage(
          station: lot.station,
          binding: binding,
          event: .entered,
          belt: BeltReading(low: front, high: front)
        )
        try journal.add(.board(entered), lasting: .zero)
      }
      if second == 20 {
        let end = BindingEnd(station: lot.station, lot: lot.lot, binding: binding)
          .with(belt: BeltReading(low: tail, high: tail))
        try journal.add(.bindingEnd(end), lasting: .zero)
      }
      journal.time = time
      try journal.frame(
        layout: layout,
        places: [.nothing, .nothing],
        belt: Double(second) / 10,
        [Reading(.integer(Int64(second))), Reading(.integer(Int64(second)))]
      )
    }
    try journal.correct(change(binding, start))
    return try await CorrectedHub(journal).visits("PCB-0").flatMap(\.signals)
  }

  @Test("Where no correction says when a lot ended, its tail is where the record of its end says")
  func recordedTail() async throws {
    // Its last board's rear edge entered half a metre after the end: zone 1 loses it at 3.53 m.
    let figures = try await Self.oneEnd(
      corrected: { .times($0, from: $1.advanced(by: .milliseconds(5_400)), to: nil) },
      head: 1,
      tail: 2.5
    )
    let zone = try #require(figures.first)
    #expect(zone.maximum == 34 && zone.unsure?.maximum == 36, "\(zone)")
    // It came at 5.4 s, when the belt had run from 0.5 to 0.6 m.
    #expect(zone.minimum == 18 && zone.unsure?.minimum == 15, "\(zone)")
  }

  @Test("Where no correction says when a lot began, its head is where an eye saw its first board")
  func recordedHead() async throws {
    // It was started at 1.0 m, and its first board came at 1.5 m: zone 1 has it from 2.53 m on.
    let figures = try await Self.oneEnd(
      corrected: { .times($0, from: nil, to: $1.advanced(by: .milliseconds(25_400))) },
      head: 1,
      tail: 2,
      boards: [1.5, 1.8]
    )
    let zone = try #require(figures.first)
    #expect(zone.minimum == 27 && zone.unsure?.minimum == 25, "\(zone)")
    #expect(zone.maximum == 34 && zone.unsure?.maximum == 37, "\(zone)")
  }

  @Test("Where no eye tells of boards, a lot's head is where the belt was when it was started")
  func recordedStart() async throws {
    let figures = try await Self.oneEnd(
      corrected: { .times($0, from: nil, to: $1.advanced(by: .milliseconds(25_400))) },
      head: 0.7,
      tail: 2
    )
    let zone = try #require(figures.first)
    #expect(zone.minimum == 19 && zone.unsure?.minimum == 17, "\(zone)")
  }

  @Test(
    "A reading that counts is the lot's; one that does not is not, or is within two scans of an edge",
    arguments: 1...100 as ClosedRange<UInt64>
  )
  func truth(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let begin = Double.random(in: 10...100, using: &random)
    let end = begin + Double.random(in: 5...60, using: &random)
    var belt = WanderingBelt()
    var tally = try Self.tally(from: begin, to: end)
    var (entered, closed): (Double?, Double?)
    var doubts = 0
    for second in 0..<400 {
      let run = belt.run
      belt.advance(using: &random)
      let next = belt.run
      // The belt runs evenly from one scan to the next.
      func metres(at time: Double) -> Double? {
        let part = time - Double(second - 1)
        return (0...1).contains(part) ? run + (next - run) * part : nil
      }
      entered = entered ?? metres(at: begin)
      closed = closed ?? metres(at: end)
      tally.take(Self.frame(next, second), seq: second, at: Self.time(Double(second)))
      for (place, position) in [1.03, 2.03].enumerated() {
        let isThere =
          entered.map { next - $0 >= position } ?? false
          && !(closed.map { next - $0 > position } ?? false)
        let told = Self.told(tally, ofPlace: place, second)
        if told == nil {
          doubts += 1
          let edges = [entered, closed].compactMap { $0 }.map { abs(next - $0 - position) }
          #expect((edges.min() ?? .infinity) <= 2 * WanderingBelt.fastest + 0.004, "at \(second) s")
        } else {
          #expect(told == isThere, "zone \(place + 1) at \(second) s")
        }
      }
    }
    #expect(doubts > 0)
  }

  private static func time(_ seconds: Double) -> JournalTime {
    JournalTime(epoch: 0, at: Instant(microseconds: Int64(seconds * 1_000_000)))
  }

  private static func tally(from begin: Double, to end: Double) throws -> WindowTally {
    var journal = try JournalBuilder()
    let seq = try layout(of: &journal)
    guard case .layout(let layout) = try RecordCoding.decode(journal.records[seq - 1]).content
    else { throw UnexpectedRecord() }
    return WindowTally(
      entry: 9,
      from: time(begin),
      to: time(end),
      layouts: [1: WindowTally.Layout(layout, station: StationID(checked: "s"))],
      belt: BeltWindow()
    )
  }

  private struct UnexpectedRecord: Error {}

  /// A scan in which every zone reads the second at which it was taken.
  private static func frame(_ run: Double, _ second: Int) -> Frame {
    Frame(
      at: time(Double(second)).at,
      spanMicroseconds: 1,
      layout: 1,
      bindings: [.nothing, .nothing],
      belts: [
        BeltReading(
          low: (run * 1_000).rounded(.down) / 1_000,
          high: (run * 1_000).rounded(.up) / 1_000
        )
      ],
      readings: Array(repeating: Reading(.integer(Int64(second))), count: 2)
    )
  }

  /// Whether a zone's reading of a second was counted; nil when it was counted apart.
  private static func told(_ tally: WindowTally, ofPlace place: Int, _ second: Int) -> Bool? {
    for (key, signals) in tally.tallies
    where signals[place].maximum == Double(second) {
      if key.presence?.sure.contains(place) == true { return true }
      if key.presence?.unsure.contains(place) == true { return nil }
    }
    return false
  }
}
