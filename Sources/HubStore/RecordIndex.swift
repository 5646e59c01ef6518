internal import GRDB
internal import Telemetry

/// Derives the tables that traces are answered from, in the transaction that stores the records.
struct RecordIndex {
  let db: Database
  let journal: Int64

  /// A record that names another which the journal does not hold, or not so.
  struct UnknownReference: Error, Hashable {
    let seq: Int
    let reason: String
  }

  /// At most `slice` records are counted anew for lots that were corrected.
  ///
  /// - Returns: Whether there are more to be counted anew.
  /// - Throws: ``UnknownReference``, or the database's errors.
  func apply(_ records: PreparedRecords, recounting slice: Int) throws -> Bool {
    for record in records.facts { try apply(record) }
    var layouts = StoredLayouts(db: db, journal: journal)
    for (shape, seq) in records.shapes.sorted(by: { $0.value < $1.value }) {
      try check(shape, seq: seq, &layouts)
    }
    let recounts =
      try hasCorrections(records)
      && CorrectionIndex(self, records).apply(recounting: slice)
    var records = records
    try FrameCounts(db: db, journal: journal).complete(&records)
    try SummaryTable(db: db, journal: journal).add(records.tallies, &layouts)
    return recounts
  }

  /// Whether anything of the journal is corrected, by these records or before them.
  private func hasCorrections(_ records: PreparedRecords) throws -> Bool {
    let corrects = records.facts.contains { record in
      if case .correction = record.content { true } else { false }
    }
    return try corrects || exists("SELECT 1 FROM corrected WHERE journal = ?", [journal])
  }

  private func apply(_ record: JournalRecord) throws {
    switch record.content {
    case .layout(let layout): try insert(layout, record)
    case .binding(let binding): try insert(binding, record)
    case .bindingEnd(let end): try finish(end, record)
    case .unit(let passage): try insert(passage, record)
    case .crew(let change): try insert(change, record)
    case .materialLoad(let load): try insert(load, record)
    case .materialUnload(let unload): try finish(unload, record)
    case .consumption(let consumption): try insert(consumption, record)
    case .calibration(let calibration): try insert(calibration, record)
    case .clockStep(let step): try insert(step, record)
    case .write(let order): try insert(order, record)
    case .writeOutcome(let outcome): try finish(outcome, record)
    case .opening(let opening):
      if let before = opening.continues { try end(before, agent: opening.agent, record) }
    case .document, .event, .gap, .frame, .clock, .plantList, .board, .correction, .pruned,
      .checkpoint, .key, .timestamp:
      break
    }
  }

  /// What was open in a journal that nothing follows in ends with the one that goes on from it.
  ///
  /// Where another copy of it may live on, nothing is known of its end.
  private func end(_ before: JournalSuccession, agent: AgentID, _ record: JournalRecord) throws {
    guard before.reason != .forked, let name = before.journal else { return }
    for (table, column) in [("binding", "ended_at"), ("load", "unloaded_at")] {
      try execute(
        """
        UPDATE \(table) SET \(column) = ?1, end_seq = journal.size + 1 FROM journal
        WHERE journal.id = \(table).journal AND journal.agent = ?2 AND journal.journal = ?3
          AND \(table).end_seq IS NULL
        """,
        [record.at.microseconds, agent.text, name]
      )
    }
  }

