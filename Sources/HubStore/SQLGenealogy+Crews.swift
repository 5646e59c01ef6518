internal import GRDB
internal import Genealogy
internal import Telemetry

extension SQLGenealogy {
  func crews(during visit: StationVisit) throws -> [RecordedCrew] {
    // A file that an earlier program has written, and no later one yet.
    guard try db.tableExists("crew") else { return [] }
    let span = visit.span
    let rows = try Row.fetchAll(
      db.cachedStatement(
        sql: """
          SELECT j.agent, j.journal, c.* FROM crew c JOIN journal j ON j.id = c.journal
          WHERE j.agent = ?1 AND j.journal = ?2 AND c.station = ?3 AND c.seq < ?5
            AND c.seq >= coalesce(
              (SELECT max(b.seq) FROM crew b
               WHERE b.journal = c.journal AND b.station = c.station AND b.seq < ?4), ?4)
          ORDER BY c.seq
          """
      ),
      arguments: [
        span.start.agent.text, span.start.journal, visit.binding.station.text, span.start.seq,
        span.end ?? .max,
      ]
    )
    let crews = try rows.map { row in
      RecordedCrew(
        record: Self.reference(row),
        at: Instant(microseconds: row["at"]),
        crew: try row.json("content")
      )
    }
    // That nobody was there from the beginning on says nothing.
    return Array(crews.drop { $0.crew.operators.isEmpty })
  }

  func units(of visit: StationVisit) throws -> [UnitStay] {
    guard try db.tableExists("unit") else { return [] }
    let rows = try Row.fetchAll(
      db.cachedStatement(
        sql: """
          SELECT u.* FROM unit u JOIN journal j ON j.id = u.journal
          WHERE j.agent = ? AND j.journal = ? AND u.binding = ? ORDER BY u.seq
          """
      ),
      arguments: [
        visit.span.start.agent.text, visit.span.start.journal, visit.span.start.seq,
      ]
    )
    var order: [String] = []
    var events: [String: [UnitStay.Event]] = [:]
    for row in rows {
      let serial: String = row["serial"]
      let words: (event: String, source: String) = (row["event"], row["source"])
      guard let event = UnitPassage.Event(rawValue: words.event),
        let source = UnitPassage.Source(rawValue: words.source)
      else { throw HubStoreError.damaged("unit \(serial) has an event that nobody knows") }
      if events[serial] == nil { order.append(serial) }
      events[serial, default: []].append(
        UnitStay.Event(
          seq: row["seq"],
          at: Instant(microseconds: row["at"]),
          event: event,
          source: source
        )
      )
    }
    return order.map { UnitStay(serial: SerialNumber(checked: $0), events: events[$0] ?? []) }
  }

  func figures(of unit: UnitStay, during visit: StationVisit) throws -> UnitFigures? {
    try UnitReadings.figures(of: unit, during: visit, db)
  }
}
