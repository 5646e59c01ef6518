import Foundation
import Genealogy
import Telemetry
import TestSupport
import Testing

@testable import HubStore

@Suite("What was read of one board on a conveyor")
struct BoardReadingsTests {
  /// Two zones of 0.2 m, at 1 m and 2 m, and a signal of the whole oven; each reads its scan's number.
  private struct Oven {
    var journal: JournalBuilder
    private let layout: Int
    private var scan = 0
    private var belt = 0.0
    let lot: Int

    init(boardLength: Double? = 0.1, hasEye: Bool? = nil) throws {
      journal = try JournalBuilder()
      layout = try journal.layout(
        "oven-1",
        stations: ["reflow-1"],
        conveyors: [
          ConveyorDescription(
            station: StationID("reflow-1"),
            length: 3,
            entry: 0,
            exit: 3,
            reach: 0.1,
            belts: 1,
            boardLength: boardLength,
            hasEntryEye: hasEye,
            exitTolerance: hasEye == true ? 0.3 : nil
          )
        ],
        signals: [
          SignalDescription(name: "zone1", position: 1), .init(name: "zone2", position: 2),
          SignalDescription(name: "oxygen"),
        ]
      )
      lot = try journal.bind("reflow-1", "PCB-1", part: "board")
    }

    /// What enters does so halfway from one scan to the next.
    private var mark: BeltReading { BeltReading(low: belt + 0.005, high: belt + 0.005) }

    /// The belt runs 0.01 m, and a frame is written, for each scan.
    mutating func run(_ scans: Int) throws {
      for _ in 0..<scans {
        belt = (belt * 100 + 1).rounded() / 100
        scan += 1
        try journal.frame(
          layout: layout,
          places: [.one(lot), .nothing, .nothing],
          belt: belt,
          Array(repeating: Reading(.integer(Int64(scan))), count: 3)
        )
      }
    }

    @discardableResult
    mutating func scan(_ serial: String, _ event: UnitPassage.Event) throws -> Int {
      let belt = event == .entered ? mark : nil
      return try journal.scan("reflow-1", serial, event, binding: lot, belt: belt)
    }

    @discardableResult
    mutating func see(
      _ serial: String,
      _ event: BoardPassage.Event,
      entered: Int? = nil,
      remark: BoardPassage.Remark? = nil
    ) throws -> Int {
      try journal.add(
        .board(
          BoardPassage(
            station: StationID("reflow-1"),
            binding: lot,
            serial: SerialNumber(serial),
            event: event,
            entered: entered,
            belt: event == .entered ? mark : nil,
            remark: remark
          )
        )
      )
    }
  }

