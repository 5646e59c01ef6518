import Telemetry
import Testing

@testable import LotBinding

@Suite("Transit")
struct TransitTests {
  private let station = StationID(checked: "reflow-1")

  /// A belt of 3 m that runs at 1 cm a second.
  private func conveyor(
    lanes: [LaneID?] = [nil],
    hold: Duration = .seconds(5),
    boardLength: Double = 0,
    entryEye: Duration? = nil,
    exitEye: Duration? = nil
  ) -> Conveyor {
    Conveyor(
      station: station,
      length: 3,
      lanes: lanes,
      belts: [Conveyor.Belt(fastest: 0.02, accuracy: 0, hold: hold, period: .seconds(1))],
      boardLength: boardLength,
      entryEye: entryEye,
      exitEye: exitEye,
      exitTolerance: 0.1
    )
  }

  private struct Line {
    var transit: Transit
    private(set) var seq = 1
    private(set) var seconds = 0

    init(_ conveyor: Conveyor) {
      transit = Transit(conveyor, at: .zero)
      transit.take(speed: 0.01, ofBelt: 0, at: .zero)
    }

    var now: Duration { .seconds(seconds) }

    /// Lets time pass, with a reading of the speed every second; nil is a bad one.
    mutating func pass(_ time: Int, speed: Double? = 0.01) {
      for _ in 0..<time {
        seconds += 1
        if let speed { transit.take(speed: speed, ofBelt: 0, at: now) }
      }
    }

    /// Starts a lot now.
    ///
    /// - Returns: Its binding.
    mutating func start(_ lot: String, lane: LaneID? = nil) -> Int {
      record(
        .binding(
          Binding(
            station: transit.conveyor.station,
            lane: lane,
            lot: LotID(checked: lot),
            part: Label(checked: "p"),
            workOrder: Label(checked: "w"),
            operatorName: Label(checked: "o"),
            belt: transit.entryMark(in: lane, at: now)
          )
        )
      )
    }

    mutating func end(_ binding: Int, lane: LaneID? = nil) {
      _ = record(
        .bindingEnd(
          BindingEnd(
            station: transit.conveyor.station,
            lane: lane,
            lot: LotID(checked: "L"),
            binding: binding,
            belt: transit.tailMark(in: lane, at: now)
          )
        )
      )
    }

    mutating func record(_ content: Record.Content) -> Int {
      seq += 1
      let record = Record(seq: seq, at: Instant(microseconds: 0), content: content)
      transit.apply(record, uptime: now)
      return seq
    }

    private func found(_ place: Double?) -> (bound: Bound, isSure: Bool) {
      transit.bound(at: place, in: transit.moment(scannedEvery: .seconds(1), at: now))
    }

    /// What a scan now is bound to at a place; nil when it is not sure.
    func sure(_ place: Double?) -> Bound? { isSure(place) ? bound(place) : nil }

    func isSure(_ place: Double?) -> Bool { found(place).isSure }

    func bound(_ place: Double?) -> Bound { found(place).bound }

