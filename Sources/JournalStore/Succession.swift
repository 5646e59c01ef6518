internal import FoundationEssentials
internal import MerkleLog
internal import Telemetry

/// The order to set a journal aside, and how far that has come: a small file beside the journal, so
/// that a start that is cut short goes on with it.
struct SuccessionOrder: Codable {
  let reason: JournalSuccession.Reason
  let detail: String

  /// The last record that somebody else knows of; nil where nobody does.
  let known: Int?

  /// The last record that the hub holds, too; nil where that is not known.
  var shared: Int?

  /// What was found in the file; nil before it was looked at.
  var found: JournalSuccession?

  /// The name of the journal that is made of what the file alone holds; nil before that is begun.
  var carried: String?

  static func path(for journal: String) -> String { journal + ".succession" }

  static func read(for journal: String) throws(JournalError) -> SuccessionOrder? {
    let path = path(for: journal)
    guard Files.exists(path) else { return nil }
    do {
      return try JSONDecoder().decode(Self.self, from: Data(contentsOf: URL(filePath: path)))
    } catch {
      throw .anchorUnreadable(anchor: path, reason: "\(error)")
    }
  }

  func write(for journal: String) throws(JournalError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    let bytes: [UInt8]
    do {
      bytes = try Array(encoder.encode(self)) + [0x0A]
    } catch {
      throw .cannotOpen(path: Self.path(for: journal), reason: "\(error)")
    }
    try Files.replace(Self.path(for: journal), with: bytes)
  }
}

/// Sets a journal aside that cannot go on, so that a new one takes its place.
///
/// The file, its write-ahead log and its anchor get second names first, and lose the old ones only
/// when all of them have one. Nothing is copied or written, so it needs no room, and a crash at any
/// step leaves either a file that is set aside again or one that is.
struct Succession {
  private static let suffixes = ["-wal", ".anchor", ""]

  /// Most files that are kept aside.
  private static let keptLimit = 1_000

  let path: String

  /// Does what an order says, or goes on with it.
  ///
  /// - Returns: What the new journal goes on from.
  func perform(_ order: SuccessionOrder) throws -> JournalSuccession {
    if let found = order.found {
      try setAside(found)
      return found
    }
    var order = order
    let found = Inspection(path: path).succession(order, asideAs: try freeName())
    order.found = found
    try order.write(for: path)
    try setAside(found)
    return found
  }

  /// Records anew, in a journal of its own, what only a file that was set aside holds.
  ///
  /// That journal has its name only when it is whole; one that is not is thrown away and made anew.
  ///
  /// - Parameters:
  ///   - found: The file.
  ///   - opening: Whose journal it is.
  ///   - signer: Whose key signs it, by its origin.
  ///   - now: The time.
  /// - Returns: What the new journal goes on from: that one, or the file itself where there is nothing
  ///   to carry, or no room for it.
  /// - Throws: ``JournalError`` when the order cannot be read.
  func carry(
    _ found: JournalSuccession,
    opening: JournalOpening,
    signer: (_ origin: String) -> NoteSigner?,
    at now: Instant
  ) throws -> JournalSuccession {
    guard let shared = found.shared, shared < found.seq, let aside = found.file,
      var order = try SuccessionOrder.read(for: path)
    else { return found }
    let range = "\(shared + 1) to \(found.seq)"
    do {
      let name = try order.carried.map { Files.sibling(of: path, named: $0) } ?? freeName()
      order.carried = Files.name(of: name)
      try order.write(for: path)
      if !Files.exists(name) {
        let partial = path + ".carrying"
        for suffix in ["-wal", "-shm", "-journal", ""] { try Files.remove(partial + suffix) }
        let reader = try JournalReader(path: Files.sibling(of: path, named: aside))
        defer { try? reader.close() }
        var carried = CarriedJournal(reader, after: shared, upTo: found.seq)
        let id = "\(Digest.sha256("\(opening.journal) carried".utf8))".prefix(32)
        let opening = opening.named(String(id)).continuing(found)
        try carried.write(to: partial, opening: opening, signer: signer(opening.origin), at: now)
        try Files.move(partial, to: name)
      }
      let reader = try JournalReader(path: name)
      defer { try? reader.close() }
      let (first, head) = try reader.identity()
      let last = try reader.records(after: head.size - 1, limit: 1, bytes: 1).first
      return JournalSuccession(
        .carried,
        detail: found.detail + "; its records \(range), which the hub does not have, are recorded "
          + "anew there, with their times, and \(aside) is the original",
        journal: first.journal,
        seq: head.size,
        root: head.root,
        at: try last.map { try RecordCoding.decode($0.body).at },
        lost: nil,
        file: Files.name(of: name),
        story: true
      )
    } catch {
      return found.adding(
        "its records \(range), which the hub does not have, are only in \(aside): \(error)"
      )
    }
  }

  /// Takes note that the new journal is there.
  func finish() throws(JournalError) {
    try Files.remove(SuccessionOrder.path(for: path))
  }

