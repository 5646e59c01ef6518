internal import FoundationEssentials
internal import GRDB
package import Genealogy
internal import MerkleLog
package import Telemetry

/// Reads the hub's file, whether or not a hub runs; never writes and never checkpoints.
package struct HubReader: Sendable {
  private let queue: DatabaseQueue

  /// Longest wait for another process to let go of the file.
  private static let busyTimeout = 5.0

  /// - Throws: ``HubStoreError``.
  package init(path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else {
      throw HubStoreError.missing(path: path)
    }
    var configuration = Configuration()
    configuration.readonly = true
    configuration.label = "hub reader"
    configuration.busyMode = .timeout(Self.busyTimeout)
    do {
      queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.read { db in try FileCheck.check(db, path: path) }
    } catch let error as DatabaseError {
      throw FileCheck.opening(path, error)
    }
  }

  /// What the hub holds of a journal; sequence number 0 for one that it does not know.
  package func mark(agent: AgentID, journal: String) async throws -> HubMark {
    try await queue.read { db in
      try JournalState.fetch(db, agent: agent, journal: journal)
        .mark(agent: agent, journal: journal)
    }
  }

  func close() throws { try queue.close() }

  /// One look at the file as it is at one moment.
  func read<Result: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Result
  ) async throws -> Result {
    try await queue.read(body)
  }

  /// The same, for those that cannot wait otherwise.
  func look<Result>(_ body: (Database) throws -> Result) throws -> Result { try queue.read(body) }

  func state(agent: AgentID, journal: String) async throws -> JournalState {
    try await queue.read { db in try JournalState.fetch(db, agent: agent, journal: journal) }
  }

  /// What the hub knows of a journal's keys.
  func chain(
    of origin: String,
    journal: Int64?,
    trusted: Set<[UInt8]>
  ) async throws -> SignatureChain {
    try await queue.read { db in
      try LogIntake.chain(db, journal: journal, origin: origin, trusted: trusted)
    }
  }

  /// Leaf hashes of records that are held.
  func leaves(journal: Int64, _ range: ClosedRange<Int>) async throws -> [Digest] {
    try await queue.read { db in
      let rows = try Data.fetchAll(
        db,
        sql: "SELECT leaf FROM record WHERE position BETWEEN ? AND ? ORDER BY position",
        arguments: [
          Schema.position(journal: journal, seq: range.lowerBound),
          Schema.position(journal: journal, seq: range.upperBound),
        ]
      )
      let leaves = rows.compactMap { Digest(bytes: $0) }
      guard leaves.count == range.count else {
        throw HubStoreError.damaged("records between \(range) are missing")
      }
      return leaves
    }
  }

  /// Traces a lot down and, where wanted, up.
  ///
  /// - Returns: nil when no record names the lot.
  package func trace(
    _ lot: LotID,
    serial: Label? = nil,
    at: Instant,
    upwards: Bool = true,
    as basis: TraceBasis = .corrected,
    limits: TraceLimits = TraceLimits()
  ) async throws -> LotTrace? {
    try await queue.read { db in
      let recorded = SQLGenealogy(db: db)
      switch basis {
      case .recorded:
        return try LotTracer(recorded, limits: limits)
          .trace(lot, serial: serial, at: at, upwards: upwards, as: basis)
      case .corrected:
        return try LotTracer(try CorrectedGenealogy(recorded), limits: limits)
          .trace(lot, serial: serial, at: at, upwards: upwards, as: basis)
      }
    }
  }

  /// The pieces with a serial number or UDI, in whatever spelling of it, and the lots that they are of.
  package func pieces(
    named name: String,
    as basis: TraceBasis = .corrected
  ) async throws -> [PieceListing] {
    try await queue.read { db in try PieceListing.fetch(db, named: name, as: basis) }
  }

  /// What a name that somebody typed leads to.
  package enum Found: Sendable {
    case trace(LotTrace)

    /// It is the serial number or UDI of several pieces.
    case pieces([PieceListing])

    /// No record has it; names of lots that may have been meant, nearest first.
    case nothing(near: [String])
  }

  /// Traces the lot with a name; where there is none, the piece with that serial number or UDI.
  package func find(
    _ name: LotID,
    serial: Label? = nil,
    at: Instant,
    upwards: Bool = true,
    as basis: TraceBasis = .corrected
  ) async throws -> Found {
    if let trace = try await trace(name, serial: serial, at: at, upwards: upwards, as: basis) {
      return .trace(trace)
    }
    let pieces = serial == nil ? try await pieces(named: name.text, as: basis) : []
    if pieces.count > 1 { return .pieces(pieces) }
    if let piece = pieces.first,
      let trace = try await trace(
        piece.lot,
        serial: piece.serial,
        at: at,
        upwards: upwards,
        as: basis
      )
    {
      return .trace(trace)
    }
    return .nothing(near: try await lots(near: name.text))
  }

  /// What the hub knows of an instrument; nil when no record names it.
  package func instrument(_ name: Label) async throws -> InstrumentTrace? {
    try await queue.read { db in try InstrumentQuery(db: db).trace(name) }
  }

  /// Instruments that were calibrated or that a layout names, in order.
  package func instruments() async throws -> [String] {
    try await queue.read { db in try InstrumentQuery(db: db).names() }
  }

  /// Lots in the order in which the hub heard of them, the latest first.
  ///
  /// At most `limit`, those that follow `after`, the last lot of the page before.
  ///
  /// - Throws: ``UnknownLot`` when no record names `after`.
  package func lots(limit: Int, after: LotID? = nil) async throws -> [LotListing] {
    try await queue.read { db in
      if let after {
        let sql = "SELECT id FROM lot WHERE lot = ?"
        guard try Int64.fetchOne(db, sql: sql, arguments: [after.text]) != nil else {
          throw UnknownLot(lot: after)
        }
      }
      let statement = try db.cachedStatement(
        sql: """
          SELECT lot, part, material, first_at, last_at FROM lot
          WHERE id < coalesce((SELECT id FROM lot WHERE lot = ?), 9223372036854775807)
          ORDER BY id DESC LIMIT ?
          """
      )
      return try Row.fetchAll(statement, arguments: [after?.text, limit]).map(LotListing.init(row:))
    }
  }

  /// Names of lots that somebody who mistyped may have meant, nearest first.
  package func lots(near name: String) async throws -> [String] {
    try await queue.read { db in
      NearNames.of(
        name,
        among: try String.fetchAll(
          db,
          sql: "SELECT lot FROM lot ORDER BY id DESC LIMIT ?",
          arguments: [Self.nearNamesLimit]
        )
      )
    }
  }

  /// Lots, the latest, among which a mistyped name is looked for.
  private static let nearNamesLimit = 5_000

  /// Every journal that the hub holds.
  package func journals() async throws -> [JournalListing] {
    try await queue.read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM journal ORDER BY agent, id")
        .map(JournalListing.init(row:))
    }
  }

  /// Records of a journal with their stored leaves, as they are, a page at a time.
  func page(
    agent: AgentID,
    journal: String,
    _ range: ClosedRange<Int>
  ) async throws -> [StoredRecord] {
    try await queue.read { db in
      guard let id = try JournalState.fetch(db, agent: agent, journal: journal).id else {
        return []
      }
      return try StoredRecord.fetch(db, journal: id, range)
    }
  }

  /// The greatest sequence number among a journal's stored records, 0 without any.
  func lastStored(agent: AgentID, journal: String) async throws -> Int {
    try await queue.read { db in
      guard let id = try JournalState.fetch(db, agent: agent, journal: journal).id else { return 0 }
      let position = try Int64.fetchOne(
        db,
        sql: "SELECT max(position) FROM record WHERE position BETWEEN ? AND ?",
        arguments: [
          Schema.position(journal: id, seq: 0),
          Schema.position(journal: id, seq: 1 << Schema.seqBits - 1),
        ]
      )
      return Int((position ?? 0) & (1 << Schema.seqBits - 1))
    }
  }
}
