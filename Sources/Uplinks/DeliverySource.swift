internal import JournalStore
internal import Telemetry

/// A journal that is delivered: the agent's, or one that was set aside and that it goes on from.
struct DeliverySource: Sendable {
  /// What tells one that was set aside.
  struct Kept: Sendable {
    /// The file's name.
    let name: String

    /// The last record that is to be delivered.
    let last: Int

    /// Whether what the file holds after that was recorded anew in another journal.
    let isCarried: Bool
  }

  let journal: String
  let path: String
  let reader: JournalReader
  let kept: Kept?

  init(_ journal: Journal) throws {
    self.journal = journal.opening.journal
    path = journal.path
    reader = try journal.reader()
    kept = nil
  }

  /// - Returns: nil where there is nothing to deliver.
  /// - Throws: `JournalError` when the file cannot be opened.
  init?(_ predecessor: Predecessor) throws {
    guard let id = predecessor.succession.journal, let name = predecessor.succession.file,
      let path = predecessor.path, predecessor.succession.seq > 0,
      let reader = try predecessor.reader()
    else { return nil }
    journal = id
    self.path = path
    self.reader = reader
    let last = predecessor.succession.shared ?? predecessor.succession.seq
    kept = Kept(name: name, last: last, isCarried: last < predecessor.succession.seq)
  }
}
