package import Telemetry

/// Why the hub does not take a batch; nothing of it was kept.
package struct IntakeRefusal: Error, Sendable, Hashable, CustomStringConvertible {
  package enum Reason: Sendable, Hashable {
    /// Records between the last one held and the first of the batch are missing.
    case gap(expected: Int, received: Int)
    /// The hub holds other bytes under this sequence number.
    case altered(seq: Int)
    /// The records do not yield the root that the batch claims.
    case rootMismatch(seq: Int, claimed: Digest, computed: Digest)
    /// The journal's first record does not open the journal that the batch names.
    case foreignJournal(String)
    /// The bytes of a record are not a record, or not the one that belongs there.
    case malformed(seq: Int, String)
    /// A record names another that the journal does not hold, or not so.
    case unknownReference(seq: Int, String)
    /// A key is not vouched for, or a checkpoint is not of the records before it.
    case untrusted(seq: Int, String)
  }

  package let reason: Reason

  /// What the hub holds of the journal, before and after.
  package let mark: HubMark

  package init(_ reason: Reason, mark: HubMark) {
    self.reason = reason
    self.mark = mark
  }

  package var description: String {
    switch reason {
    case .gap(let expected, let received):
      "the hub holds records 1 to \(expected - 1) of this journal and needs \(expected) next, "
        + "but the batch begins with \(received); send from \(expected)"
    case .altered(let seq):
      "record \(seq) differs from the one that the hub holds under this number; "
        + "records never change, so somebody must look at the agent's journal"
    case .rootMismatch(let seq, let claimed, let computed):
      "with record \(seq) the journal's root is \(computed) by the hub's count, but the batch "
        + "claims \(claimed); the agent's journal and the hub's have gone separate ways"
    case .foreignJournal(let text): text
    case .malformed(let seq, let text), .unknownReference(let seq, let text),
      .untrusted(let seq, let text):
      "record \(seq): \(text)"
    }
  }
}
