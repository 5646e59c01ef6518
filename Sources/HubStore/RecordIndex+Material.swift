internal import GRDB
internal import Telemetry

extension RecordIndex {
  func insert(_ load: MaterialLoad, _ record: JournalRecord) throws {
    try execute(
      """
      INSERT INTO load
        (journal, seq, station, lot, material, operator, certificate, loaded_at, content)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        journal, record.seq, load.station.text, load.lot.text, load.material.text,
        load.operatorName?.text, load.certificate?.text, record.at.microseconds,
        try JSONColumn.text(load),
      ]
    )
    try touch(load.lot, material: load.material, at: record.at)
  }

  func finish(_ unload: MaterialUnload, _ record: JournalRecord) throws {
    let isKnown = try exists(
      "SELECT 1 FROM load WHERE journal = ? AND seq = ? AND station = ? AND lot = ?",
      [journal, unload.load, unload.station.text, unload.lot.text]
    )
    guard isKnown else {
      throw UnknownReference(
        seq: record.seq,
        reason: "it takes away load \(unload.load) of lot \(unload.lot) at \(unload.station), "
          + "which this journal does not hold"
      )
    }
    try execute(
      """
      UPDATE load SET unloaded_at = ?, end_seq = ?, end_content = ?
      WHERE journal = ? AND seq = ? AND end_seq IS NULL
      """,
      [record.at.microseconds, record.seq, try JSONColumn.text(unload), journal, unload.load]
    )
    try touch(unload.lot, at: record.at)
  }

  func insert(_ consumption: Consumption, _ record: JournalRecord) throws {
    try execute(
      """
      INSERT INTO consumption (journal, seq, at, output, input, quantity, unit, operator, content)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        journal, record.seq, record.at.microseconds, consumption.output.text,
        consumption.input.text, consumption.quantity, consumption.unit,
        consumption.operatorName?.text, try JSONColumn.text(consumption),
      ]
    )
    if consumption.outputSerial != nil || consumption.outputUDI != nil {
      try insertPiece(
        consumption.output,
        serial: consumption.outputSerial,
        udi: consumption.outputUDI,
        isOutput: true,
        record
      )
    }
    if let serial = consumption.inputSerial {
      try insertPiece(consumption.input, serial: serial, udi: nil, isOutput: false, record)
    }
    try touch(consumption.input, at: record.at)
    try touch(consumption.output, at: record.at)
  }

  /// A thing that can be found by its serial number or UDI; a UDI in one spelling for all.
  private func insertPiece(
    _ lot: LotID,
    serial: Label?,
    udi: Label?,
    isOutput: Bool,
    _ record: JournalRecord
  ) throws {
    try execute(
      "INSERT INTO piece (journal, seq, is_output, lot, serial, udi) VALUES (?, ?, ?, ?, ?, ?)",
      [
        journal, record.seq, isOutput, lot.text, serial?.text,
        udi.map { (try? UDI($0.text).canonical) ?? $0.text },
      ]
    )
  }

  func insert(_ calibration: Calibration, _ record: JournalRecord) throws {
    try execute(
      "INSERT INTO calibration (journal, seq, at, instrument, content) VALUES (?, ?, ?, ?, ?)",
      [
        journal, record.seq, record.at.microseconds, calibration.instrument.text,
        try JSONColumn.text(calibration),
      ]
    )
  }
}
