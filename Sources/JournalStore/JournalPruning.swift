package import Telemetry

/// Which frames the journal may let go of.
package struct RetentionRule: Sendable, Hashable {
  /// Frames that are older go; nil for none.
  package let age: Duration?

  /// Frames go while the file holds more bytes; nil for none.
  package let bytes: Int?

  package init(age: Duration?, bytes: Int?) {
    self.age = age
    self.bytes = bytes
  }
}

extension Journal {
  /// Blocks of 256 records that are pruned at a time, so that there are few records of it and the
  /// disk is not busy for long.
  package static let prunedBlocks = 64

  /// Takes the oldest frames out, when there are enough that the rule does not keep; a record of it is
  /// committed in the same transaction.
  ///
  /// Everything that is no frame stays, as do the hashes that it takes to prove the rest.
  ///
  /// - Parameters:
  ///   - rule: Which frames may go.
  ///   - confirmed: The last record that every hub has confirmed; none after it goes. Nil where there
  ///     is no hub, and the configuration lets frames go all the same: a gap says then which.
  ///   - now: The time.
  /// - Returns: What was pruned; nil when nothing was due.
  /// - Throws: ``JournalError`` as of ``commit()``; then nothing was pruned, or a later commit does.
  package func prune(_ rule: RetentionRule, confirmed: Int?, at now: Instant) throws
    -> PrunedFrames?
  {
    guard pruning == nil else {
      try commit()
      return nil
    }
    try commit()
    guard let file, let (blocks, found) = try due(rule, confirmed, now, in: file) else {
      return nil
    }
    // A start goes on from the anchor, by hashes that must not be among those that go.
    writeAnchor()
    guard anchorProblem == nil else { return nil }
    let before = buffer.frontier
    let count = buffer.items.count
    if confirmed == nil {
      let gap = Gap(.pruned, from: found.first, to: found.last, scans: found.frames)
      try append(.gap(gap), at: now)
    }
    try append(.pruned(found), at: now)
    pruning = blocks
    do {
      try commit()
      return found
    } catch {
      // Not in and not undecided: nothing was pruned, and nothing says so.
      if fault?.uncertain == nil {
        while buffer.items.count > count { buffer.removeLast(restoring: before) }
        pruning = nil
      }
      throw error
    }
  }

  private func due(
    _ rule: RetentionRule,
    _ confirmed: Int?,
    _ now: Instant,
    in file: JournalFile
  ) throws -> (blocks: Range<Int>, found: PrunedFrames)? {
    let done = try file.look { try PruningTables.size($0) } / PruningTables.block
    // The last record stays: it is what the file is known by.
    let last = min(confirmed ?? .max, committed.size - 1) / PruningTables.block
    guard last - done >= Self.prunedBlocks else { return nil }
    let blocks = done..<(done + Self.prunedBlocks)
    let (from, to) = (
      blocks.lowerBound * PruningTables.block + 1, blocks.upperBound * PruningTables.block
    )
    guard let end = try file.record(to).map({ try RecordCoding.decode($0.body).at }),
      let begin = try file.record(from).map({ try RecordCoding.decode($0.body).at })
    else { throw JournalError.damaged(path: path, reason: "record \(from) or \(to) is missing") }
    let reason: PrunedFrames.Reason
    if let age = rule.age, now.duration(since: end) > age {
      reason = .age
    } else if let bytes = rule.bytes, try file.look({ try PruningTables.pages($0) }).used > bytes {
      reason = .size
    } else {
      return nil
    }
    let found = PrunedFrames(
      reason,
      from: from,
      to: to,
      frames: try to - from + 1 - file.storyCount(from...to),
      first: begin,
      last: end,
      confirmed: confirmed != nil
    )
    return (blocks, found)
  }
}
