internal import Telemetry

/// A record of a journal, where GRDB has a type called so, too.
typealias JournalRecord = Record

/// Records judged and counted as far as that goes without the database.
///
/// All the work that costs time (hashes, decoding, statistics) happens here, outside the one
/// transaction that then only writes. Memory is bounded by the records' bytes: a frame is let go as
/// soon as it is counted.
struct PreparedRecords: Sendable {
  /// What a frame relies on; frames of one scan group mostly have one in common.
  struct FrameShape: Sendable, Hashable {
    let layout: Int
    let bindings: [Bound]
    let crews: [Int?]
    let belts: Int
    let readings: Int
  }

  /// One lot's share in the frames of one layout.
  struct TallyKey: Sendable, Hashable {
    let binding: Int
    let layout: Int

    /// Where on a conveyor the lot was; nil for frames whose readings all belong to it.
    let presence: Presence?
  }

  /// Places of a conveyor, as indices into the layout's, where a lot was, and where it may have been.
  struct Presence: Sendable, Hashable {
    var sure: [Int] = []
    var unsure: [Int] = []
  }

  /// Everything but frames, in order.
  private(set) var facts: [Record] = []

  /// The first frame of each shape.
  private(set) var shapes: [FrameShape: Int] = [:]

  /// For each lot, layout and presence, one tally for each signal.
  private(set) var tallies: [TallyKey: [SignalTally]] = [:]

  /// Scans that were left out after a frame which is not in the batch.
  struct LeftOut: Sendable, Hashable {
    let layout: Int
    let scans: Int

    /// The frame that says so.
    let seq: Int
  }

  private(set) var leftOut: [LeftOut] = []

  /// The last frame of each layout, and its number.
  private(set) var lastFrames: [Int: (seq: Int, frame: Frame)] = [:]

  /// Time of the last record.
  private(set) var lastAt: Instant?

  /// Number of the last record; 0 without any.
  private(set) var lastSeq = 0

  var isEmpty: Bool { lastAt == nil }

  /// Takes the next record.
  ///
  /// - Throws: What is wrong with it, when it is not the record with this sequence number.
  mutating func add(_ bytes: [UInt8], seq: Int) throws(MalformedRecord) {
    let record: Record
    do {
      record = try RecordCoding.decode(bytes)
    } catch {
      throw MalformedRecord(seq: seq, reason: error.description)
    }
    guard record.seq == seq else {
      throw MalformedRecord(
        seq: seq,
        reason: "its bytes say that it is record \(record.seq); the batch is out of order"
      )
    }
    lastAt = record.at
    lastSeq = seq
    if case .frame(let frame) = record.content {
      count(frame, seq: seq)
    } else {
      facts.append(record)
    }
  }

  private mutating func count(_ frame: Frame, seq: Int) {
    let shape = FrameShape(
      layout: frame.layout,
      bindings: frame.bindings,
      crews: frame.crews,
      belts: frame.belts.count,
      readings: frame.readings.count
    )
    if shapes[shape] == nil { shapes[shape] = seq }
    if frame.skipped > 0 {
      if let last = lastFrames[frame.layout] {
        count(last.frame, times: frame.skipped)
      } else {
        leftOut.append(LeftOut(layout: frame.layout, scans: frame.skipped, seq: seq))
      }
    }
    count(frame, times: 1)
    lastFrames[frame.layout] = (seq, frame)
  }

  /// Counts a frame, or those that were left out after it, for the lots that it is bound to.
  mutating func count(_ frame: Frame, times: Int) {
    if !frame.belts.isEmpty {
      for (binding, presence) in Self.presences(frame) {
        count(frame, times, TallyKey(binding: binding, layout: frame.layout, presence: presence))
      }
      return
    }
    for bound in frame.bindings {
      switch bound {
      case .nothing: break
      case .one(let binding): count(frame, times, for: binding)
      case .several(let bindings):
        for binding in bindings { count(frame, times, for: binding) }
      }
    }
  }

  /// Where each lot of a frame was.
  private static func presences(_ frame: Frame) -> [Int: Presence] {
    var presences: [Int: Presence] = [:]
    for (place, bound) in frame.bindings.enumerated() {
      let isUnsure = frame.unsure.contains(place)
      for binding in bound.bindings {
        if isUnsure {
          presences[binding, default: Presence()].unsure.append(place)
        } else {
          presences[binding, default: Presence()].sure.append(place)
        }
      }
    }
    return presences
  }

  private mutating func count(_ frame: Frame, _ times: Int, for binding: Int) {
    count(frame, times, TallyKey(binding: binding, layout: frame.layout, presence: nil))
  }

  private mutating func count(_ frame: Frame, _ times: Int, _ key: TallyKey) {
    Self.add(
      frame.readings,
      times,
      to: &tallies[key, default: Array(repeating: SignalTally(), count: frame.readings.count)]
    )
  }

  /// Frames of one layout that differ in length cannot all fit it: ``RecordIndex`` refuses them.
  private static func add(_ readings: [Reading], _ times: Int, to tallies: inout [SignalTally]) {
    guard tallies.count == readings.count else { return }
    for index in readings.indices { tallies[index].add(readings[index], times: times) }
  }
}

/// A record that is not what its place in the journal asks for.
struct MalformedRecord: Error, Hashable {
  let seq: Int
  let reason: String
}
