internal import GRDB
internal import Telemetry

/// Counts the scans that a batch says were left out after a frame of an earlier batch.
///
/// Such a scan was bound to the same lots with the same qualities, and its values lay within the
/// layout's deadbands, so it counts as that frame once more.
struct FrameCounts {
  let db: Database
  let journal: Int64

  /// - Throws: ``RecordIndex/UnknownReference`` when there is no such frame; the database's errors.
  func complete(_ records: inout PreparedRecords) throws {
    for leftOut in records.leftOut {
      guard let frame = try lastFrame(of: leftOut.layout) else {
        throw RecordIndex.UnknownReference(
          seq: leftOut.seq,
          reason: "it says that \(leftOut.scans) scans were left out after a frame of layout "
            + "\(leftOut.layout), and there is none before it"
        )
      }
      records.count(frame, times: leftOut.scans)
    }
    let statement = try db.cachedStatement(
      sql: "INSERT OR REPLACE INTO last_frame (journal, layout, seq) VALUES (?, ?, ?)"
    )
    for (layout, last) in records.lastFrames {
      try statement.execute(arguments: [journal, layout, last.seq])
    }
  }

  private func lastFrame(of layout: Int) throws -> Frame? {
    let seq = try Int.fetchOne(
      db.cachedStatement(sql: "SELECT seq FROM last_frame WHERE journal = ? AND layout = ?"),
      arguments: [journal, layout]
    )
    guard let seq,
      case .frame(let frame)? = try StoredRecord.record(db, journal: journal, seq)?.content
    else { return nil }
    return frame
  }
}
