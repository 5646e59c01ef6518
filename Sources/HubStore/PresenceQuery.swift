internal import FoundationEssentials
internal import GRDB
internal import Genealogy
internal import Telemetry

/// Says who was at a station, with the operators whose presence was corrected.
struct PresenceQuery {
  let db: Database

  private struct Presence {
    let record: RecordReference
    let presence: OperatorPresence
    let from: Instant
    let to: Instant
  }

  /// - Parameters:
  ///   - crews: Who was there during a visit, as it is recorded.
  ///   - visit: The visit, as it is corrected.
  /// - Returns: Who was there, change by change.
  /// - Throws: The database's errors.
  func corrected(_ crews: [RecordedCrew], during visit: StationVisit) throws -> [RecordedCrew] {
    let presences = try presences(during: visit)
    if presences.isEmpty { return crews }
    let end = visit.to ?? Instant(microseconds: .max)
    var moments: [(at: Instant, record: RecordReference)] = crews.map { ($0.at, $0.record) }
    for presence in presences {
      moments.append((max(presence.from, visit.from), presence.record))
      if presence.to < end { moments.append((presence.to, presence.record)) }
    }
    var corrected: [RecordedCrew] = []
    for moment in moments.sorted(by: { ($0.at, $0.record.seq) < ($1.at, $1.record.seq) }) {
      let there = Self.there(at: moment.at, crews, presences)
      let before = corrected.last?.crew.operators ?? []
      guard let who = Set(there).symmetricDifference(before).min() else { continue }
      let change = CrewChange(
        station: visit.binding.station,
        operators: there,
        change: there.contains(who) ? .on : .off,
        operatorName: who
      )
      corrected.append(RecordedCrew(record: moment.record, at: moment.at, crew: change))
    }
    return corrected
  }

  /// The later correction counts.
  private static func there(
    at instant: Instant,
    _ crews: [RecordedCrew],
    _ presences: [Presence]
  ) -> [Label] {
    var there = crews.last { $0.at <= instant }?.crew.operators ?? []
    for presence in presences where presence.from <= instant && instant < presence.to {
      there.removeAll { $0 == presence.presence.operatorName }
      if presence.presence.wasThere { there.append(presence.presence.operatorName) }
    }
    return there
  }

  private func presences(during visit: StationVisit) throws -> [Presence] {
    let start = visit.span.start
    let rows = try Row.fetchAll(
      db.cachedStatement(
        sql: """
          SELECT j.agent, j.journal, c.seq, c.content
          FROM correction c JOIN journal j ON j.id = c.journal
          WHERE j.agent = ? AND j.journal = ? AND c.station = ? AND c.withdrawn_by IS NULL
            AND c.from_at < ? AND c.to_at > ?
          ORDER BY c.seq
          """
      ),
      arguments: [
        start.agent.text, start.journal, visit.binding.station.text,
        visit.to?.microseconds ?? .max, visit.from.microseconds,
      ]
    )
    return try rows.compactMap { row in
      let content: String = row["content"]
      let correction = try JSONDecoder().decode(Correction.self, from: Data(content.utf8))
      guard case .presence(let presence, let from, let to) = correction.change else { return nil }
      return Presence(record: SQLGenealogy.reference(row), presence: presence, from: from, to: to)
    }
  }
}
