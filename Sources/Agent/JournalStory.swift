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

  /// Orders to write of which no outcome is recorded.
  private(set) var openWrites: [Int: WriteOrder] = [:]

  init(bindings: Bindings) { self.bindings = bindings }

  /// Takes the next record that is not a frame.
  mutating func take(_ record: Record) {
    switch record.content {
    case .document(let document): documents.insert(document.sha256)
    case .layout(let layout):
      layouts[layout.id] = (record.seq, layout)
      groups[record.seq] = layout.id
    case .clockStep(let step): clockStep = step
    case .write(let order): openWrites[record.seq] = order
    case .writeOutcome(let outcome): openWrites[outcome.write] = nil
    default: bindings.apply(record)
    }
  }
}

extension FrameLayout {
  /// The scan group whose frames it describes.
  var id: ScanGroupID { ScanGroupID(device: device, group: group) }

  /// The time from one scan to the next; nil for an instrument that sends by itself.
  var period: Duration? { periodMilliseconds.map { .milliseconds($0) } }
}
