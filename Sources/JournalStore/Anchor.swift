internal import FoundationEssentials
internal import Telemetry

/// The last committed record and root, in a small file beside the journal.
///
/// A write-ahead log that lost its tail passes every check of SQLite's; only something outside the
/// database can tell. The anchor never runs ahead of what is durable.
struct Anchor: Codable, Equatable {
  let agent: AgentID

  /// ``JournalOpening/journal``.
  let journal: String
  let seq: Int
  let root: Digest

  /// Lets the check at open go on from here, instead of from the first record.
  let frontier: MerkleFrontier

  init(opening: JournalOpening, frontier: MerkleFrontier) {
    agent = opening.agent
    journal = opening.journal
    seq = frontier.size
    root = frontier.root
    self.frontier = frontier
  }

  static func path(for journal: String) -> String { journal + ".anchor" }

  /// - Returns: nil when there is none.
  static func read(for journal: String) throws -> Anchor? {
    let path = path(for: journal)
    guard Files.exists(path) else { return nil }
    do {
      let data = try Data(contentsOf: URL(filePath: path))
      let anchor = try JSONDecoder().decode(Anchor.self, from: data)
      guard
        let frontier = MerkleFrontier(size: anchor.frontier.size, hashes: anchor.frontier.hashes),
        frontier.size == anchor.seq, frontier.root == anchor.root
      else { throw JournalError.anchorUnreadable(anchor: path, reason: "it contradicts itself") }
      return anchor
    } catch let error as JournalError {
      throw error
    } catch {
      throw JournalError.anchorUnreadable(anchor: path, reason: "\(error)")
    }
  }

  func write(for journal: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    try Files.replace(Self.path(for: journal), with: Array(encoder.encode(self)) + [0x0A])
  }

  /// Compares the anchor with the journal that it lies beside.
  ///
  /// - Throws: ``JournalError`` naming both when the journal is not a continuation of it.
  func check(_ file: JournalFile, head: MerkleFrontier, opening: JournalOpening) throws {
    let path = Self.path(for: file.path)
    guard journal == opening.journal, agent == opening.agent else {
      throw JournalError.anchorUnreadable(
        anchor: path,
        reason: "it belongs to journal \(journal) of \(agent), beside \(opening.journal) "
          + "of \(opening.agent)"
      )
    }
    guard head.size >= seq else {
      throw JournalError.tailLost(
        path: file.path,
        anchor: path,
        last: head.size,
        anchored: seq
      )
    }
    var extended = frontier
    while extended.size < head.size {
      let leaves = try file.leaves(after: extended.size, limit: 10_000)
      if leaves.isEmpty { break }
      for leaf in leaves { extended.append(leaf) }
    }
    guard extended == head else {
      throw JournalError.altered(
        path: file.path,
        anchor: path,
        seq: head.size,
        found: head.root,
        anchored: extended.root
      )
    }
  }
}
