/// How the journal stood before this record, signed by its key.
package struct JournalCheckpoint: Sendable, Hashable, Codable {
  /// A checkpoint as a signed note (C2SP tlog-checkpoint, signed-note): its size is the number of
  /// records before this one.
  package let note: String

  package init(note: String) { self.note = note }
}

/// The key that signs the journal from this record on.
package struct JournalKey: Sendable, Hashable, Codable {
  /// The public key, as other programs read it: `name+hash+key` (C2SP signed-note).
  package let key: String

  /// The key before; nil for the first.
  package let replaces: String?

  /// Both in a note that the new key signs, and the one before unless it was lost.
  package let note: String

  package init(key: String, replaces: String?, note: String) {
    self.key = key
    self.replaces = replaces
    self.note = note
  }
}

/// That a checkpoint was there at a time, by the word of a time-stamping authority (RFC 3161).
package struct CheckpointTimestamp: Sendable, Hashable, Codable {
  /// How many checkpoints back the one that is meant can lie.
  package static let reach = 256

  /// The record of the checkpoint; the token is of the bytes of its signed note.
  package let checkpoint: Int

  /// When, by the authority's clock, and the authority's name; both as in the token.
  package let time: Instant
  package let authority: String?

  /// The timestamp token in DER, in base 64.
  package let token: String

  package init(checkpoint: Int, time: Instant, authority: String?, token: String) {
    self.checkpoint = checkpoint
    self.time = time
    self.authority = authority
    self.token = token
  }
}
