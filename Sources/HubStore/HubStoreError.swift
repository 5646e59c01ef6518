/// Why the hub's file cannot be used.
package enum HubStoreError: Error, Sendable, Hashable {
  case missing(path: String)
  case cannotOpen(path: String, reason: String)
  case foreign(path: String)
  case newer(path: String, version: Int)
  case inUse(path: String)
  case notDurable(path: String, synchronous: Int, journalMode: String)
  /// Another writer took the same journal's records at the same time, again and again.
  case contended(agent: String)
  /// What is stored cannot be read back; `verify` says what is wrong.
  case damaged(String)
}

extension HubStoreError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missing(let path):
      "there is no hub database at \(path); start the hub once (lotline-hub serve), or check the path"
    case .cannotOpen(let path, let reason):
      "cannot open the hub database \(path): \(reason); its folder must exist, and this user must be "
        + "allowed to write there"
    case .foreign(let path):
      "\(path) is not a database of lotline-hub, but another file; it is left untouched"
    case .newer(let path, let version):
      "\(path) was written by a newer lotline-hub (layout \(version), this one knows "
        + "\(Schema.version)); use that version"
    case .inUse(let path):
      "another lotline-hub writes to \(path); stop it first, one database has one writer"
    case .notDurable(let path, let synchronous, let journalMode):
      "\(path) cannot be written durably (synchronous \(synchronous) instead of 2, journal mode "
        + "\(journalMode) instead of wal); put it on a local disk"
    case .contended(let agent):
      "two senders deliver the journal of \(agent) at once; stop one of them"
    case .damaged(let reason):
      "the hub database is damaged: \(reason); run lotline-hub verify"
    }
  }
}
