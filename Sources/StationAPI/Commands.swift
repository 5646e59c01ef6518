package import Telemetry

/// The answer to every command: the record that now is durable.
///
/// Whoever holds a receipt can rely on the record (`design`, "what must always hold", 1).
package struct Receipt: Sendable, Hashable, Codable {
  package let seq: Int
  package let at: Instant

  /// What was recorded, in words: "reflow-1 works on lot PCB-7 from 12:00:00".
  package let summary: String

  /// What is doubtful about it, of which the record holds the codes; nil when nothing is.
  package let notes: [BindingNote]?

  package init(seq: Int, at: Instant, summary: String, notes: [BindingNote]? = nil) {
    self.seq = seq
    self.at = at
    self.summary = summary
    self.notes = notes
  }
}

/// An error as the API answers it (RFC 9457), media type `application/problem+json`.
package struct Problem: Error, Sendable, Hashable, Codable, CustomStringConvertible {
  /// Stable code: `unknown-station`, `station-busy`, `bad-request`.
  package let type: String
  package let title: String

  /// HTTP status.
  package let status: Int

  /// What happened, where, and what to do.
  package let detail: String

  /// What is wrong in the files that a reload read; nil for every other problem.
  package let findings: [ProblemFinding]?

  /// What became of a write that was recorded and not done; nil for every other problem.
  package let write: WriteReceipt?

  /// The rules that refuse a command, and why; nil for every other problem.
  package let notes: [BindingNote]?

  /// Why a code was not taken; nil for every other problem.
  package let scan: ScanRefusal?

  package init(
    type: String,
    title: String,
    status: Int,
    detail: String,
    findings: [ProblemFinding]? = nil,
    write: WriteReceipt? = nil,
    notes: [BindingNote]? = nil,
    scan: ScanRefusal? = nil
  ) {
    self.type = type
    self.title = title
    self.status = status
    self.detail = detail
    self.findings = findings
    self.write = write
    self.notes = notes
    self.scan = scan
  }

  package var description: String { detail }
}