    /// The eye at the entry sees a board come, which is recorded.
    @discardableResult
    mutating func enter() throws -> Int {
      let move = eye(.entry, true)
      return record(.board(try #require(move)))
    }

    mutating func eye(_ eye: Transit.Eye, _ isCovered: Bool?) -> BoardPassage? {
      transit.take(eye, ofLane: 0, isCovered: isCovered, at: now)
    }
  }

  @Test("A layout says of a conveyor what it takes to follow a board")
  func description() throws {
    let eyes = conveyor(boardLength: 0.2, entryEye: .seconds(1), exitEye: .seconds(1)).description
    #expect(eyes.boardLength == 0.2 && eyes.hasEntryEye == true && eyes.exitTolerance == 0.1)
    let plain = conveyor().description
    #expect(plain.boardLength == nil && plain.hasEntryEye == nil && plain.exitTolerance == nil)
    #expect(plain.lanes == nil)
  }

  @Test("A lot reaches a zone when the belt has carried it there, and leaves it likewise")
  func carried() {
    var line = Line(conveyor())
    line.pass(100)
    let a = line.start("A")
    line.pass(90)
    #expect(line.sure(1) == .nothing && line.sure(0.5) == .one(a))
    line.pass(20)
    #expect(line.sure(1) == .one(a) && line.sure(2) == .nothing)
    line.end(a)
    line.pass(90)
    #expect(line.sure(0.5) == .nothing && line.sure(1) == .one(a))
    line.pass(20)
    #expect(line.sure(1) == .nothing && line.sure(2) == .one(a) && line.sure(nil) == .one(a))
    line.pass(300)
    #expect(line.sure(nil) == .nothing)
  }

  @Test("Near the edge of a lot a frame names the lots that may be there, and says so")
  func edge() {
    var line = Line(conveyor())
    line.pass(100)
    let a = line.start("A")
    line.pass(300)
    let b = line.start("B")
    line.pass(100)
    #expect(!line.isSure(1) && line.bound(1) == .several([a, b]))
    #expect(line.sure(1.05) == .one(a) && line.sure(0.95) == .one(b))
    #expect(line.sure(nil) == .several([a, b]))
  }

  @Test("A belt that stands still carries nothing on, however long it stands")
  func stopped() {
    var line = Line(conveyor())
    let a = line.start("A")
    line.pass(150)
    line.pass(3_600, speed: 0)
    #expect(line.sure(1) == .one(a) && line.sure(2) == .nothing)
    line.pass(100)
    #expect(line.sure(2) == .one(a))
  }

  @Test("The last good speed is believed for its time; after that the binding is unsure")
  func held() {
    var line = Line(conveyor(hold: .seconds(20)))
    let a = line.start("A")
    line.pass(90)
    line.pass(15, speed: nil)
    #expect(line.sure(1) == .one(a) && line.sure(1.2) == .nothing)
    #expect(!line.transit.speedLost(at: line.now))
    line.pass(60, speed: nil)
    #expect(line.transit.speedLost(at: line.now))
    // At 20 s it was at 1.1 m; since then it went on for at most 1.1 m.
    #expect(line.sure(1) == .one(a) && line.sure(2.3) == .nothing)
    #expect(!line.isSure(1.5) && line.bound(1.5) == .one(a))
  }

  @Test("A speed that comes back says nothing of where the belt stood meanwhile")
  func back() {
    var line = Line(conveyor(hold: .seconds(5)))
    let a = line.start("A")
    line.pass(100)
    line.pass(50, speed: nil)
    line.pass(1)
    // It may have stood still for 51 s, or run 1.02 m.
    #expect(line.sure(0.95) == .one(a) && !line.isSure(1.5) && line.sure(2.1) == .nothing)
    line.pass(60)
    #expect(line.sure(1.5) == .one(a))
  }

  @Test("What enters after the speed was lost is placed as surely as ever")
  func afterwards() {
    var line = Line(conveyor(hold: .seconds(5)))
    line.pass(10)
    line.pass(1_000, speed: nil)
    line.pass(1)
    let a = line.start("A")
    line.pass(100)
    #expect(line.sure(0.9) == .one(a) && line.sure(1.1) == .nothing)
  }

  @Test("Two lanes are bound together, each with its own lot")
  func lanes() {
    let (front, rear) = (LaneID(checked: "front"), LaneID(checked: "rear"))
    var line = Line(conveyor(lanes: [front, rear]))
    let a = line.start("A", lane: front)
    line.pass(50)
    let b = line.start("B", lane: rear)
    line.pass(100)
    #expect(line.sure(0.5) == .several([a, b]) && line.sure(1.2) == .one(a))
    line.end(a, lane: front)
    line.pass(100)
    #expect(line.sure(0.5) == .one(b) && line.sure(1.5) == .several([a, b]))
  }

  @Test("With an eye a lot is where its boards are, not where somebody started it")
  func eyes() throws {
    var line = Line(conveyor(boardLength: 0.2, entryEye: .seconds(1)))
    _ = line.eye(.entry, false)
    let a = line.start("A")
    for _ in 0..<50 {
      line.pass(1)
      let none = line.eye(.entry, false)
      #expect(none == nil)
    }
    #expect(line.sure(0.2) == .nothing)
    line.pass(1)
    let seen = line.eye(.entry, true)
    let move = try #require(seen)
    #expect(move.event == .entered && move.binding == a)
    _ = line.record(.board(move))
    for second in 1...60 {
      line.pass(1)
      let none = line.eye(.entry, second < 20)
      #expect(none == nil)
    }
    #expect(line.sure(0.5) == .one(a) && line.sure(0.7) == .nothing)
    line.end(a)
    line.pass(1)
    _ = line.eye(.entry, false)
    // Its only board is 20 cm long.
    #expect(line.sure(0.5) == .one(a) && line.sure(0.3) == .nothing)
    #expect(line.transit.boards(at: line.now).count == 1)
  }

  @Test(
    "A board between two looks of the eye, at the moment a lot was started, may be either lot's"
  )
  func race() throws {
    var line = Line(conveyor(boardLength: 0.2, entryEye: .seconds(2)))
    _ = line.eye(.entry, false)
    line.pass(2)
    let a = line.start("A")
    try line.enter()
    for second in 1...30 {
      line.pass(2)
      _ = line.eye(.entry, second < 10)
    }
    line.pass(1)
    line.end(a)
    let b = line.start("B")
    line.pass(1)
    try line.enter()
    line.pass(50)
    #expect(!line.isSure(0.4) && line.bound(0.4) == .several([a, b]))
  }

  @Test("A board that should have left and was not seen to is missed, and one too many is told")
  func exits() throws {
    var line = Line(conveyor(boardLength: 0.2, entryEye: .seconds(1), exitEye: .seconds(1)))
    _ = line.eye(.entry, false)
    _ = line.eye(.exit, false)
    let a = line.start("A")
    line.pass(1)
    let seq = try line.enter()
    var moves: [BoardPassage] = []
    for second in 1...320 {
      line.pass(1)
      _ = line.eye(.entry, second < 20)
      if let move = line.eye(.exit, second == 100) { moves.append(move) }
      for move in line.transit.look(at: line.now) {
        _ = line.record(.board(move))
        moves.append(move)
      }
    }
    #expect(moves.map(\.event) == [.left, .removed])
    #expect(moves.first?.remark == .extra && moves.first?.binding == nil)
    #expect(moves.last?.remark == .overdue && moves.last?.entered == seq)
    #expect(moves.last?.binding == a)
    #expect(line.transit.boards(at: line.now).isEmpty)
  }

  private func scan(_ serial: String, _ event: UnitPassage.Event, of binding: Int) -> UnitPassage {
    UnitPassage(
      station: station,
      binding: binding,
      serial: SerialNumber(checked: serial),
      event: event,
      source: .scan
    )
  }

  @Test("A scan at the entry tells that a board enters, and one at its end that it is gone")
  func scanned() {
    var line = Line(conveyor(boardLength: 0.2))
    let a = line.start("A")
    for serial in ["S1", "S2"] {
      let mark = line.transit.entryMark(in: nil, at: line.now)
      _ = line.record(.unit(scan(serial, .entered, of: a).with(belt: mark)))
      line.pass(40)
    }
    #expect(line.transit.boards(at: line.now).map(\.serial?.text) == ["S1", "S2"])
    _ = line.record(.unit(scan("S2", .removed, of: a)))
    #expect(line.transit.boards(at: line.now).map(\.serial?.text) == ["S1"])
  }

  @Test("With an eye, a scan names the next board that the eye sees")
  func named() throws {
    var line = Line(conveyor(boardLength: 0.2, entryEye: .seconds(1)))
    _ = line.eye(.entry, false)
    let a = line.start("A")
    for serial in ["S1", "S2"] { _ = line.record(.unit(scan(serial, .entered, of: a))) }
    #expect(line.transit.boards(at: line.now).isEmpty)
    for second in 1...90 {
      line.pass(1)
      if let passage = line.eye(.entry, second % 30 < 15 && second >= 30) {
        _ = line.record(.board(passage))
      }
    }
    #expect(line.transit.boards(at: line.now).map(\.serial?.text) == ["S1", "S2", nil])
  }

  @Test("After a restart everything on the belt may have left; what enters then is sure")
  func restart() {
    var line = Line(conveyor())
    let a = line.start("A")
    line.pass(150)
    let belts = line.transit.belts(at: line.now)
    var records: [Record] = []
    for content in [
      Record.Content.binding(
        Binding(
          station: station,
          lot: LotID(checked: "A"),
          part: Label(checked: "p"),
          workOrder: Label(checked: "w"),
          operatorName: Label(checked: "o"),
          belt: BeltReading(low: 0, high: 0)
        )
      )
    ] {
      records.append(Record(seq: a, at: Instant(microseconds: 0), content: content))
    }
    line.transit = Transit(conveyor(), resumingAt: belts, at: line.now)
    for record in records { line.transit.apply(record, uptime: line.now) }
    line.pass(1)
    #expect(line.sure(1) == .one(a))
    #expect(!line.isSure(2) && line.bound(2) == .one(a))
    line.pass(60)
    #expect(line.sure(2) == .one(a))
    let b = line.start("B")
    line.pass(100)
    #expect(line.sure(0.5) == .one(b))
  }

  @Test("A binding that says nothing of the belt is unsure until the belt has carried it through")
  func withoutBelt() {
    var line = Line(conveyor())
    line.pass(100)
    let a = line.record(
      .binding(
        Binding(
          station: station,
          lot: LotID(checked: "A"),
          part: Label(checked: "p"),
          workOrder: Label(checked: "w"),
          operatorName: Label(checked: "o")
        )
      )
    )
    line.pass(100)
    #expect(line.sure(0.5) == .one(a) && !line.isSure(2) && line.bound(2) == .one(a))
  }

  @Test("What has left is forgotten, also when lots are counted in thousands")
  func forgets() {
    var line = Line(conveyor())
    for lot in 0..<3_000 {
      let binding = line.start("L\(lot)")
      line.pass(2)
      line.end(binding)
      _ = line.transit.look(at: line.now)
    }
    #expect((140...170).contains(line.transit.lots(at: line.now).count))
    line.pass(310)
    #expect(line.sure(nil) == .nothing)
  }
}
