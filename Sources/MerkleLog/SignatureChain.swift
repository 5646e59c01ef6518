package import Telemetry

/// Follows a journal's keys and checkpoints, record by record: each key is vouched for by the one
/// before, and each checkpoint is of exactly the records before it.
package struct SignatureChain: Sendable, Hashable {
  /// Public keys that somebody outside of the journal vouches for; empty to trust the first.
  package let trusted: Set<[UInt8]>
  package let origin: String

  /// The key in force, and the record that says so; nil before the first.
  package private(set) var key: NoteKey?

  /// The last checkpoint and its record; nil before the first.
  package private(set) var last: (seq: Int, checkpoint: Checkpoint)? {
    get { lastSeen.map { ($0.seq, $0.checkpoint) } }
    set { lastSeen = newValue.map { Seen(seq: $0.seq, checkpoint: $0.checkpoint) } }
  }

  private var lastSeen: Seen?

  private struct Seen: Sendable, Hashable {
    let seq: Int
    let checkpoint: Checkpoint
  }

  package init(origin: String, trusted: Set<[UInt8]> = []) {
    self.origin = origin
    self.trusted = trusted
  }

  /// Goes on where another left off.
  ///
  /// - Parameters:
  ///   - origin: The journal.
  ///   - trusted: As of ``trusted``.
  ///   - key: The key in force.
  package init(origin: String, trusted: Set<[UInt8]>, key: NoteKey) {
    self.init(origin: origin, trusted: trusted)
    self.key = key
  }

  /// Takes a key or a checkpoint; other records are none of its business.
  ///
  /// - Parameters:
  ///   - record: The record.
  ///   - tree: The tree over all records before it.
  /// - Throws: ``SignatureProblem``; then nothing is changed.
  package mutating func take(
    _ record: Record,
    after tree: MerkleFrontier
  ) throws(SignatureProblem) {
    switch record.content {
    case .key(let change): try take(change, seq: record.seq)
    case .checkpoint(let checkpoint): try take(checkpoint, seq: record.seq, after: tree)
    default: break
    }
  }

  private mutating func take(_ change: JournalKey, seq: Int) throws(SignatureProblem) {
    guard let new = NoteKey(change.key), let note = SignedNote(encoded: change.note) else {
      throw SignatureProblem(seq, "it names no key, or not as a signed note")
    }
    let replaced = change.replaces.flatMap { NoteKey($0) }
    guard (replaced == nil) == (change.replaces == nil), new.name == origin,
      note.text == KeyStatement(origin: origin, key: new, replaces: replaced).text
    else { throw SignatureProblem(seq, "its note does not say what the record says") }
    guard note.isSigned(by: new) else {
      throw SignatureProblem(seq, "its key \(new) has not signed it")
    }
    guard replaced == key else {
      throw SignatureProblem(
        seq,
        "it replaces \(change.replaces ?? "no key"), but the key in force is "
          + (key.map { "\($0)" } ?? "none")
      )
    }
    let isTrusted = trusted.contains(new.publicKey)
    if let key, !note.isSigned(by: key), !isTrusted {
      throw SignatureProblem(
        seq,
        "it replaces the key \(key) by \(new), and the former has not signed it: if that key was "
          + "lost, and the new one is right, name the new one as trusted"
      )
    }
    if key == nil, !isTrusted, !trusted.isEmpty {
      throw SignatureProblem(
        seq,
        "its first key is \(new), which is none of those that are trusted"
      )
    }
    key = new
  }

  private mutating func take(
    _ record: JournalCheckpoint,
    seq: Int,
    after tree: MerkleFrontier
  ) throws(SignatureProblem) {
    guard let key else {
      throw SignatureProblem(seq, "it is a checkpoint, and no key is recorded before it")
    }
    guard let note = SignedNote(encoded: record.note),
      let checkpoint = Checkpoint(text: note.text), checkpoint.origin == origin
    else { throw SignatureProblem(seq, "it is no checkpoint of this journal") }
    guard note.isSigned(by: key) else {
      throw SignatureProblem(seq, "its checkpoint is not signed by the key in force, \(key)")
    }
    guard checkpoint.size == tree.size, checkpoint.root == tree.root else {
      throw SignatureProblem(
        seq,
        "its checkpoint does not extend the journal: it is of \(checkpoint.size) records with root "
          + "\(checkpoint.root), and the \(tree.size) before it have \(tree.root)"
      )
    }
    last = (seq, checkpoint)
  }
}

/// A key or checkpoint that cannot be believed.
package struct SignatureProblem: Error, Sendable, Hashable, CustomStringConvertible {
  package let seq: Int
  package let reason: String

  init(_ seq: Int, _ reason: String) {
    self.seq = seq
    self.reason = reason
  }

  package var description: String { "record \(seq): \(reason)" }
}
