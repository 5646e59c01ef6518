internal import FoundationEssentials
internal import GRDB
internal import LotBinding
internal import Telemetry

/// What a journal says of lots and material, and where its clock was set.
struct RecordedStays {
  /// What a record says that can be corrected.
  enum Entry { case lot(Binding), material(MaterialLoad), consumption(Consumption) }

  let db: Database
  let journal: Int64
  private let began: Instant?
  private let steps: [(seq: Int, step: Epochs.Step)]

  init(db: Database, journal: Int64) throws {
    self.db = db
    self.journal = journal
    steps = try Row.fetchAll(
      db.cachedStatement(
        sql: "SELECT seq, from_at, to_at FROM clock_step WHERE journal = ? ORDER BY seq"
      ),
      arguments: [journal]
    ).map { row in
      let (from, to) = (
        Instant(microseconds: row["from_at"]), Instant(microseconds: row["to_at"])
      )
      return (row["seq"], Epochs.Step(from: from, to: to))
    }
    began = try StoredRecord.record(db, journal: journal, 1)?.at
  }

  /// The epochs that had begun before a record.
  func epochs(before seq: Int) -> Epochs {
    Epochs(began: began, steps: steps.prefix { $0.seq < seq }.map(\.step))
  }

  /// When a record happened; that of a step of the clock has the time after it.
  func time(_ at: Instant, of seq: Int) -> JournalTime { epochs(before: seq + 1).now(at) }

  /// What began with a record; nil when it is about something else, or is not there.
  func entry(_ seq: Int) throws -> Entry? {
    switch try StoredRecord.record(db, journal: journal, seq)?.content {
    case .binding(let binding)?: return .lot(binding)
    case .materialLoad(let load)?: return .material(load)
    case .consumption(let consumption)?: return .consumption(consumption)
    case .correction(let correction)?:
      switch correction.change {
      case .insertLot(let binding, _, _): return .lot(binding)
      case .insertMaterial(let load, _, _): return .material(load)
      default: return nil
      }
    default: return nil
    }
  }

  /// When a lot or material was there, as it is recorded; nil when only a correction tells of it.
  func stay<Content: Correctable>(
    _ entry: Int,
    of content: Content
  ) throws -> (recorded: Stay<Content>, endSeq: Int?)? {
    let columns =
      Content.isMaterial
      ? "loaded_at AS began, unloaded_at AS ended, end_seq FROM load"
      : "started_at AS began, ended_at AS ended, end_seq FROM binding"
    let row = try Row.fetchOne(
      db.cachedStatement(sql: "SELECT \(columns) WHERE journal = ? AND seq = ?"),
      arguments: [journal, entry]
    )
    guard let row else { return nil }
    let endSeq: Int? = row["end_seq"]
    let ended = (row["ended"] as Int64?).map { Instant(microseconds: $0) }
    let recorded = Stay(
      content,
      from: time(Instant(microseconds: row["began"]), of: entry),
      to: ended.flatMap { ended in endSeq.map { time(ended, of: $0) } }
    )
    return (recorded, endSeq)
  }
}

/// What a correction can be about: a lot, or material.
protocol Correctable: Sendable, Hashable, Codable {
  static var isMaterial: Bool { get }
  var station: StationID { get }
  var lot: LotID { get }

  /// What a correction changes of it; nil when it is about something else.
  static func change(_ change: Correction.Change, _ epochs: Epochs) -> StayChange<Self>?
}

extension Binding: Correctable {
  static var isMaterial: Bool { false }

  static func change(_ change: Correction.Change, _ epochs: Epochs) -> StayChange<Binding>? {
    StayChange(change, epochs)
  }
}

extension MaterialLoad: Correctable {
  static var isMaterial: Bool { true }

  static func change(_ change: Correction.Change, _ epochs: Epochs) -> StayChange<MaterialLoad>? {
    StayChange(change, epochs)
  }
}
