internal import JournalStore
internal import LotBinding
internal import Logging
internal import Telemetry

/// A journal could not go on: the agent is to be put together anew, with another.
package struct JournalSucceeded: Error, Sendable, Hashable, CustomStringConvertible {
  /// Why.
  package let description: String
}

extension Recorder {
  /// Time between two looks whether the journal must be set aside.
  static let successionPeriod = Duration.seconds(1)

  /// Whether the journal must be set aside, which only a new start can do.
  var isToBeSucceeded: Bool { journal.assumeIsolated { $0.isToBeSucceeded } }

  /// Records in a new journal what was in force when the one before ended, and what became of it.
  func takeOver(from succession: JournalSuccession) throws {
    let now = clock.moment()
    var detail = succession.sentence
    var restated: [Record.Content] = []
    // What was carried holds only a part of what is known.
    let known = journal.predecessors().first { $0.succession.reason != .carried }
    if let reader = try? known?.reader() {
      defer { try? reader.close() }
      let before = try? reader.replay(into: bindings) { $0.apply($1) }
      if succession.tellsWhatWasInForce, let before {
        restated = before.restated()
        if !restated.isEmpty { detail += "; lots, operators and material go on as they were" }
      }
      restated += before?.restatedCalibrations(at: now.wall) ?? []
    }
    if !succession.tellsWhatWasInForce {
      detail += "; start lots, sign operators on and load material again"
    }
    _ = try append(.event(Event(.journalContinued, detail: detail)))
    for content in restated {
      let record = try append(content, at: now.wall)
      bindings.apply(record, uptime: now.uptime)
      conveyors.apply(record, uptime: now.uptime)
    }
    logger.error("\(detail)")
  }

  /// Records that the file was brought to another schema version, and what was kept of it.
  func recordMigration() throws {
    guard let version = journal.migratedFrom else { return }
    let copies = journal.keptCopies().map(\.name).joined(separator: ", ")
    let detail =
      "the journal was of schema version \(version), and has been brought to this program's; "
      + (copies.isEmpty ? "no copy of it was kept" : "as it was it is kept as \(copies)")
    _ = try append(.event(Event(.journalMigrated, detail: detail)))
    logger.notice("\(detail)")
  }

  /// What a technician must know of how the journal came to be; none for an agent's first.
  var successionNotices: [String] {
    let before = journal.opening.continues.map { [$0.sentence] } ?? []
    return before
      + journal.keptCopies().map {
        "\($0.name) (\($0.bytes.size)) is the journal as it was before a later program changed it: "
          + "delete it when you will not go back to the earlier one"
      }
  }
}

extension JournalSuccession {
  /// What happened, and where what was before lies.
  fileprivate var sentence: String {
    var text = "this journal goes on from " + (journal.map { "journal \($0)" } ?? "another")
    text += ", because \(detail)"
    if let file {
      text += "; what there is of it is kept as \(file)"
      if seq > 0 { text += ", and its records 1 to \(seq) are good" }
    }
    if let lost { text += ", \(lost) after them are lost or cannot be read in order" }
    return text
  }
}