  private func freeName() throws -> String {
    for number in 1...Self.keptLimit {
      let name = path + ".kept-\(number)"
      if Self.suffixes.allSatisfy({ !Files.exists(name + $0) }) { return name }
    }
    throw JournalError.cannotOpen(
      path: path,
      reason: "\(Self.keptLimit) journals lie aside there; move them away"
    )
  }

  private func setAside(_ found: JournalSuccession) throws(JournalError) {
    guard let name = found.file else { return try setAside(as: nil) }
    try setAside(as: Files.sibling(of: path, named: name))
  }

  private func setAside(as kept: String?) throws(JournalError) {
    if let kept {
      // The new journal is in place already.
      if Files.exists(path), Files.exists(kept), !Files.areOne(path, kept) { return }
      for suffix in Self.suffixes where Files.exists(path + suffix) {
        if !Files.exists(kept + suffix) { try Files.link(path + suffix, to: kept + suffix) }
      }
    } else if Files.size(path) > 0 {
      return
    }
    // The file itself is the last: as long as it is there, this is not done.
    for suffix in ["-shm"] + Self.suffixes where Files.exists(path + suffix) {
      try Files.remove(path + suffix)
    }
  }
}

/// Looks at a file that is not trusted, without changing it.
private struct Inspection {
  /// Records that are read at a time.
  private static let chunk = 500

  let path: String

  /// What can be told of it.
  func succession(_ order: SuccessionOrder, asideAs kept: String) -> JournalSuccession {
    let anchor = (try? Anchor.read(for: path)) ?? nil
    let isThere = [path, path + "-wal", path + ".anchor"].contains { Files.exists($0) }
    let reader = Files.size(path) > 0 ? try? JournalReader(path: path) : nil
    let opening = reader.flatMap { Self.opening(in: $0) }
    let head = reader.flatMap { (try? $0.head()) ?? nil }
    var sound: (tree: MerkleFrontier, at: Instant?) = (MerkleFrontier(), nil)
    if let reader { sound = self.sound(reader, from: start(reader)) }
    let last = max(head?.size ?? 0, anchor?.seq ?? 0, order.known ?? 0)
    let story = reader.map { Self.hasWholeStory($0, head: head, anchor: anchor) }
    try? reader?.close()
    return JournalSuccession(
      order.reason,
      detail: order.detail,
      journal: opening?.journal ?? anchor?.journal,
      seq: sound.tree.size,
      root: sound.tree.root,
      at: sound.at,
      lost: last > sound.tree.size ? last - sound.tree.size : nil,
      file: isThere ? Files.name(of: kept) : nil,
      story: story,
      shared: order.shared
    )
  }

  private static func opening(in reader: JournalReader) -> JournalOpening? {
    guard let first = try? reader.records(after: 0, limit: 1, bytes: 1).first,
      case .opening(let opening)? = try? RecordCoding.decode(first.body).content
    else { return nil }
    return opening
  }

  /// Where the search for the last sound record begins: at what every hub has confirmed, since what
  /// comes before need not be sent again; and after frames that were pruned.
  private func start(_ reader: JournalReader) -> MerkleFrontier {
    let confirmed = ((try? reader.cursors()) ?? []).min { $0.size < $1.size } ?? MerkleFrontier()
    let pruned = try? reader.prunedFrontier(upTo: .max)
    return pruned.flatMap { $0.size > confirmed.size ? $0 : nil } ?? confirmed
  }

  /// The tree over all records from `start` on that can be read, hang together and have their
  /// hashes, and the time of the last of them.
  private func sound(
    _ reader: JournalReader,
    from start: MerkleFrontier
  ) -> (tree: MerkleFrontier, at: Instant?) {
    var tree = start
    var at = (try? reader.records(after: start.size - 1, limit: 1, bytes: 1).first)
      .flatMap { try? RecordCoding.decode($0.body).at }
    var chunk = Self.chunk
    while true {
      guard let records = try? reader.records(after: tree.size, limit: chunk, bytes: 1 << 22) else {
        if chunk == 1 { return (tree, at) }
        chunk = 1
        continue
      }
      if records.isEmpty { return (tree, at) }
      for record in records {
        guard record.seq == tree.size + 1, Digest.leaf(record.body) == record.leaf,
          let decoded = try? RecordCoding.decode(record.body), decoded.seq == record.seq
        else { return (tree, at) }
        tree.append(record.leaf)
        at = decoded.at
      }
    }
  }

  /// Whether all records that are not frames can be read, and the end is where it should be.
  private static func hasWholeStory(
    _ reader: JournalReader,
    head: MerkleFrontier?,
    anchor: Anchor?
  ) -> Bool {
    guard let head, head.size >= anchor?.seq ?? 0 else { return false }
    let last = try? reader.records(after: head.size - 1, limit: 2, bytes: .max)
    guard last?.map(\.seq) == [head.size] else { return false }
    return (try? reader.replay(into: ()) { _, _ in }) != nil
  }
}
