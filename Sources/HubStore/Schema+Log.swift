/// What the hub knows of the keys and checkpoints of journals.
extension Schema {
  static let log = """
    CREATE TABLE IF NOT EXISTS log_key (
      journal INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      key TEXT NOT NULL,
      PRIMARY KEY (journal, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS log_checkpoint (
      journal INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      size INTEGER NOT NULL,
      PRIMARY KEY (journal, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS node (
      journal INTEGER NOT NULL,
      level INTEGER NOT NULL,
      number INTEGER NOT NULL,
      hash BLOB NOT NULL,
      PRIMARY KEY (journal, level, number)
    ) STRICT, WITHOUT ROWID;
    """
}
