extension Schema {
  /// The plant's lists, every revision of them: an entry is in force from `revision` on, until that of
  /// `until`.
  static let lists = """

    CREATE TABLE IF NOT EXISTS plant_list (
      list TEXT NOT NULL,
      revision INTEGER NOT NULL,
      sha256 BLOB NOT NULL,
      entries INTEGER NOT NULL,
      put_by TEXT NOT NULL,
      put_at INTEGER NOT NULL,
      reason TEXT,
      changed INTEGER NOT NULL,
      removed INTEGER NOT NULL,
      PRIMARY KEY (list, revision)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS plant_list_entry (
      list TEXT NOT NULL,
      key TEXT NOT NULL,
      revision INTEGER NOT NULL,
      until INTEGER,
      body TEXT NOT NULL,
      PRIMARY KEY (list, key, revision)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS plant_list_entry_in_force ON plant_list_entry (list, key)
      WHERE until IS NULL;
    """
}
