import Telemetry
import TestSupport
import Testing

@testable import HubStore
@testable import LotBinding

@Suite("A board's way through a conveyor")
struct BoardRideTests {
  /// A conveyor with two zones, whose readings are the seconds at which they were taken.
  private struct Oven {
    let conveyor: ConveyorDescription
    let positions = [1.03, 2.03]
    private let layout: WindowTally.Layout

    init(reach: Double, boardLength: Double) throws {
      let station = try StationID("s")
      conveyor = ConveyorDescription(
        station: station,
        length: 3,
        entry: 0,
        exit: 3,
        reach: reach,
        belts: 1,
        boardLength: boardLength
      )
      layout = WindowTally.Layout(
        FrameLayout(
          device: try DeviceID("oven"),
          group: "process",
          profile: "oven",
          profileHash: .sha256([]),
          periodMilliseconds: 1_000,
          stations: [station],
          conveyors: [conveyor],
          signals: positions.enumerated().map {
            SignalDescription(name: "zone\($0.offset)", position: $0.element)
          }
        ),
        station: station
      )
    }

    func ride(enteredAt belt: BeltReading) throws -> (BoardRide, scan: JournalRecord) {
      let scan = UnitPassage(
        station: try StationID("s"),
        binding: 9,
        serial: try SerialNumber("B-1"),
        event: .entered,
        source: .scan,
        belt: belt
      )
      let tally = WindowTally(
        entry: 9,
        from: JournalTime(epoch: 0, at: Instant(microseconds: 0)),
        to: nil,
        layouts: [1: layout],
        belt: BeltWindow()
      )
      let record = JournalRecord(seq: 10, at: Instant(microseconds: 0), content: .unit(scan))
      return (BoardRide(scan, seq: 10, on: conveyor, counting: tally), record)
    }

    func frame(_ run: Double, _ second: Int, doubt: Double) -> JournalRecord {
      let at = Instant(microseconds: Int64(second) * 1_000_000)
      let frame = Frame(
        at: at,
        spanMicroseconds: 1,
        layout: 1,
        bindings: [.nothing, .nothing],
        belts: [BeltReading(low: run, high: run + doubt)],
        readings: Array(repeating: Reading(.integer(Int64(second))), count: 2)
      )
      return JournalRecord(seq: 11 + second, at: at, content: .frame(frame))
    }
  }

  /// Whether a zone's reading of a second was counted; nil when it was counted apart.
  private func told(_ ride: BoardRide, ofPlace place: Int, _ second: Int) -> Bool? {
    for (key, signals) in ride.tallies ?? [:] where signals[place].maximum == Double(second) {
      if key.presence?.sure.contains(place) == true { return true }
      if key.presence?.unsure.contains(place) == true { return nil }
    }
    return false
  }

  @Test(
    "A reading that counts was taken while the board was there, one that does not was not",
    arguments: 1...100 as ClosedRange<UInt64>
  )
  func truth(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let length = Double.random(in: 0...0.4, using: &random)
    let oven = try Oven(reach: Bool.random(using: &random) ? 0.15 : 0, boardLength: length)
    var belt = WanderingBelt()
    for _ in 0..<Int.random(in: 0...40, using: &random) { belt.advance(using: &random) }
    let front = belt.run + Double.random(in: 0...0.01, using: &random)
    // What the agent believes of where the belt was holds the truth, and so does each frame.
    let slack = Double.random(in: 0...0.02, using: &random)
    var doubt = slack
    var (ride, scan) = try oven.ride(enteredAt: BeltReading(low: front, high: front + slack))
    ride.take(scan, at: JournalTime(epoch: 0, at: scan.at))
    var (sure, unsure) = (0, 0)
    for second in 0..<600 where !ride.isOver {
      belt.advance(using: &random)
      // Doubt only grows while the belt's speed is not known.
      if Int.random(in: 0..<20, using: &random) == 0 { doubt += 0.01 }
      let frame = oven.frame(belt.run, second, doubt: doubt)
      ride.take(frame, at: JournalTime(epoch: 0, at: frame.at))
      for (place, position) in oven.positions.enumerated() {
        let (head, tail) = (belt.run - front, belt.run - front - length)
        let reach = oven.conveyor.reach
        let isThere = head >= position - reach && tail <= position + reach
        switch told(ride, ofPlace: place, second) {
        case nil: unsure += 1
        case let told?:
          sure += told ? 1 : 0
          #expect(told == isThere, "zone \(place + 1) at \(second) s")
        }
      }
    }
    #expect(ride.isOver && unsure > 0)
    #expect(length + 2 * oven.conveyor.reach < 0.25 || sure > 0)
  }
}
