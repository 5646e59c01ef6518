internal import FoundationEssentials
internal import GRDB
internal import LotBinding
internal import Telemetry

/// What a journal says of lots and material, and where its clock was set.
struct RecordedStays {
  /// What a record says of a lot or material.
  enum Entry { case lot(Binding), material(MaterialLoad) }

  let db: Database
  let journal: Int64
  private let steps: [(seq: Int, to: Instant)]

  init(db: Database, journal: Int64) throws {
    self.db = db
    self.journal = journal
    steps = try Row.fetchAll(
      db.cachedStatement(sql: "SELECT seq, to_at FROM clock_step WHERE journal = ? ORDER BY seq"),
      arguments: [journal]
    ).map { ($0["seq"], Instant(microseconds: $0["to_at"])) }
  }

  /// The epochs that had begun before a record.
  func epochs(before seq: Int) -> Epochs {
    Epochs(starts: steps.prefix { $0.seq < seq }.map(\.to))
  }

  /// When a record happened.
  func time(_ at: Instant, of seq: Int) -> JournalTime { epochs(before: seq).now(at) }

  /// What began with a record; nil when it is about something else, or is not there.
  func entry(_ seq: Int) throws -> Entry? {
    guard let stored = try StoredRecord.fetch(db, journal: journal, seq...seq).first else {
      return nil
    }
    switch try RecordCoding.decode(stored.body).content {
    case .binding(let binding): return .lot(binding)
    case .materialLoad(let load): return .material(load)
    case .correction(let correction):
      switch correction.change {
      case .insertLot(let binding, _, _): return .lot(binding)
      case .insertMaterial(let load, _, _): return .material(load)
      default: return nil
      }
    default: return nil
    }
  }

  /// When a lot or material was there, as it is recorded; nil when only a correction tells of it.
  func stay(
    _ entry: Int,
    isMaterial: Bool
  ) throws -> (from: JournalTime, to: JournalTime?, endSeq: Int?)? {
    let columns =
      isMaterial
      ? "loaded_at AS began, unloaded_at AS ended, end_seq FROM load"
      : "started_at AS began, ended_at AS ended, end_seq FROM binding"
    let row = try Row.fetchOne(
      db.cachedStatement(sql: "SELECT \(columns) WHERE journal = ? AND seq = ?"),
      arguments: [journal, entry]
    )
    guard let row else { return nil }
    let endSeq: Int? = row["end_seq"]
    let ended = (row["ended"] as Int64?).map { Instant(microseconds: $0) }
    return (
      time(Instant(microseconds: row["began"]), of: entry),
      ended.flatMap { ended in endSeq.map { time(ended, of: $0) } },
      endSeq
    )
  }
}
