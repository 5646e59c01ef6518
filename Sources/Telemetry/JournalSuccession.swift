/// Why a journal goes on from another, and where that one ended.
///
/// A journal whose file cannot be trusted, or whose numbers a hub knows for other records, is never
/// written again: it is set aside, and a new one takes its place with an identity of its own.
package struct JournalSuccession: Sendable, Hashable, Codable {
  package enum Reason: String, Sendable, Codable, CaseIterable {
    /// The file contradicts itself, or SQLite cannot read it.
    case damaged
    /// The file ends before the record that its anchor names.
    case tailLost = "tail_lost"
    /// The file's records are not those that its anchor names.
    case altered
    /// The file was gone.
    case missing
    /// The hub has other records under this journal's numbers, or more: a restored backup or a
    /// cloned disk.
    case forked
    /// It is whole, and was made of what a forked journal alone held.
    case carried
  }

  package let reason: Reason

  /// What was found, in words.
  package private(set) var detail: String

  /// ``JournalOpening/journal`` of the one before; nil where that could not be read.
  package let journal: String?

  /// Its last record that can be read and vouched for, with all before it, and their root.
  package let seq: Int
  package let root: Digest

  /// The time of that record; nil where there is none.
  package let at: Instant?

  /// Records that are known to have been after it; nil where none are known.
  package let lost: Int?

  /// The name of the file that it was set aside as; nil where the file was gone.
  package let file: String?

  /// Whether all its records but frames could be read, to the end; nil for no.
  package let story: Bool?

  /// The last record that the hub holds, too; nil where that is not known, or of no account.
  ///
  /// What comes after it was recorded in this file alone.
  package let shared: Int?

  package init(
    _ reason: Reason,
    detail: String,
    journal: String?,
    seq: Int,
    root: Digest,
    at: Instant?,
    lost: Int?,
    file: String?,
    story: Bool? = nil,
    shared: Int? = nil
  ) {
    self.reason = reason
    self.detail = detail
    self.journal = journal
    self.seq = seq
    self.root = root
    self.at = at
    self.lost = lost
    self.file = file
    self.story = story
    self.shared = shared
  }

  /// The same, with something more in words.
  package func adding(_ remark: String) -> JournalSuccession {
    var copy = self
    copy.detail += "; " + remark
    return copy
  }

  /// Whether it is known what was in force when it ended, so that it can be taken over.
  package var tellsWhatWasInForce: Bool { reason == .damaged && story == true }
}
