package import MerkleLog
package import Telemetry

/// Who signs a journal, as its records and its key files say together.
///
/// A rotation is recorded before the files change, so a start that finds both keys knows from the
/// record which of them signs.
package struct JournalSigning: Sendable {
  package let keys: JournalKeys
  package private(set) var signer: NoteSigner

  /// What must be recorded before anything is signed; nil when the journal knows its key.
  package private(set) var change: (content: JournalKey, slot: JournalKeys.Slot)?

  /// Finds the key that signs, and makes one where the journal never had any.
  ///
  /// - Parameters:
  ///   - keys: Where keys lie.
  ///   - origin: The journal.
  ///   - recorded: The journal's last key record.
  /// - Throws: ``KeyFileError`` when the key that the journal names is not there.
  package init(_ keys: JournalKeys, origin: String, recorded: JournalKey?) throws {
    self.keys = keys
    let known = recorded.flatMap { NoteKey($0.key) }
    guard let known else {
      let secret = try keys.read(.current) ?? keys.create(.current)
      signer = try Self.signer(origin, secret)
      change = (try KeyStatement.record(origin: origin, new: signer), .current)
      return
    }
    for slot in [JournalKeys.Slot.next, .replacement] {
      guard let secret = try keys.read(slot) else { continue }
      let candidate = try Self.signer(origin, secret)
      // The record came to be, and then nothing more.
      guard candidate.key == known else { continue }
      signer = candidate
      try keys.promote(slot)
      return
    }
    if let secret = try keys.read(.replacement) {
      signer = try Self.signer(origin, secret)
      let content = try KeyStatement.record(origin: origin, new: signer, lost: known)
      change = (content, .replacement)
      return
    }
    guard let secret = try keys.read(.current) else {
      throw KeyFileError.lost(path: keys.path(of: .current), recorded: "\(known)")
    }
    signer = try Self.signer(origin, secret)
    guard signer.key == known else {
      throw KeyFileError.otherKey(
        path: keys.path(of: .current),
        recorded: "\(known)",
        found: "\(signer.key)"
      )
    }
  }

  /// What must be recorded for the next key to sign, when one waits.
  ///
  /// - Returns: nil when none does.
  package func rotation(origin: String) throws -> (content: JournalKey, signer: NoteSigner)? {
    guard keys.has(.next), let secret = try keys.read(.next) else { return nil }
    let next = try Self.signer(origin, secret)
    // A credential stays where it is after it was taken over.
    if next.key == signer.key { return nil }
    return (try KeyStatement.record(origin: origin, new: next, old: signer), next)
  }

  /// Takes note that ``change`` is recorded, durably.
  package mutating func changeRecorded() throws(KeyFileError) {
    guard let slot = change?.slot else { return }
    change = nil
    if slot != .current { try keys.promote(slot) }
  }

  /// Takes note that the next key is recorded, durably: it signs from now on.
  package mutating func rotated(to next: NoteSigner) throws(KeyFileError) {
    signer = next
    try keys.promote(.next)
  }

  private static func signer(_ origin: String, _ secret: SecretKey) throws -> NoteSigner {
    guard let signer = NoteSigner(name: origin, secret: secret) else {
      preconditionFailure("agents and journals have names without spaces")
    }
    return signer
  }
}
