internal import MerkleLog
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

  /// Checks every record's bytes against its hash, all hashes against the journal's root, and every
  /// checkpoint against both and the journal's keys.
  ///
  /// - Parameters:
  ///   - trusted: Public keys that the journals of an agent must be signed by; the first key of any
  ///     other is trusted.
  ///   - progress: Told now and then how many records of all journals are done, of how many.
  ///   - found: Told of each journal when it is checked.
  /// - Throws: ``HubStoreError`` when the file cannot be read, and what `found` throws.
  package func verify(
    trusted: [AgentID: Set<[UInt8]>] = [:],
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in },
    _ found: (JournalCheck) throws -> Void
  ) async throws {
    let journals = try await journals()
    let total = journals.reduce(0) { $0 + $1.records }
    var before = 0
    for journal in journals {
      let problem = try await firstProblem(of: journal, trusted[journal.agent] ?? []) {
        progress(before + $0, total)
      }
      before += journal.records
      try found(
        JournalCheck(
          agent: journal.agent,
          journal: journal.journal,
          records: journal.records,
          problem: problem
        )
      )
    }
  }

  private func firstProblem(
    of journal: JournalListing,
    _ trusted: Set<[UInt8]>,
    _ progress: (_ done: Int) -> Void
  ) async throws -> JournalCheck.Problem? {
    let origin = JournalOpening.origin(agent: journal.agent, journal: journal.journal)
    var audit = JournalAudit(SignatureChain(origin: origin, trusted: trusted))
    for first in stride(from: 1, through: journal.records, by: Self.checkPage) {
      progress(first - 1)
      let last = min(first + Self.checkPage - 1, journal.records)
      let page = try await page(agent: journal.agent, journal: journal.journal, first...last)
      do throws(AuditFinding) {
        for record in page {
          try audit.take(seq: record.seq, body: record.body, leaf: record.leaf)
        }
        if audit.tree.size < last { throw AuditFinding(audit.tree.size + 1, "it is missing") }
      } catch {
        return .init(seq: error.seq, detail: error.detail)
      }
    }
    guard audit.tree.root == journal.root else {
      return .init(
        seq: nil,
        detail: "the root of its records is \(audit.tree.root), but the hub acknowledged "
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
}
