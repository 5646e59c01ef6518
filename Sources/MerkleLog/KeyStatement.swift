package import Telemetry

/// What a journal's new key, and the one before, put their names to.
package struct KeyStatement: Sendable, Hashable {
  package let origin: String
  package let key: NoteKey

  /// The key before; nil for the first.
  package let replaces: NoteKey?

  package init(origin: String, key: NoteKey, replaces: NoteKey?) {
    self.origin = origin
    self.key = key
    self.replaces = replaces
  }

  /// The note's text; its second line keeps it from being a checkpoint.
  package var text: String {
    "\(origin)\nlotline journal key\n\(key)\nreplaces \(replaces.map { "\($0)" } ?? "nothing")\n"
  }

  /// The record's content.
  ///
  /// - Parameters:
  ///   - origin: The journal.
  ///   - new: The key that signs from now on.
  ///   - old: The key before, which signs this, too.
  ///   - lost: The key before, where it cannot sign any more.
  /// - Returns: The content.
  /// - Throws: What the signing throws.
  package static func record(
    origin: String,
    new: NoteSigner,
    old: NoteSigner? = nil,
    lost: NoteKey? = nil
  ) throws -> JournalKey {
    let statement = KeyStatement(origin: origin, key: new.key, replaces: old?.key ?? lost)
    var note = SignedNote(statement.text)
    try note.sign(new)
    if let old { try note.sign(old) }
    return JournalKey(
      key: "\(statement.key)",
      replaces: statement.replaces.map { "\($0)" },
      note: note.encoded
    )
  }
}
