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
