package import HubStore
package import Telemetry

/// An error as the hub answers it (RFC 9457), media type `application/problem+json`.
package struct HubProblem: Error, Sendable, Hashable, Codable, CustomStringConvertible {
  /// Stable code: `sequence-gap`, `altered-record`, `unknown-lot`.
  package let type: String
  package let title: String

  /// HTTP status.
  package let status: Int

  /// What happened, where, and what to do.
  package let detail: String

  /// What the hub holds of the journal that the request was about.
  package let mark: HubMark?

  /// Lots that may have been meant.
  package let near: [String]?

  /// What is wrong with a list that was sent.
  package let findings: [ListFinding]?

  package init(
    _ type: String,
    _ title: String,
    status: Int,
    detail: String,
    mark: HubMark? = nil,
    near: [String]? = nil,
    findings: [ListFinding]? = nil
  ) {
    self.type = type
    self.title = title
    self.status = status
    self.detail = detail
    self.mark = mark
    self.near = near
    self.findings = findings
  }

  package var description: String { detail }

  /// A refusal as an answer: 400 where bytes are wrong, 409 where they do not fit what is held.
  package init(_ refusal: IntakeRefusal) {
    let (type, title, status) =
      switch refusal.reason {
      case .gap: ("sequence-gap", "Records are missing", 409)
      case .altered: ("altered-record", "A record was altered", 409)
      case .rootMismatch: ("root-mismatch", "The journal's root differs", 409)
      case .foreignJournal: ("foreign-journal", "The journal is another's", 409)
      case .malformed: ("malformed-record", "A record cannot be read", 400)
      case .unknownReference: ("unknown-reference", "A record names one that is not there", 409)
      case .untrusted: ("untrusted-signature", "A key or checkpoint cannot be believed", 409)
      }
    self.init(type, title, status: status, detail: refusal.description, mark: refusal.mark)
  }

  static func malformed(_ detail: String) -> HubProblem {
    HubProblem("malformed-batch", "Not a batch of records", status: 400, detail: detail)
  }

  static func tooLarge(_ what: String, limit: Int?) -> HubProblem {
    let most = limit.map { ", at most \($0) are allowed" } ?? ""
    return HubProblem(
      "batch-too-large",
      "The batch is too large",
      status: 413,
      detail: "the hub does not take this batch: \(what)\(most); send fewer records at once"
    )
  }

  static func addressedWrongly(to agent: AgentID, batchOf other: AgentID) -> HubProblem {
    HubProblem(
      "foreign-journal",
      "The journal is another's",
      status: 409,
      detail: "the batch is of agent \(other), but was sent to the address of agent \(agent)"
    )
  }

  static func badRequest(_ detail: String) -> HubProblem {
    HubProblem("bad-request", "The request cannot be understood", status: 400, detail: detail)
  }

  static func unknownStart(_ error: UnknownLot) -> HubProblem {
    HubProblem("unknown-lot", "No record names this lot", status: 404, detail: "\(error)")
  }

  static func unknownLot(_ lot: LotID, near: [String]) -> HubProblem {
    let hint =
      near.isEmpty
      ? "it may not have reached the hub yet" : "did you mean \(near.joined(separator: ", "))?"
    return HubProblem(
      "unknown-lot",
      "No record names this lot",
      status: 404,
      detail: "no record names lot \(lot); \(hint)",
      near: near
    )
  }
}
