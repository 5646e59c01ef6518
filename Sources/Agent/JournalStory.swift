internal import Acquisition
internal import LotBinding
internal import Telemetry

/// What the journal says about the time before this run: pure.
struct JournalStory: Sendable {
  var bindings: Bindings
  private(set) var documents: Set<Digest> = []

  /// The last layout of each scan group.
  private(set) var layouts: [ScanGroupID: (seq: Int, layout: FrameLayout)] = [:]

  /// Whose layouts all layout records are, by their `seq`.
  private(set) var groups: [Int: ScanGroupID] = [:]
  private(set) var clockStep: ClockStep?

  /// The conveyors of all layouts that have some, by their `seq`.
  private(set) var conveyors: [Int: [ConveyorDescription]] = [:]

  /// Where the belts of stations were when something entered last.
  private(set) var marks: [StationID: BeltReading] = [:]

  /// How far they may have run when a lot's tail had entered last.
  private(set) var tails: [StationID: Double] = [:]

  /// Orders to write of which no outcome is recorded.
  private(set) var openWrites: [Int: WriteOrder] = [:]

  init(bindings: Bindings) { self.bindings = bindings }

  private mutating func mark(_ belt: BeltReading?, at station: StationID) {
    guard let belt else { return }
    let last = marks[station]
    marks[station] = BeltReading(
      low: max(belt.low, last?.low ?? belt.low),
      high: max(belt.high, last?.high ?? belt.high)
    )
  }

  /// Takes the next record that is not a frame.
  mutating func take(_ record: Record) {
    switch record.content {
    case .document(let document): documents.insert(document.sha256)
    case .layout(let layout):
      layouts[layout.id] = (record.seq, layout)
      groups[record.seq] = layout.id
      conveyors[record.seq] = layout.conveyors
    case .clockStep(let step):
      clockStep = step
      bindings.apply(record)
    case .write(let order): openWrites[record.seq] = order
    case .writeOutcome(let outcome): openWrites[outcome.write] = nil
    default:
      bindings.apply(record)
      if let station = record.content.conveyorStation { mark(record.content.belt, at: station) }
      if case .bindingEnd(let end) = record.content, let belt = end.belt {
        tails[end.station] = max(belt.low, belt.high, tails[end.station] ?? belt.high)
      }
    }
  }
}

extension FrameLayout {
  /// The scan group whose frames it describes.
  var id: ScanGroupID { ScanGroupID(device: device, group: group) }

  /// The time from one scan to the next; nil for an instrument that sends by itself.
  var period: Duration? { periodMilliseconds.map { .milliseconds($0) } }
}
