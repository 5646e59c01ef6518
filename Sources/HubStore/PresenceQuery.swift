internal import GRDB
internal import Genealogy
internal import LotBinding
internal import Telemetry

/// Says who was at a station, with the operators whose presence was corrected.
struct PresenceQuery {
  let db: Database

  /// Somebody's presence, as a correction says it.
  struct Presence {
    fileprivate let journal: Int64
    let record: RecordReference
    let presence: OperatorPresence
    let from: JournalTime
    let to: JournalTime
  }

  /// Who is recorded to be there from a time on.
  private struct Step {
    let time: JournalTime
    let crew: RecordedCrew
  }

  /// - Parameters:
  ///   - crews: Who was there during a visit, as it is recorded.
  ///   - presences: Whose presence was corrected at the station.
  ///   - station: Where.
  ///   - span: When the visit was, as it is corrected.
  /// - Returns: Who was there when the visit began, and each change until it ended.
  /// - Throws: The database's errors.
  func corrected(
    _ crews: [RecordedCrew],
    by presences: [Presence],
    at station: StationID,
    within span: Stay<RecordReference>
  ) throws -> [RecordedCrew] {
    let (begin, end) = (span.from, span.to)
    let presences = presences.filter { presence in
      begin < presence.to && end.map { presence.from < $0 } ?? true
    }
    guard let first = presences.first else { return crews }
    let stays = try RecordedStays(db: db, journal: first.journal)
    let steps = crews.map { Step(time: stays.time($0.at, of: $0.record.seq), crew: $0) }
    let changes = steps.map(\.time) + presences.flatMap { [$0.from, $0.to] }
    let moments = changes.filter { moment in begin < moment && end.map { moment < $0 } ?? true }
    var corrected: [RecordedCrew] = []
    for moment in [begin] + moments.sorted() {
      let recorded = steps.last { $0.time <= moment }
      let there = Self.there(at: moment, recorded, presences)
      let before = corrected.last?.crew.operators ?? []
      guard let who = Set(there).symmetricDifference(before).min() else { continue }
      if let recorded, recorded.crew.crew.operators == there,
        recorded.time == moment || moment == begin
      {
        corrected.append(recorded.crew)
        continue
      }
      let cause = presences.last { $0.from <= moment && moment <= $0.to }?.record
      guard let record = cause ?? recorded?.crew.record else { continue }
      let change = CrewChange(
        station: station,
        operators: there,
        change: there.contains(who) ? .on : .off,
        operatorName: who
      )
      corrected.append(RecordedCrew(record: record, at: moment.at, crew: change))
    }
    return corrected
  }

  /// The later correction counts.
  private static func there(
    at time: JournalTime,
    _ recorded: Step?,
    _ presences: [Presence]
  ) -> [Label] {
    var there = recorded?.crew.crew.operators ?? []
    for presence in presences where presence.from <= time && time < presence.to {
      let name = presence.presence.operatorName
      if !presence.presence.wasThere { there.removeAll { $0 == name } }
      if presence.presence.wasThere, !there.contains(name) { there.append(name) }
    }
    return there
  }

  /// Corrections of who was at a station, in the order in which they were made.
  func presences(at station: StationID, of record: RecordReference) throws -> [Presence] {
    let rows = try Row.fetchAll(
      db.cachedStatement(
        sql: """
          SELECT j.id AS journal_id, j.agent, j.journal, c.seq, c.content
          FROM correction c JOIN journal j ON j.id = c.journal
          WHERE j.agent = ? AND j.journal = ? AND c.station = ? AND c.withdrawn_by IS NULL
          ORDER BY c.seq
          """
      ),
      arguments: [record.agent.text, record.journal, station.text]
    )
    guard let journal = rows.first?["journal_id"] as Int64? else { return [] }
    let stays = try RecordedStays(db: db, journal: journal)
    return try rows.compactMap { row in
      let correction: Correction = try row.json("content")
      guard case .presence(let presence, let from, let to) = correction.change else { return nil }
      let record = SQLGenealogy.reference(row)
      let epochs = stays.epochs(before: record.seq)
      return Presence(
        journal: journal,
        record: record,
        presence: presence,
        from: epochs.time(from),
        to: epochs.time(to)
      )
    }
  }
}
