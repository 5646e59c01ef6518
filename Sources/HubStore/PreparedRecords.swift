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
    let bindings: [Int?]
    let readings: Int
  }

  /// One lot's share in the frames of one layout.
  struct TallyKey: Sendable, Hashable {
    let binding: Int
    let layout: Int
  }

  /// Everything but frames, in order.
  private(set) var facts: [Record] = []

  /// The first frame of each shape.
  private(set) var shapes: [FrameShape: Int] = [:]

  /// For each lot and layout, one tally for each signal.
  private(set) var tallies: [TallyKey: [SignalTally]] = [:]

  /// Time of the last record.
  private(set) var lastAt: Instant?

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
      readings: frame.readings.count
    )
    if shapes[shape] == nil { shapes[shape] = seq }
    for case let binding? in frame.bindings {
      add(frame.readings, to: TallyKey(binding: binding, layout: frame.layout))
    }
  }

  private mutating func add(_ readings: [Reading], to key: TallyKey) {
    Self.add(
      readings,
      to: &tallies[key, default: Array(repeating: SignalTally(), count: readings.count)]
    )
  }

  /// Frames of one layout that differ in length cannot all fit it: ``RecordIndex`` refuses them.
  private static func add(_ readings: [Reading], to tallies: inout [SignalTally]) {
    guard tallies.count == readings.count else { return }
    for index in readings.indices { tallies[index].add(readings[index]) }
  }
}

/// A record that is not what its place in the journal asks for.
struct MalformedRecord: Error, Hashable {
  let seq: Int
  let reason: String
}
