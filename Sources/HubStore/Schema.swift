internal import GRDB

/// The layout of the hub's file.
///
/// `journal` and `record` are what agents sent, `plant_list` and `plant_list_entry` what the plant's
/// systems and people put; every other table is derived from the records and can be made again
/// (``HubDatabase/rebuild()``).
enum Schema {
  /// `LOTH`: what `file` and we recognise the file by.
  static let applicationID = 0x4C4F_5448

  /// Raised with every change of the tables.
  static let version = 1

  /// A record's rowid: its journal above, its sequence number in the lower 40 bits, so that each
  /// journal lies together and appending stays cheap.
  static let seqBits = 40

  static func position(journal: Int64, seq: Int) -> Int64 { journal << seqBits | Int64(seq) }

  static let derivedTables = [
    "layout", "binding", "load", "consumption", "signal_summary", "lot", "last_frame", "clock_step",
    "device_write", "unsure_summary", "crew", "unit", "correction", "corrected",
    "corrected_summary", "corrected_unsure_summary", "piece", "calibration",
  ]

  static func create(_ db: Database) throws {
    try db.execute(sql: truth)
    try db.execute(sql: derived)
    try complete(db)
    try db.execute(sql: "PRAGMA application_id = \(applicationID)")
    try db.execute(sql: "PRAGMA user_version = \(version)")
  }

  /// Adds what files of earlier programs lack.
  static func complete(_ db: Database) throws {
    try db.execute(sql: additions + lists + log)
    for (table, column, type) in addedColumns
    where try !db.columns(in: table).contains(where: { $0.name == column }) {
      try db.execute(sql: "ALTER TABLE \(table) ADD COLUMN \(column) \(type)")
    }
  }

  /// Columns that files of earlier programs lack; null there, as in records without what they hold.
  ///
  /// `content` is a record as JSON, where it says more than the columns beside it.
  private static let addedColumns = [
    ("layout", "conveyors", "TEXT"), ("binding", "lane", "TEXT"), ("binding", "content", "TEXT"),
    ("load", "content", "TEXT"), ("load", "end_content", "TEXT"),
    ("consumption", "content", "TEXT"), ("corrected", "frames", "TEXT"),
    ("corrected", "recounting", "INTEGER NOT NULL DEFAULT 0"),
  ]

  /// What the four tables of ``SummaryTable`` hold.
  private static let summaryColumns = """

      journal INTEGER NOT NULL,
      binding INTEGER NOT NULL,
      layout INTEGER NOT NULL,
      signal INTEGER NOT NULL,
      good INTEGER NOT NULL,
      bad INTEGER NOT NULL,
      numbers INTEGER NOT NULL,
      minimum REAL,
      maximum REAL,
      sum REAL,
      causes TEXT,
      texts TEXT,
      more_texts INTEGER NOT NULL,
      PRIMARY KEY (journal, binding, layout, signal)

    """

  private static let truth = """
    CREATE TABLE journal (
      id INTEGER PRIMARY KEY,
      agent TEXT NOT NULL,
      journal TEXT NOT NULL,
      site TEXT NOT NULL,
      software TEXT NOT NULL,
      opened_at INTEGER NOT NULL,
      last_at INTEGER NOT NULL,
      size INTEGER NOT NULL,
      root BLOB NOT NULL,
      frontier BLOB NOT NULL,
      UNIQUE (agent, journal)
    ) STRICT;
    CREATE TABLE record (
      position INTEGER PRIMARY KEY,
      body BLOB NOT NULL,
      leaf BLOB NOT NULL
    ) STRICT;
    CREATE VIEW records AS
      SELECT j.agent, j.journal, r.position & 0xFFFFFFFFFF AS seq, CAST(r.body AS TEXT) AS body,
        lower(hex(r.leaf)) AS leaf
      FROM record r JOIN journal j ON j.id = r.position >> 40;
    """

