internal import FoundationEssentials
internal import Glibc
package import MerkleLog
package import Telemetry

/// Writes what a journal holds of a lot, with the proofs that it is unaltered, into a folder.
///
/// The same journal and checkpoint make the same bytes, whoever writes them.
package struct DossierWriter<Log: RecordLog> {
  private let log: Log
  private let lot: LotID
  private let progress: (_ step: String, _ done: Int, _ total: Int) -> Void

  /// Records in memory at once.
  private static var page: Int { 1_000 }

  /// What was written.
  package struct Summary: Sendable, Hashable {
    package let opening: JournalOpening
    package fileprivate(set) var checkpoint: Checkpoint

    /// The checkpoint's; nil where no timestamp covers the lot.
    package fileprivate(set) var timestamp: CheckpointTimestamp?

    /// Records in the dossier, and those of them that are frames.
    package var records = 0
    package var frames = 0

    /// Records of the lot after the checkpoint, which are left out.
    package var uncovered = 0

    /// Frames that are no longer in the journal, and that may have been the lot's.
    package var missing = 0
  }

  /// - Parameters:
  ///   - lot: The lot.
  ///   - log: The journal.
  ///   - progress: Told now and then what is being done, and how far it is.
  package init(
    of lot: LotID,
    from log: Log,
    progress: @escaping (_ step: String, _ done: Int, _ total: Int) -> Void = { _, _, _ in }
  ) {
    self.lot = lot
    self.log = log
    self.progress = progress
  }

  /// Writes the folder; a failure leaves none.
  ///
  /// - Parameter folder: A folder that is not there yet.
  /// - Returns: What was written.
  /// - Throws: ``DossierError``, or what the journal throws.
  package func write(to folder: String) throws -> Summary {
    guard access(folder, F_OK) != 0 else { throw DossierError.exists(path: folder) }
    guard let signed = try log.lastCheckpoint,
      var (note, checkpoint) = try Self.checkpoint(signed)
    else { throw DossierError.noCheckpoint }
    var summary = Summary(opening: try log.opening, checkpoint: checkpoint)
    var stamped: [Stamped] = []
    let selection = try select(&summary, &stamped)
    if let first = stamped.first(where: { $0.checkpoint > selection.last }) {
      (note, checkpoint, summary.timestamp) = try read(first)
      summary.checkpoint = checkpoint
    }
    let seqs = selection.selected.filter { $0 <= checkpoint.size }.sorted()
    let partial = folder + ".partial"
    try? FileManager.default.removeItem(atPath: partial)
    do {
      try FileManager.default.createDirectory(
        atPath: partial + "/" + DossierName.files,
        withIntermediateDirectories: true
      )
    } catch {
      throw DossierError.cannotWrite(path: partial, reason: "\(error)")
    }
    do {
      try fill(partial, seqs, &summary, note)
      guard rename(partial, folder) == 0 else {
        throw DossierError.cannotWrite(path: folder, reason: String(cString: strerror(errno)))
      }
    } catch {
      try? FileManager.default.removeItem(atPath: partial)
      throw error
    }
    return summary
  }

  // MARK: Under which checkpoint

  /// A checkpoint's record, and that of its timestamp.
  private struct Stamped {
    let checkpoint: Int
    let timestamp: Int
  }

  private static func checkpoint(
    _ record: LoggedRecord
  ) throws -> (SignedNote, Checkpoint)? {
    guard case .checkpoint(let content) = try decode(record).content,
      let note = SignedNote(encoded: content.note), let checkpoint = Checkpoint(text: note.text)
    else { return nil }
    return (note, checkpoint)
  }

  private func read(_ stamped: Stamped) throws -> (SignedNote, Checkpoint, CheckpointTimestamp) {
    let signed = try log.page(after: stamped.checkpoint - 1, limit: 1).first
    let record = try log.page(after: stamped.timestamp - 1, limit: 1).first
    guard let signed, signed.seq == stamped.checkpoint,
      let (note, checkpoint) = try Self.checkpoint(signed), let record,
      case .timestamp(let timestamp) = try Self.decode(record).content
    else { throw DossierError.damaged(seq: stamped.timestamp, "it is of no checkpoint") }
    do throws(TimestampError) {
      try timestamp.readToken().check(is: .sha256(note.encoded.utf8))
    } catch {
      throw DossierError.damaged(seq: stamped.timestamp, error.description)
    }
    return (note, checkpoint, timestamp)
  }

  // MARK: What

  /// `stamped` gets the checkpoints that have a timestamp, in the order of their timestamps.
  private func select(
    _ summary: inout Summary,
    _ stamped: inout [Stamped]
  ) throws -> LotSelection {
    var selection = LotSelection(lot: lot)
    // What comes after the checkpoint is only counted, and changes nothing before it.
    var later: LotSelection?
    let size = summary.checkpoint.size
    let last = try log.lastSeq
    var seq = 0
    while true {
      progress("reading what happened", seq, last)
      let page = try log.storyPage(after: seq, limit: Self.page)
      guard let end = page.last?.seq else { break }
      for record in page {
        guard let value = JSONValue(record.body) else {
          throw DossierError.damaged(seq: record.seq, "it is no JSON")
        }
        if value["type"]?.text == "timestamp", let checkpoint = value["checkpoint"]?.number {
          stamped.append(Stamped(checkpoint: checkpoint, timestamp: record.seq))
        }
        if record.seq <= size {
          selection.take(record.seq, value)
        } else {
          if later == nil { later = selection }
          if later?.take(record.seq, value) == true { summary.uncovered += 1 }
        }
      }
      seq = end
    }
    guard !selection.isEmpty else {
      if summary.uncovered > 0 {
        throw DossierError.notCovered(lot: lot.text, size: size)
      }
      throw DossierError.unknownLot(lot.text)
    }
    try selectFrames(&selection, &later, &summary, last: last)
    return selection
  }

  private func selectFrames(
    _ selection: inout LotSelection,
    _ later: inout LotSelection?,
    _ summary: inout Summary,
    last: Int
  ) throws {
    var seq = selection.firstFrame
    guard seq != .max else { return }
    let end = selection.lastFrame
    var expected = seq
    seq -= 1
    while seq < last {
      progress("looking for its frames", seq, last)
      let page = try log.page(after: seq, limit: Self.page)
      guard let last = page.last?.seq else { break }
      for record in page {
        summary.missing += max(0, min(record.seq, end) - expected)
        expected = record.seq + 1
        guard FrameCoding.isFrame(record.body) else { continue }
        guard case .frame(let frame) = try Self.decode(record).content else { continue }
        if record.seq > summary.checkpoint.size {
          if later == nil { later = selection }
          if later?.take(record.seq, frame) == true { summary.uncovered += 1 }
        } else if selection.take(record.seq, frame) {
          summary.frames += 1
        }
      }
      seq = last
    }
    if summary.missing > 0 { selection.missesFrames() }
  }

  private static func decode(_ record: LoggedRecord) throws -> Record {
    do throws(RecordCodingError) {
      return try RecordCoding.decode(record.body)
    } catch {
      throw DossierError.damaged(seq: record.seq, error.description)
    }
  }

  // MARK: Files

  private func fill(
    _ folder: String,
    _ seqs: [Int],
    _ summary: inout Summary,
    _ note: SignedNote
  ) throws {
    var sums: [String: Digest] = [:]
    var facts = DossierFacts(
      lot: lot,
      opening: summary.opening,
      checkpoint: summary.checkpoint,
      timestamp: summary.timestamp,
      missing: summary.missing
    )
    let records = try OutputFile(folder + "/" + DossierName.records)
    let proofs = try OutputFile(folder + "/" + DossierName.proofs)
    var tree = MerkleTree(size: summary.checkpoint.size, in: log)
    try each(seqs) { record in
      summary.records += 1
      if summary.records.isMultiple(of: Self.page) {
        progress("writing records and proofs", summary.records, seqs.count)
      }
      try records.write(record.body + [0x0A])
      let proof = try tree.inclusion(of: record.seq - 1)
      let line = ["\(record.seq)"] + proof.hashes.map { Base64.text($0.bytes) }
      try proofs.write((line.joined(separator: " ") + "\n").utf8)
      let content = try Self.decode(record)
      facts.take(content)
      if case .document(let document) = content.content {
        let name = DossierName.file(document)
        let file = try OutputFile(folder + "/" + name)
        try file.write(document.text.utf8)
        sums[name] = try file.finish()
      }
    }
    sums[DossierName.records] = try records.finish()
    sums[DossierName.proofs] = try proofs.finish()
    var last = [
      (DossierName.checkpoint, Array(note.encoded.utf8)),
      (DossierName.readme, Array(facts.readme.utf8)),
    ]
    if let token = summary.timestamp.flatMap({ Base64.bytes($0.token) }) {
      last.append((DossierName.timestamp, token))
    }
    for (name, bytes) in last {
      let file = try OutputFile(folder + "/" + name)
      try file.write(bytes)
      sums[name] = try file.finish()
    }
    let file = try OutputFile(folder + "/" + DossierName.sums)
    for (name, hash) in sums.sorted(by: { $0.key < $1.key }) {
      try file.write("\(hash)  \(name)\n".utf8)
    }
    _ = try file.finish()
  }

  /// Reads records, in order; neighbours at once.
  private func each(_ seqs: [Int], _ body: (LoggedRecord) throws -> Void) throws {
    var rest = seqs[...]
    while let first = rest.first {
      let near = rest.prefix { $0 < first + Self.page }
      let page = try log.page(after: first - 1, limit: (near.last ?? first) - first + 1)
      // Of large records a page may be shorter.
      let end = page.last?.seq ?? first
      let run = near.prefix { $0 <= end }
      rest = rest.dropFirst(run.count)
      let wanted = Set(run)
      var found = 0
      for record in page where wanted.contains(record.seq) {
        try body(record)
        found += 1
      }
      guard found == run.count else {
        throw DossierError.damaged(seq: first, "it, or one after it, is missing")
      }
    }
  }
}

extension DossierName {
  static func file(_ document: DocumentRevision) -> String {
    file(kind: document.kind.rawValue, name: document.name, hash: "\(document.sha256)")
  }
}
