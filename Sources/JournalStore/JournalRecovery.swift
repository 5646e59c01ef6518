internal import Telemetry

/// What is wrong with the disk.
struct Fault {
  /// Time between two looks at a disk that failed.
  static let retryInterval = Duration.seconds(1)

  var reason: String

  /// Leading records of the buffer that the failed commit may have made durable, and the tree with
  /// them; nil once that is known.
  var uncertain: (count: Int, frontier: MerkleFrontier)?

  /// Uptime of the next try; nil when the file is not what was written, and must not be touched.
  var retryAt: Duration?
}

/// After a failed write or sync the kernel may call pages clean that never reached the disk, so a
/// later success on the same connection proves nothing. The file is closed, opened again, its end
/// compared with what is known, and its log moved into the database; only then it goes on.
extension Journal {
  /// What is wrong, in words; nil when all is well.
  var problem: String? { fault?.reason ?? anchorProblem }

  /// Stops trusting the connection.
  func fail(_ error: any Error, uncertain: (count: Int, frontier: MerkleFrontier)?) {
    fault = Fault(
      reason: "\(error)",
      uncertain: uncertain,
      retryAt: time.uptime() + Fault.retryInterval
    )
    // Whatever closing says, the connection is not used again.
    try? file?.close()
    file = nil
    useReserve()
    if let error = error as? JournalError { orderSuccession(for: error) }
  }

  /// Stops trusting the connection after a commit of the buffer's first records failed on it.
  func failCommit(_ error: any Error, of records: (count: Int, frontier: MerkleFrontier)) {
    fail(error, uncertain: records)
    // Look at once: if the commit is in after all, nothing failed.
    reopen()
  }

  /// Tries to get a trusted file back.
  ///
  /// - Throws: ``JournalError/storage(path:reason:)`` when it is too early, or in vain.
  func recover() throws {
    guard let current = fault else { return }
    guard let retryAt = current.retryAt, time.uptime() >= retryAt else {
      throw JournalError.storage(path: path, reason: current.reason)
    }
    if file == nil { reopen() }
    if file == nil {
      throw JournalError.storage(path: path, reason: fault?.reason ?? current.reason)
    }
  }

  /// Opens the file again and finds out which records it holds.
  ///
  /// Clears the fault when the records whose commit had failed are in it after all.
  func reopen() {
    do {
      guard Files.exists(path) else {
        throw JournalError.cannotOpen(path: path, reason: "the file is gone")
      }
      let reopened = try JournalFile(path: path)
      let head = try reopened.head().frontier
      try reopened.checkpoint()
      if let uncertain = fault?.uncertain, head == uncertain.frontier {
        adopt(head, count: uncertain.count)
      } else if head == committed {
        fault?.uncertain = nil
      } else {
        fault?.uncertain = nil
        let detail =
          "the file ends at record \(head.size) with root \(head.root), which is not what was "
          + "written"
        fault?.reason = detail
        fault?.retryAt = nil
        orderSuccession(
          head.size < committed.size ? .tailLost : .altered,
          detail: detail,
          known: committed.size
        )
        return
      }
      file = reopened
    } catch {
      fault?.reason = "\(error)"
      fault?.retryAt = time.uptime() + Fault.retryInterval
      if let error = error as? JournalError { orderSuccession(for: error) }
    }
  }

  /// Takes the buffer's first `count` records for durable.
  func adopt(_ frontier: MerkleFrontier, count: Int) {
    guard let last = buffer.items.prefix(count).last else { return }
    take(frontier, at: last.at)
    buffer.removeFirst(count)
    pruning = nil
    fault = nil
  }

  /// Takes all records of a tree for durable, the last of which is of that time.
  func take(_ frontier: MerkleFrontier, at last: Instant) {
    committed = frontier
    lastAt = last
  }

  /// Does what the file needs from time to time, after a commit of so many bytes.
  func tendFile(after bytes: Int) {
    anchorIfDue()
    boundLog(after: bytes)
  }

  func anchorIfDue() {
    guard time.uptime() >= anchorDue else { return }
    writeAnchor()
  }

  func writeAnchor() {
    anchorDue = time.uptime() + Self.anchorInterval
    do {
      try Anchor(opening: opening, frontier: committed).write(for: path)
      anchorProblem = nil
    } catch {
      anchorProblem = "the anchor cannot be written: \(error)"
    }
  }
}
