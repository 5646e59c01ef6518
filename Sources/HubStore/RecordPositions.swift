internal import LotBinding
internal import Telemetry

/// Finds records of a journal by time.
struct RecordPositions {
  let stays: RecordedStays

  /// The last record that counts; while a journal is replayed, others may be there.
  let last: Int

  /// Records to each side among which a place is looked for: a frame is written a little after its
  /// time, so that frames are not in the order of their times, unlike all other records.
  private static let reach = 500

  /// The number of the first record, frames left out of account, that is not before a time; the one
  /// after those that are before it when there is no other near.
  func first(notBefore time: JournalTime) throws -> Int {
    let near = try roughly(time)
    let region = max(1, near - Self.reach)...max(1, min(near + Self.reach, last))
    var (before, after): (Int, Int?) = (0, nil)
    for record in try StoredRecord.fetch(stays.db, journal: stays.journal, region) {
      let decoded = try RecordCoding.decode(record.body)
      if case .frame = decoded.content { continue }
      if stays.time(decoded.at, of: record.seq) < time {
        (before, after) = (record.seq, nil)
      } else if after == nil {
        after = record.seq
      }
    }
    return after ?? max(near, before + 1)
  }

  /// A record near a time: the first that is not before it, if all were in the order of their times.
  func roughly(_ time: JournalTime) throws -> Int {
    var (low, high) = (1, last + 1)
    while low < high {
      let middle = (low + high) / 2
      guard let record = try StoredRecord.record(stays.db, journal: stays.journal, middle) else {
        throw HubStoreError.damaged("record \(middle) is not there")
      }
      if stays.time(record.at, of: middle) < time { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
