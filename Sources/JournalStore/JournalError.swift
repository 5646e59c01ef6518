package import Telemetry

/// Why a journal cannot be opened, or did not take a record.
package enum JournalError: Error, Sendable, Hashable {
  /// The operating system refuses the file, its folder or its lock.
  case cannotOpen(path: String, reason: String)
  /// Another process writes this journal.
  case inUse(path: String, holder: String)
  /// The file is something else.
  case foreignFile(path: String, reason: String)
  /// The file was written by a later version of this program.
  case newerSchema(path: String, found: Int, known: Int)
  /// The file is of an earlier version, and no copy of it can be kept before it is changed.
  case cannotCopy(path: String, copy: String, reason: String)
  /// The journal belongs to another agent.
  case otherAgent(path: String, found: AgentID, expected: AgentID)
  /// The file contradicts itself.
  case damaged(path: String, reason: String)
  /// There is no journal, but its anchor says that there was one.
  case missing(path: String, anchor: String, seq: Int)
  /// The journal ends before the record that its anchor names: its write-ahead log lost its tail,
  /// or an older copy was put in its place.
  case tailLost(path: String, anchor: String, last: Int, anchored: Int)
  /// The journal's records are not those that its anchor vouches for.
  case altered(path: String, anchor: String, seq: Int, found: Digest, anchored: Digest)
  /// The anchor cannot be read.
  case anchorUnreadable(anchor: String, reason: String)
  /// SQLite did not take a setting that durability depends on.
  case settingRefused(path: String, setting: String, wanted: String, found: String)
  /// The disk does not take records now; nothing was acknowledged.
  case storage(path: String, reason: String)
  /// The disk failed in the middle of a commit, and it is not known yet whether the record is in.
  case uncertain(path: String, seq: Int, reason: String)
  /// The disk has not taken records for so long that the buffer in memory is full.
  case bufferFull(records: Int, bytes: Int, reason: String)
  /// The record is longer than any receiver would take.
  case recordTooLong(bytes: Int, limit: Int)
  case closed(path: String)
  /// A check was asked for of records that the journal does not hold.
  case noSuchRecord(path: String, last: Int)
  /// A part of a journal cannot be checked, since an earlier version of this program wrote it.
  case noNodes(path: String)
}

extension JournalError {
  /// Why the file must be set aside, so that a new journal goes on from it; nil for what a person
  /// must settle, or time will.
  package var succession: JournalSuccession.Reason? {
    switch self {
    case .damaged: .damaged
    case .tailLost: .tailLost
    case .altered: .altered
    case .missing: .missing
    default: nil
    }
  }
}

extension JournalError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .storage(let path, let reason):
      "the journal \(path) does not take records now: \(reason); nothing was acknowledged"
    case .uncertain(let path, let seq, let reason):
      "the journal \(path) failed while committing record \(seq): \(reason); "
        + "whether it is recorded will be known when the disk answers again"
    case .bufferFull(let records, let bytes, let reason):
      "\(records) records (\(bytes) bytes) wait in memory, which is all there is room for, "
        + "because the journal does not take them: \(reason)"
    case .recordTooLong(let bytes, let limit):
      "a record of \(bytes) bytes is too long; at most \(limit) are allowed"
    case .closed(let path): "the journal \(path) is closed"
    case .noNodes(let path):
      "\(path) was written by an earlier version, so only all of it can be checked: leave the range "
        + "out, or start the agent once"
    case .noSuchRecord(let path, let last):
      "the journal \(path) holds records 1 to \(last); name a range among them"
    default: openingFailure
    }
  }

  private var openingFailure: String {
    switch self {
    case .cannotOpen(let path, let reason):
      "the journal \(path) cannot be opened: \(reason); its folder must exist, and this user must "
        + "be allowed to write there"
    case .inUse(let path, let holder):
      "the journal \(path) is in use by \(holder); stop it, or give this agent a file of its own"
    case .foreignFile(let path, let reason):
      "\(path) is not a Lotline journal: \(reason); name another file"
    case .newerSchema(let path, let found, let known):
      "the journal \(path) has schema version \(found), and this program knows versions up to "
        + "\(known); install the version that wrote it, or a later one"
    case .cannotCopy(let path, let copy, let reason):
      "the journal \(path) is of an earlier version, and is kept as \(copy) before it is changed, "
        + "which failed: \(reason); make room there, or copy it yourself and set "
        + "journal.copy_before_migration to false"
    case .otherAgent(let path, let found, let expected):
      "the journal \(path) belongs to agent \(found), not to \(expected); "
        + "correct the agent's name, or give this agent a file of its own"
    case .damaged(let path, let reason):
      "the journal \(path) is damaged: \(reason)"
    case .settingRefused(let path, let setting, let wanted, let found):
      "SQLite keeps \(setting) at \(found) for \(path) where \(wanted) is needed; "
        + "without it a power cut would lose acknowledged records"
    default: anchorFailure
    }
  }

  private var anchorFailure: String {
    switch self {
    case .missing(let path, let anchor, let seq):
      "\(path) is missing or empty, but \(anchor) says that it held \(seq) records"
    case .tailLost(let path, let anchor, let last, let anchored):
      "the journal \(path) ends at record \(last), but \(anchor) says that record \(anchored) was "
        + "committed: the end was lost, or an older copy was restored"
    case .altered(let path, let anchor, let seq, let found, let anchored):
      "the journal \(path) was altered: at record \(seq) its root is \(found), but \(anchor) says "
        + "\(anchored)"
    case .anchorUnreadable(let anchor, let reason):
      "the anchor \(anchor) cannot be read: \(reason); check the journal against the hub, then "
        + "move the anchor away"
    default: "the journal failed"
    }
  }
}