  private func insert(_ layout: FrameLayout, _ record: JournalRecord) throws {
    try execute(
      """
      INSERT INTO layout
        (journal, seq, device, scan_group, stations, conveyors, signals, signal_count)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        journal, record.seq, layout.device.text, layout.group,
        try JSONColumn.text(layout.stations),
        try layout.conveyors.map(JSONColumn.text),
        try JSONColumn.text(layout.signals),
        layout.signals.count,
      ]
    )
  }

  /// A lane of a station takes one lot at a time; a new binding ends the one before, as it does at
  /// the agent.
  private func insert(_ binding: Binding, _ record: JournalRecord) throws {
    try execute(
      """
      UPDATE binding SET ended_at = ?, end_seq = ?
      WHERE journal = ? AND station = ? AND lane IS ? AND end_seq IS NULL
      """,
      [
        record.at.microseconds, record.seq, journal, binding.station.text, binding.lane?.text,
      ]
    )
    try execute(
      """
      INSERT INTO binding
        (journal, seq, station, lane, lot, part, work_order, operator, program, started_at, content)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        journal, record.seq, binding.station.text, binding.lane?.text, binding.lot.text,
        binding.part.text, binding.workOrder.text, binding.operatorName.text,
        binding.program?.text, record.at.microseconds,
        try JSONColumn.text(binding),
      ]
    )
    try touch(binding.lot, part: binding.part, at: record.at)
  }

  private func finish(_ end: BindingEnd, _ record: JournalRecord) throws {
    let isKnown = try exists(
      "SELECT 1 FROM binding WHERE journal = ? AND seq = ? AND station = ? AND lot = ?",
      [journal, end.binding, end.station.text, end.lot.text]
    )
    guard isKnown else {
      throw UnknownReference(
        seq: record.seq,
        reason: "it ends binding \(end.binding) of lot \(end.lot) at \(end.station), which this "
          + "journal does not hold"
      )
    }
    try execute(
      """
      UPDATE binding SET ended_at = ?, end_seq = ?
      WHERE journal = ? AND seq = ? AND end_seq IS NULL
      """,
      [record.at.microseconds, record.seq, journal, end.binding]
    )
    try touch(end.lot, at: record.at)
  }

  private func insert(_ step: ClockStep, _ record: JournalRecord) throws {
    try execute(
      """
      INSERT INTO clock_step (journal, seq, epoch, step_us, from_at, to_at)
      VALUES (?, ?, ?, ?, ?, ?)
      """,
      [
        journal, record.seq, step.epoch, step.stepMicroseconds, step.from.microseconds,
        step.to.microseconds,
      ]
    )
  }

  /// One row for each station, so that the visits at any of them find it; one without a name when
  /// there is none.
  private func insert(_ order: WriteOrder, _ record: JournalRecord) throws {
    let content = try JSONColumn.text(order)
    let stations = order.stations.isEmpty ? [""] : Set(order.stations.map(\.text)).sorted()
    for station in stations {
      try execute(
        "INSERT INTO device_write (journal, station, seq, at, content) VALUES (?, ?, ?, ?, ?)",
        [journal, station, record.seq, record.at.microseconds, content]
      )
    }
  }

  private func finish(_ outcome: WriteOutcome, _ record: JournalRecord) throws {
    try execute(
      "UPDATE device_write SET outcome = ? WHERE journal = ? AND seq = ? AND outcome IS NULL",
      [try JSONColumn.text(outcome), journal, outcome.write]
    )
    guard db.changesCount > 0 else {
      throw UnknownReference(
        seq: record.seq,
        reason: "it says what became of write \(outcome.write), which this journal does not hold, "
          + "or of which it knows that already"
      )
    }
  }

  /// Lists a lot, or says that it is still heard of.
  func touch(
    _ lot: LotID,
    part: Label? = nil,
    material: Label? = nil,
    at: Instant
  ) throws {
    try execute(
      """
      INSERT INTO lot (lot, part, material, first_at, last_at) VALUES (?1, ?2, ?3, ?4, ?4)
      ON CONFLICT (lot) DO UPDATE SET part = coalesce(excluded.part, part),
        material = coalesce(excluded.material, material),
        first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)
      """,
      [lot.text, part?.text, material?.text, at.microseconds]
    )
  }

  /// Frames must mean something: a layout with as many signals, places and belts, and bindings of
  /// those places' stations, all of them earlier in the journal.
  private func check(
    _ shape: PreparedRecords.FrameShape,
    seq: Int,
    _ layouts: inout StoredLayouts
  ) throws {
    guard let layout = try layouts.layout(shape.layout), shape.layout < seq else {
      throw UnknownReference(
        seq: seq,
        reason: "it is a frame of layout \(shape.layout), and no record \(shape.layout) before it "
          + "is a layout"
      )
    }
    guard shape.readings == layout.signals.count, shape.bindings.count == layout.places.count,
      shape.belts == layout.belts
    else {
      throw UnknownReference(
        seq: seq,
        reason: "it holds \(shape.readings) readings for \(shape.bindings.count) places and "
          + "\(shape.belts) belts, but its layout \(shape.layout) has \(layout.signals.count) "
          + "signals, \(layout.places.count) places and \(layout.belts) belts"
      )
    }
    for (place, bound) in zip(layout.places, shape.bindings) {
      for binding in bound.bindings { try check(binding, at: place.station, seq: seq) }
    }
    try check(crews: shape.crews, at: layout.stations, seq: seq)
  }

  private func check(_ binding: Int, at station: StationID, seq: Int) throws {
    let isKnown = try exists(
      "SELECT 1 FROM binding WHERE journal = ? AND seq = ? AND station = ?",
      [journal, binding, station.text]
    )
    guard isKnown, binding < seq else {
      throw UnknownReference(
        seq: seq,
        reason: "it is a frame bound to \(binding), and no record \(binding) before it binds a "
          + "lot to station \(station)"
      )
    }
  }

  func execute(_ sql: String, _ arguments: StatementArguments) throws {
    try db.cachedStatement(sql: sql).execute(arguments: arguments)
  }

  func exists(_ sql: String, _ arguments: StatementArguments) throws -> Bool {
    try Bool.fetchOne(db.cachedStatement(sql: sql), arguments: arguments) ?? false
  }
}
