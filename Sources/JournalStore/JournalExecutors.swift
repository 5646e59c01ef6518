/// What a journal runs on.
package struct JournalExecutors: Sendable {
  /// Appends, and commits for which somebody waits.
  let appending: any SerialExecutor

  /// Commits that go on while records are appended.
  let committing: any SerialExecutor

  /// A thread of its own for appending, and one for commits where no other executor is given.
  package init(committing: any SerialExecutor = QueueExecutor(label: "journal commits")) {
    appending = QueueExecutor(label: "journal")
    self.committing = committing
  }

  /// One executor for both.
  package init(both executor: any SerialExecutor) {
    appending = executor
    committing = executor
  }
}
