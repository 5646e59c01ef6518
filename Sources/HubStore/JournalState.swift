internal import FoundationEssentials
internal import GRDB
internal import Telemetry

/// How much of one journal the hub holds.
struct JournalState: Sendable, Hashable {
  /// The journal's row; nil while nothing of it is held.
  let id: Int64?
  let frontier: MerkleFrontier

  static func fetch(_ db: Database, agent: AgentID, journal: String) throws -> JournalState {
    let statement = try db.cachedStatement(
      sql: "SELECT id, size, frontier FROM journal WHERE agent = ? AND journal = ?"
    )
    guard let row = try Row.fetchOne(statement, arguments: [agent.text, journal]) else {
      return JournalState(id: nil, frontier: MerkleFrontier())
    }
    let bytes: Data = row["frontier"]
    guard let frontier = Self.frontier(size: row["size"], bytes: Array(bytes)) else {
      throw HubStoreError.damaged(
        "the hashes of journal \(journal) of \(agent) do not fit its size"
      )
    }
    return JournalState(id: row["id"], frontier: frontier)
  }

  /// One hash after the other.
  static func bytes(_ frontier: MerkleFrontier) -> Data {
    Data(frontier.hashes.flatMap(\.bytes))
  }

  private static func frontier(size: Int, bytes: [UInt8]) -> MerkleFrontier? {
    let hashes = stride(from: 0, to: bytes.count, by: 32)
      .compactMap { Digest(bytes: bytes[$0..<min($0 + 32, bytes.count)]) }
    return MerkleFrontier(size: size, hashes: hashes)
  }

  func mark(agent: AgentID, journal: String) -> HubMark {
    HubMark(agent: agent, journal: journal, seq: frontier.size, root: frontier.root)
  }
}
