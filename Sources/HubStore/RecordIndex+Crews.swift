internal import GRDB
internal import Telemetry

extension RecordIndex {
  func insert(_ change: CrewChange, _ record: JournalRecord) throws {
    try execute(
      "INSERT INTO crew (journal, station, seq, at, content) VALUES (?, ?, ?, ?, ?)",
      [
        journal, change.station.text, record.seq, record.at.microseconds,
        try JSONColumn.text(change),
      ]
    )
  }

  func insert(_ passage: UnitPassage, _ record: JournalRecord) throws {
    let isKnown = try exists(
      "SELECT 1 FROM binding WHERE journal = ? AND seq = ? AND station = ?",
      [journal, passage.binding, passage.station.text]
    )
    guard isKnown else {
      throw UnknownReference(
        seq: record.seq,
        reason: "it is a unit of binding \(passage.binding) at \(passage.station), which this "
          + "journal does not hold"
      )
    }
    try execute(
      """
      INSERT INTO unit (journal, binding, seq, at, serial, event, source)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      [
        journal, passage.binding, record.seq, record.at.microseconds, passage.serial.text,
        passage.event.rawValue, passage.source.rawValue,
      ]
    )
  }

  /// A frame names crews of all its stations, or of none, each of them earlier in the journal.
  func check(crews: [Int?], at stations: [StationID], seq: Int) throws {
    if crews.isEmpty { return }
    guard crews.count == stations.count else {
      throw UnknownReference(
        seq: seq,
        reason: "it names crews of \(crews.count) stations, but its layout has \(stations.count)"
      )
    }
    for (station, crew) in zip(stations, crews) {
      guard let crew else { continue }
      let isKnown = try exists(
        "SELECT 1 FROM crew WHERE journal = ? AND seq = ? AND station = ?",
        [journal, crew, station.text]
      )
      guard isKnown, crew < seq else {
        throw UnknownReference(
          seq: seq,
          reason: "it names crew \(crew), and no record \(crew) before it says who is at station "
            + "\(station)"
        )
      }
    }
  }
}
