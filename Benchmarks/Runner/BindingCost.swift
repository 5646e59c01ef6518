internal import ArgumentParser
internal import LotBinding
internal import Telemetry

struct BindingFigures: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "binding",
    abstract: "Binds frames of ten zones with 2,000 boards on the conveyor: time for each frame."
  )

  @Option(help: "Frames of each kind.") var frames = 20_000
  @Option(help: "Runs of each kind; the median counts.") var runs = 5

  func run() async throws {
    printTable(
      ["2,000 boards on the conveyor", "lots on it", "lots that a reading names", "µs per frame"],
      [1, 40, 2_000].map { size in
        let costs = (0..<runs).map { _ in
          var cost = BindingCost(lotSize: size)
          return cost.measure(frames: frames)
        }
        return [
          size == 1 ? "each a lot" : "lots of \(size)", "\(BindingCost.boards / size)",
          rounded(costs[0].lots, 1),
          rounded(costs.map(\.seconds).sorted()[runs / 2] * 1_000_000, 2),
        ]
      }
    )
  }
}

/// What it costs to bind the frames of a long conveyor that is full of boards.
struct BindingCost {
  static let boards = 2_000
  private static let zones = 10
  private static let spacing = 0.05

  private var transit: Transit
  private var seconds = 0

  /// Lays all boards on the belt, a board in every five centimetres.
  init(lotSize: Int) {
    let station = StationID(checked: "reflow-1")
    transit = Transit(
      Conveyor(
        station: station,
        length: Double(Self.boards) * Self.spacing + 1,
        belts: [
          Conveyor.Belt(
            fastest: 0.1,
            accuracy: 0.01,
            hold: .seconds(5),
            period: .seconds(1)
          )
        ],
        boardLength: 0.04,
        entryEye: .seconds(1),
        exitEye: .seconds(1)
      ),
      at: .zero
    )
    var binding = 0
    for board in 0..<Self.boards {
      seconds += 1
      let now = Duration.seconds(seconds)
      transit.take(speed: Self.spacing, ofBelt: 0, at: now)
      if board % lotSize == 0 {
        binding = board * 2 + 1
        let content = Binding(
          station: station,
          lot: LotID(checked: "L\(board)"),
          part: Label(checked: "p"),
          workOrder: Label(checked: "w"),
          operatorName: Label(checked: "o"),
          belt: transit.entryMark(in: nil, at: now)
        )
        apply(binding, .binding(content))
      }
      let passage = BoardPassage(
        station: station,
        binding: binding,
        event: .entered,
        belt: transit.entryMark(in: nil, at: now)
      )
      apply(board * 2 + 2, .board(passage))
    }
  }

  private mutating func apply(_ seq: Int, _ content: Record.Content) {
    let record = Record(seq: seq, at: Instant(microseconds: 0), content: content)
    transit.apply(record, uptime: .seconds(seconds))
  }

  /// Seconds that a frame takes: a reading of the speed and of both eyes, and ten zones bound; and how
  /// many lots a zone's reading names: the further from the entry, the less exactly a belt whose speed is
  /// known to one per cent says which.
  mutating func measure(frames: Int) -> (seconds: Double, lots: Double) {
    let time = SystemTime()
    var bound = 0
    let start = time.uptime()
    for frame in 0..<frames {
      // The belt creeps, so that all boards stay on it.
      let now = Duration.seconds(seconds) + .milliseconds(frame)
      transit.take(speed: 0.000_01, ofBelt: 0, at: now)
      _ = transit.take(.entry, ofLane: 0, isCovered: false, at: now)
      _ = transit.take(.exit, ofLane: 0, isCovered: false, at: now)
      _ = transit.look(at: now)
      let moment = transit.moment(scannedEvery: .seconds(1), at: now)
      for zone in 0..<Self.zones {
        bound += transit.bound(at: 5 + Double(zone) * 9, in: moment).bound.bindings.count
      }
      _ = transit.belts(at: now)
    }
    precondition(bound >= frames * Self.zones, "every zone has a lot")
    let seconds = (time.uptime() - start).inSeconds
    return (seconds / Double(frames), Double(bound) / Double(frames * Self.zones))
  }
}