  private static let derived = """
    CREATE TABLE layout (
      journal INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      device TEXT NOT NULL,
      scan_group TEXT NOT NULL,
      stations TEXT NOT NULL,
      signals TEXT NOT NULL,
      signal_count INTEGER NOT NULL,
      PRIMARY KEY (journal, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE binding (
      journal INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      station TEXT NOT NULL,
      lot TEXT NOT NULL,
      part TEXT NOT NULL,
      work_order TEXT NOT NULL,
      operator TEXT NOT NULL,
      program TEXT,
      started_at INTEGER NOT NULL,
      ended_at INTEGER,
      end_seq INTEGER,
      PRIMARY KEY (journal, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX binding_lot ON binding (lot);
    CREATE INDEX binding_station ON binding (journal, station, seq);
    CREATE TABLE load (
      journal INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      station TEXT NOT NULL,
      lot TEXT NOT NULL,
      material TEXT NOT NULL,
      operator TEXT,
      certificate TEXT,
      loaded_at INTEGER NOT NULL,
      unloaded_at INTEGER,
      end_seq INTEGER,
      PRIMARY KEY (journal, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX load_lot ON load (lot);
    CREATE INDEX load_station ON load (journal, station, seq);
    CREATE TABLE consumption (
      journal INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      at INTEGER NOT NULL,
      output TEXT NOT NULL,
      input TEXT NOT NULL,
      quantity REAL,
      unit TEXT,
      operator TEXT,
      PRIMARY KEY (journal, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX consumption_output ON consumption (output);
    CREATE INDEX consumption_input ON consumption (input);
    CREATE TABLE signal_summary (\(summaryColumns)) STRICT, WITHOUT ROWID;
    CREATE TABLE lot (
      id INTEGER PRIMARY KEY,
      lot TEXT NOT NULL UNIQUE,
      part TEXT,
      material TEXT,
      first_at INTEGER NOT NULL,
      last_at INTEGER NOT NULL
    ) STRICT;
    """

  /// The last frame of each layout: what scans that were left out after it are counted as; where
  /// times before and after do not compare; and what readings say of which it is not sure whose they
  /// are.
  private static let additions = """
    CREATE TABLE IF NOT EXISTS last_frame (
      journal INTEGER NOT NULL,
      layout INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      PRIMARY KEY (journal, layout)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS clock_step (
      journal INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      epoch INTEGER NOT NULL,
      step_us INTEGER,
      from_at INTEGER NOT NULL,
      to_at INTEGER NOT NULL,
      PRIMARY KEY (journal, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS device_write (
      journal INTEGER NOT NULL,
      station TEXT NOT NULL,
      seq INTEGER NOT NULL,
      at INTEGER NOT NULL,
      content TEXT NOT NULL,
      outcome TEXT,
      PRIMARY KEY (journal, station, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS correction (
      journal INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      at INTEGER NOT NULL,
      entry INTEGER,
      station TEXT,
      from_at INTEGER,
      to_at INTEGER,
      content TEXT NOT NULL,
      withdraws INTEGER NOT NULL,
      withdrawn_by INTEGER,
      PRIMARY KEY (journal, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS correction_entry ON correction (journal, entry);
    CREATE INDEX IF NOT EXISTS correction_station ON correction (journal, station);
    CREATE TABLE IF NOT EXISTS corrected (
      journal INTEGER NOT NULL,
      entry INTEGER NOT NULL,
      is_material INTEGER NOT NULL,
      station TEXT NOT NULL,
      recorded_lot TEXT,
      lot TEXT,
      content TEXT,
      from_epoch INTEGER,
      from_at INTEGER,
      to_epoch INTEGER,
      to_at INTEGER,
      start_seq INTEGER,
      end_seq INTEGER,
      recorded_end INTEGER,
      counts INTEGER NOT NULL,
      counted INTEGER,
      recounting INTEGER NOT NULL DEFAULT 0,
      belt TEXT,
      frames TEXT,
      settled INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (journal, entry)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS corrected_lot ON corrected (lot);
    CREATE INDEX IF NOT EXISTS corrected_recorded_lot ON corrected (recorded_lot);
    CREATE INDEX IF NOT EXISTS corrected_station ON corrected (journal, station);
    CREATE TABLE IF NOT EXISTS corrected_summary (\(summaryColumns)) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS corrected_unsure_summary (\(summaryColumns)) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS unsure_summary (\(summaryColumns)) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS crew (
      journal INTEGER NOT NULL,
      station TEXT NOT NULL,
      seq INTEGER NOT NULL,
      at INTEGER NOT NULL,
      content TEXT NOT NULL,
      PRIMARY KEY (journal, station, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS unit (
      journal INTEGER NOT NULL,
      binding INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      at INTEGER NOT NULL,
      serial TEXT NOT NULL,
      event TEXT NOT NULL,
      source TEXT NOT NULL,
      PRIMARY KEY (journal, binding, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS unit_serial ON unit (serial);
    CREATE TABLE IF NOT EXISTS piece (
      journal INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      is_output INTEGER NOT NULL,
      lot TEXT NOT NULL,
      serial TEXT,
      udi TEXT,
      PRIMARY KEY (journal, seq, is_output)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS piece_serial ON piece (serial);
    CREATE INDEX IF NOT EXISTS piece_udi ON piece (udi);
    CREATE TABLE IF NOT EXISTS calibration (
      journal INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      at INTEGER NOT NULL,
      instrument TEXT NOT NULL,
      content TEXT NOT NULL,
      PRIMARY KEY (journal, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS calibration_instrument ON calibration (instrument);
    """
}
