package import Telemetry

/// How a log stood: so many records with this root (C2SP tlog-checkpoint).
package struct Checkpoint: Sendable, Hashable {
  /// Which log it is.
  package let origin: String

  /// Records in it.
  package let size: Int
  package let root: Digest

  package init(origin: String, size: Int, root: Digest) {
    self.origin = origin
    self.size = size
    self.root = root
  }

  /// Three lines: origin, size, root in base 64.
  package var text: String { "\(origin)\n\(size)\n\(Base64.text(root.bytes))\n" }

  /// Reads the text of a note; lines after the third are not ours to judge.
  ///
  /// - Returns: nil when it is no checkpoint.
  package init?(text: String) {
    guard text.hasSuffix("\n") else { return nil }
    let lines = text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 3, !lines.contains(""), let size = Int(lines[1]), size >= 0,
      String(size) == lines[1], let root = Base64.bytes(lines[2]).flatMap({ Digest(bytes: $0) })
    else { return nil }
    self.init(origin: String(lines[0]), size: size, root: root)
  }

  /// The checkpoint as a note that `signer` signs.
  package func signed(by signer: NoteSigner) throws -> SignedNote {
    var note = SignedNote(text)
    try note.sign(signer)
    return note
  }
}

extension JournalOpening {
  /// The journal as a log: `lotline/AGENT/JOURNAL`, which is also the name of its keys.
  package var origin: String { Self.origin(agent: agent, journal: journal) }

  package static func origin(agent: AgentID, journal: String) -> String {
    "lotline/\(agent)/\(journal)"
  }
}
