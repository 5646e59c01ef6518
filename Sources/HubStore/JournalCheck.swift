package import Telemetry

/// What checking one journal's stored bytes found.
package struct JournalCheck: Sendable, Hashable, Codable {
  package let agent: AgentID
  package let journal: String

  /// Records that the hub says it holds.
  package let records: Int

  /// The first thing that is wrong; nil when all is as it was taken.
  package let problem: Problem?

  /// Something that is not as it was taken.
  package struct Problem: Sendable, Hashable, Codable {
    /// The record; nil when it is the journal as a whole.
    package let seq: Int?

    /// What is wrong, in words.
    package let detail: String
  }
}

extension HubReader {
  /// Records that are in memory at once while a journal is checked.
  private static let checkPage = 2_000

  /// Checks every record's bytes against its hash, and all hashes against the journal's root.
  ///
  /// `found` is told of each journal when it is checked.
  package func verify(_ found: (JournalCheck) throws -> Void) async throws {
    for journal in try await journals() { try found(try await verify(journal)) }
  }

  private func verify(_ journal: JournalListing) async throws -> JournalCheck {
    JournalCheck(
      agent: journal.agent,
      journal: journal.journal,
      records: journal.records,
      problem: try await firstProblem(of: journal)
    )
  }

  private func firstProblem(of journal: JournalListing) async throws -> JournalCheck.Problem? {
    var frontier = MerkleFrontier()
    for first in stride(from: 1, through: journal.records, by: Self.checkPage) {
      let last = min(first + Self.checkPage - 1, journal.records)
      let page = try await page(agent: journal.agent, journal: journal.journal, first...last)
      for record in page {
        if let problem = Self.problem(of: record, expecting: frontier.size + 1) { return problem }
        frontier.append(.leaf(record.body))
      }
      if frontier.size < last { return Self.missing(frontier.size + 1) }
    }
    guard frontier.root == journal.root else {
      return .init(
        seq: nil,
        detail: "the root of its records is \(frontier.root), but the hub acknowledged "
          + (journal.root?.description ?? "something that is no hash")
      )
    }
    let last = try await lastStored(agent: journal.agent, journal: journal.journal)
    let held = try await mark(agent: journal.agent, journal: journal.journal).seq
    if last > held {
      return .init(seq: held + 1, detail: "it was never acknowledged, but lies in the file")
    }
    return nil
  }

  private static func problem(
    of record: StoredRecord,
    expecting seq: Int
  ) -> JournalCheck.Problem? {
    if record.seq != seq { return missing(seq) }
    if Digest.leaf(record.body).bytes != record.leaf {
      return .init(seq: seq, detail: "its bytes are not those that the hub took: the hash differs")
    }
    do {
      let decoded = try RecordCoding.decode(record.body)
      guard decoded.seq != seq else { return nil }
      return .init(seq: seq, detail: "its bytes say that it is record \(decoded.seq)")
    } catch {
      return .init(seq: seq, detail: error.description)
    }
  }

  private static func missing(_ seq: Int) -> JournalCheck.Problem {
    .init(seq: seq, detail: "it is missing")
  }
}
