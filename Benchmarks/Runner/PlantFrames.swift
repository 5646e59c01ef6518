internal import JournalStore
internal import Telemetry

/// What the journal says of the scans between two instants.
struct PlantFrames {
  private(set) var frames = 0

  /// Scans that were skipped because the bus was busy.
  private(set) var late = 0

  /// From the first request of a scan to its last reply, in milliseconds, ascending.
  private(set) var spans: [Double] = []

  /// How much later than the earliest of its device a scan began within its period, in
  /// milliseconds, ascending.
  private(set) var jitters: [Double] = []

  /// Readings that were bad in the last frame of each device.
  var badReadings: Int { lastBad.values.reduce(0, +) }
  private var lastBad: [Int: Int] = [:]

  init(journal path: String, from: Instant, to: Instant, period: Duration) throws {
    let reader = try JournalReader(path: path)
    var starts: [Int: [Int64]] = [:]
    var seq = 0
    while case let records = try reader.records(after: seq, limit: 1_000, bytes: 8_000_000),
      let last = records.last
    {
      seq = last.seq
      for stored in records {
        let record = try RecordCoding.decode(stored.body)
        guard record.at >= from, record.at < to else { continue }
        switch record.content {
        case .frame(let frame): take(frame, &starts)
        case .gap(let gap) where gap.reason == .late: late += gap.scans ?? 0
        default: break
        }
      }
    }
    try reader.close()
    spans.sort()
    jitters = starts.values.flatMap { Self.jitters(of: $0, period: period) }.sorted()
  }

  private mutating func take(_ frame: Frame, _ starts: inout [Int: [Int64]]) {
    frames += 1
    spans.append(Double(frame.spanMicroseconds) / 1_000)
    let start = frame.at.microseconds - Int64(frame.spanMicroseconds / 2)
    starts[frame.layout, default: []].append(start)
    lastBad[frame.layout] = frame.readings.count { !$0.quality.isGood }
  }

  /// The grid begins where the earliest scan did: a scan is never taken before it is due.
  private static func jitters(of starts: [Int64], period: Duration) -> [Double] {
    let period = period.wholeMicroseconds
    guard let first = starts.first else { return [] }
    // Within half a period of the first, so that an earlier one does not count as a whole later.
    let phases = starts.map { start in
      let phase = (start - first) % period
      return phase > period / 2 ? phase - period : phase
    }
    let earliest = phases.min() ?? 0
    return phases.map { Double($0 - earliest) / 1_000 }
  }
}

extension [Double] {
  /// The value below which so many per cent of an ascending list are; 0 for an empty one.
  func percentile(_ percent: Double) -> Double {
    isEmpty ? 0 : self[Swift.min(count - 1, Int(Double(count) * percent / 100))]
  }
}