  @Test("A board has a zone's readings from its front edge's coming to its rear edge's going")
  func board() async throws {
    var oven = try Oven()
    try oven.run(10)
    try oven.scan("B-1", .entered)
    try oven.run(400)
    // Its front is at the zone's edge, 0.9 m, after 90.5 scans, its rear at 1.1 m after 120.5; one scan
    // to each side is unsure. It is in the oven from the first scan until its rear is at 3 m.
    #expect(
      try await PieceHub(oven.journal).figures("B-1") == [
        "zone1: 28 from 102 to 129, 4 unsure from 100 to 131",
        "zone2: 28 from 202 to 229, 4 unsure from 200 to 231",
        "oxygen: 308 from 12 to 319, 3 unsure from 11 to 321",
      ]
    )
  }

  @Test("Boards of one lot each have their own readings")
  func boards() async throws {
    var oven = try Oven()
    try oven.scan("B-1", .entered)
    try oven.run(50)
    try oven.scan("B-2", .entered)
    try oven.run(400)
    let (first, second) = (
      try await PieceHub(oven.journal).figures("B-1"),
      try await PieceHub(oven.journal).figures("B-2")
    )
    #expect(first.first == "zone1: 28 from 92 to 119, 4 unsure from 90 to 121")
    #expect(second.first == "zone1: 28 from 142 to 169, 4 unsure from 140 to 171")
  }

  @Test("Where a photo-eye sees boards enter, a board's readings begin there and not at its scan")
  func eye() async throws {
    var oven = try Oven(hasEye: true)
    try oven.scan("B-1", .entered)
    try oven.run(30)
    try oven.see("B-2", .entered)
    try oven.see("B-1", .entered)
    try oven.run(400)
    let zone1 = try await PieceHub(oven.journal).figures("B-1").first
    #expect(zone1 == "zone1: 28 from 122 to 149, 4 unsure from 120 to 151")
  }

  @Test("A board whose entry no photo-eye saw has no readings, and that is said")
  func unseen() async throws {
    var oven = try Oven(hasEye: true)
    try oven.scan("B-1", .entered)
    try oven.run(400)
    let unit = try await PieceHub(oven.journal).unit("B-1")
    #expect(unit?.figures == UnitFigures(signals: [], missing: .entry))
  }

  @Test("A board that did not come out has unsure readings only: nobody knows where it fell")
  func overdue() async throws {
    var oven = try Oven(hasEye: true)
    try oven.scan("B-1", .entered)
    let entered = try oven.see("B-1", .entered)
    // The exit's photo-eye gives it up when its front edge is 0.3 m behind the exit.
    try oven.run(331)
    try oven.see("B-1", .removed, entered: entered, remark: .overdue)
    try oven.run(10)
    #expect(
      try await PieceHub(oven.journal).figures("B-1") == [
        "zone1: 0, 32 unsure from 90 to 121", "zone2: 0, 32 unsure from 190 to 221",
        "oxygen: 0, 311 unsure from 1 to 311",
      ]
    )
  }

  @Test("A board has no readings after the exit's photo-eye or a scan saw it leave")
  func left() async throws {
    for isScanned in [false, true] {
      var oven = try Oven()
      let entered = try oven.scan("B-1", .entered)
      try oven.run(100)
      if isScanned {
        try oven.scan("B-1", .removed)
      } else {
        try oven.see("B-1", .left, entered: entered)
      }
      try oven.run(100)
      let zone1 = try await PieceHub(oven.journal).figures("B-1").first
      #expect(zone1 == "zone1: 9 from 92 to 100, 2 unsure from 90 to 91")
    }
  }

  @Test("A board that goes through twice has the readings of both ways")
  func twice() async throws {
    var oven = try Oven()
    for _ in 0..<2 {
      try oven.scan("B-1", .entered)
      try oven.run(350)
      try oven.scan("B-1", .left)
    }
    let zone1 = try await PieceHub(oven.journal).figures("B-1").first
    #expect(zone1 == "zone1: 56 from 92 to 469, 8 unsure from 90 to 471")
  }

  @Test("Without a length, a board is where its front edge is")
  func frontEdge() async throws {
    var oven = try Oven(boardLength: nil)
    try oven.scan("B-1", .entered)
    try oven.run(350)
    let zone1 = try await PieceHub(oven.journal).figures("B-1").first
    #expect(zone1 == "zone1: 18 from 92 to 109, 4 unsure from 90 to 111")
  }

  @Test("Where each lane has a belt, a board moves with that of its lane")
  func lanes() async throws {
    var journal = try JournalBuilder()
    let station = try StationID("reflow-1")
    let layout = try journal.layout(
      "oven-1",
      stations: ["reflow-1"],
      conveyors: [
        ConveyorDescription(
          station: station,
          length: 3,
          entry: 0,
          exit: 3,
          reach: 0.1,
          belts: 2,
          lanes: [LaneID("1"), LaneID("2")],
          boardLength: 0.1
        )
      ],
      signals: [SignalDescription(name: "zone1", position: 1)]
    )
    let lot = try journal.bind("reflow-1", "PCB-1", part: "board")
    for (lane, serial, mark) in [("1", "B-1", 0.005), ("2", "B-2", 0.0025)] {
      let belt = BeltReading(low: mark, high: mark)
      try journal.scan("reflow-1", serial, .entered, binding: lot, lane: lane, belt: belt)
    }
    for scan in 1...400 {
      let belts = [Double(scan) / 100, Double(scan) / 200]
      try journal.add(
        .frame(
          Frame(
            at: journal.time,
            spanMicroseconds: 1,
            layout: layout,
            bindings: [.one(lot)],
            belts: belts.map { BeltReading(low: $0, high: $0) },
            readings: [Reading(.integer(Int64(scan)))]
          )
        )
      )
    }
    #expect(
      try await PieceHub(journal).figures("B-1") == [
        "zone1: 28 from 92 to 119, 4 unsure from 90 to 121"
      ]
    )
    #expect(
      try await PieceHub(journal).figures("B-2") == [
        "zone1: 58 from 182 to 239, 4 unsure from 180 to 241"
      ]
    )
  }

  @Test("A board of a lot that was corrected has its readings under the right lot")
  func corrected() async throws {
    var oven = try Oven()
    try oven.scan("B-1", .entered)
    try oven.run(350)
    let right = Binding(
      station: try StationID("reflow-1"),
      lot: try LotID("PCB-9"),
      part: try Label("board"),
      workOrder: try Label("WO-7001"),
      operatorName: try Label("A. Meier")
    )
    try oven.journal.correct(.replaceLot(oven.lot, right))
    let trace = try await PieceHub(oven.journal).trace("B-1", lot: "PCB-9")
    let figures = trace?.lots.first?.visits.first?.units.first?.figures
    #expect(figures?.signals.first?.good == 28)
    let hub = PieceHub(oven.journal)
    #expect(try await hub.lots(named: "B-1") == ["PCB-9"])
    #expect(try await hub.lots(named: "B-1", as: .recorded) == ["PCB-1"])
    let recorded = try await hub.unit("B-1", as: .recorded)
    #expect(recorded?.figures == figures)
  }

  @Test("A trace of the whole lot has no board's readings")
  func whole() async throws {
    var oven = try Oven()
    try oven.scan("B-1", .entered)
    try oven.run(350)
    let hub = try await CorrectedHub(oven.journal)
    #expect(try await hub.visits("PCB-1").first?.units.first?.figures == nil)
  }

  @Test("The report shows a board's readings before those of its lot")
  func report() async throws {
    var oven = try Oven()
    try oven.scan("B-1", .entered)
    try oven.run(350)
    let trace = try #require(try await PieceHub(oven.journal).trace("B-1"))
    let text = TraceReport(trace, style: TraceReport.Style(width: 100)).text
    let own = try #require(text.range(of: "Serial B-1 entered 2026-11-24 12:00:03 UTC."))
    let unsure = "4 more from 90.0 to 121.0 may be another's or nobody's"
    let zone = try #require(text.range(of: unsure))
    let whole = try #require(text.range(of: "The whole lot:"))
    #expect(own.upperBound < zone.lowerBound && zone.upperBound < whole.lowerBound)
  }
}
