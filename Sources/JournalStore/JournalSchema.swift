/// The journal's tables and views.
///
/// A journal reads with nothing but the `sqlite3` shell: `SELECT * FROM reading WHERE lot = 'L-1'`.
enum JournalSchema {
  /// "Lotl": says in the file's header whose it is (`PRAGMA application_id`).
  static let applicationID = 0x4C6F_746C

  /// `PRAGMA user_version`; a program refuses a version above the one it knows.
  ///
  /// 1 had no nodes; 2 has them.
  static let version = 2

  /// Of 4, 8, 16 and 32 KiB, with 50-value frames: as fast as any in large commits and the fastest
  /// in commits of 10 frames, which each write at least two pages.
  static let pageBytes = 8_192

  /// The write-ahead log is checkpointed when it has this many pages: 8 MiB.
  static let checkpointPages = 1_024

  /// What stays of a log that a long reader made grow.
  static let logBytesLimit = 67_108_864

  static let statements = [
    """
    CREATE TABLE record(
      seq INTEGER PRIMARY KEY,  -- 1, 2, 3 ... without holes
      body TEXT NOT NULL,       -- the record, as it is hashed and sent
      leaf BLOB NOT NULL        -- SHA-256 of 0x00 and body (RFC 9162, 2.1.1)
    ) STRICT
    """,
    """
    CREATE TABLE story(         -- the records that are not frames
      seq INTEGER PRIMARY KEY,
      type TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE head(          -- one row: the Merkle tree over all records
      id INTEGER PRIMARY KEY CHECK (id = 1),
      size INTEGER NOT NULL,
      root BLOB NOT NULL,
      frontier BLOB NOT NULL    -- roots of its complete subtrees, largest first
    ) STRICT
    """,
    nodeTable,
    """
    CREATE TABLE cursor(        -- how much each uplink's hub has confirmed
      uplink TEXT PRIMARY KEY,
      size INTEGER NOT NULL,
      root BLOB NOT NULL,
      frontier BLOB NOT NULL
    ) STRICT
    """,
    """
    CREATE TRIGGER record_is_final_update BEFORE UPDATE ON record
    BEGIN SELECT RAISE(ABORT, 'records never change'); END
    """,
    """
    CREATE TRIGGER record_is_final_delete BEFORE DELETE ON record
    BEGIN SELECT RAISE(ABORT, 'records are never deleted'); END
    """,
    readingView,
    eventView,
  ]

  /// What a proof needs beside the leaves, so that it never reads all of them (``MerkleNode``).
  static let nodeTable = """
    CREATE TABLE IF NOT EXISTS node(
      level INTEGER NOT NULL,   -- 8, 16 ...: the root of a complete subtree of 2^level records
      number INTEGER NOT NULL,  -- 0, 1, 2 ... from the left
      hash BLOB NOT NULL,
      PRIMARY KEY (level, number)
    ) STRICT, WITHOUT ROWID
    """

  /// One row per reading, and per station and lot where there are several.
  ///
  /// At a conveyor, a reading belongs to the place of its signal; `unsure` is 1 where the lot is one of
  /// those that may have been there.
  static let readingView = """
    CREATE VIEW reading AS
    SELECT
      record.seq AS seq,
      json_extract(record.body, '$.at') AS at,
      json_extract(layout.body, '$.device') AS device,
      json_extract(layout.body, '$.signals[' || item.key || '].name') AS signal,
      item.value AS value,
      json_extract(layout.body, '$.signals[' || item.key || '].unit') AS unit,
      coalesce(
        CASE json_type(record.body, '$.q')
          WHEN 'text' THEN json_extract(record.body, '$.q')
          WHEN 'object' THEN json_extract(record.body, '$.q."' || item.key || '"')
        END,
        'good'
      ) AS quality,
      CASE place.type
        WHEN 'object' THEN json_extract(place.value, '$.station') ELSE place.value
      END AS station,
      json_extract(binding.body, '$.lot') AS lot,
      json_extract(binding.body, '$.part') AS part,
      json_extract(binding.body, '$.work_order') AS work_order,
      json_extract(binding.body, '$.operator') AS operator,
      json_extract(binding.body, '$.program') AS program,
      EXISTS (
        SELECT 1 FROM json_each(record.body, '$.unsure') AS doubt WHERE doubt.value = place.key
      ) AS unsure,
      json_extract(binding.body, '$.lane') AS lane,
      (
        SELECT group_concat(member.value, ', ') FROM json_each(crew.body, '$.operators') AS member
      ) AS crew
    FROM record
    JOIN record AS layout ON layout.seq = json_extract(record.body, '$.layout')
    JOIN json_each(record.body, '$.v') AS item
    LEFT JOIN json_each(
      coalesce(
        json_extract(layout.body, '$.places'), json_extract(layout.body, '$.stations')
      )
    ) AS place ON
      place.type <> 'object'
      OR json_extract(place.value, '$.position')
        IS json_extract(layout.body, '$.signals[' || item.key || '].position')
      OR NOT EXISTS (
        SELECT 1 FROM json_each(layout.body, '$.conveyors') AS conveyor
        WHERE json_extract(conveyor.value, '$.station') = json_extract(place.value, '$.station')
      )
    LEFT JOIN json_each(record.body, '$.bind[' || place.key || ']') AS bound
    LEFT JOIN record AS binding ON binding.seq = bound.value
    LEFT JOIN json_each(layout.body, '$.stations') AS there
      ON there.value = CASE place.type
        WHEN 'object' THEN json_extract(place.value, '$.station') ELSE place.value
      END
    LEFT JOIN record AS crew ON crew.seq = json_extract(record.body, '$.crew[' || there.key || ']')
    WHERE substr(record.body, 1, 15) = '{"type":"frame"'
    """

  /// One row per record that is not a frame.
  private static let eventView = """
    CREATE VIEW event AS
    SELECT
      story.seq AS seq,
      json_extract(record.body, '$.at') AS at,
      story.type AS type,
      json_extract(record.body, '$.station') AS station,
      json_extract(record.body, '$.device') AS device,
      coalesce(json_extract(record.body, '$.lot'), json_extract(record.body, '$.output')) AS lot,
      json_extract(record.body, '$.operator') AS operator,
      coalesce(
        json_extract(record.body, '$.detail'),
        json_extract(record.body, '$.reason'),
        json_extract(record.body, '$.name')
      ) AS detail
    FROM story JOIN record ON record.seq = story.seq
    """
}
