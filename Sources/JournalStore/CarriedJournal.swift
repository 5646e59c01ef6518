internal import FoundationEssentials
internal import MerkleLog
internal import Telemetry

/// Records anew, in a journal of its own, what a restored copy recorded after it and the hub's journal
/// went separate ways: its numbers are taken at the hub, so it gets others, and so do those that it
/// names.
///
/// What it names of before comes first, as it was known to the copy then. All else is as it was, times
/// included. Keys and checkpoints stay behind, since they are of the other tree; it gets its own.
struct CarriedJournal {
  /// Records, and bytes, in memory at once.
  private static let pageRecords = 2_000
  private static let pageBytes = 4 << 20

  /// What says something of the other tree alone.
  private static let left: Set = ["opening", "key", "checkpoint", "timestamp", "pruned"]

  private let source: JournalReader

  /// The last record that the hub holds, too, and the last that is good.
  private let shared: Int
  private let last: Int

  /// The new numbers of records that are named.
  private var numbers: [Int: Int] = [:]
  private var steps = 0

  init(_ source: JournalReader, after shared: Int, upTo last: Int) {
    self.source = source
    self.shared = shared
    self.last = last
  }

  /// Writes the journal.
  ///
  /// - Parameters:
  ///   - path: Where nothing is yet.
  ///   - opening: Its first record, which has the time of the first that is carried.
  ///   - signer: Whose key signs it, so that evidence can be made from it; nil for nobody's.
  ///   - now: The time of the last checkpoint.
  /// - Throws: ``JournalError``; then the file is of no use.
  mutating func write(
    to path: String,
    opening: JournalOpening,
    signer: NoteSigner?,
    at now: Instant
  ) throws {
    let begin = try source.records(after: shared, limit: 1, bytes: 1).first
      .map { try RecordCoding.decode($0.body).at }
    guard let begin else { throw JournalError.noSuchRecord(path: path, last: shared) }
    var buffer = RecordBuffer(after: MerkleFrontier())
    try Self.append(.opening(opening), at: begin, to: &buffer)
    try Files.createPrivate(path)
    let first = buffer
    let file = try JournalFile(path: path, creating: { first })
    defer { try? file.close() }
    buffer.removeFirst(1)
    if let signer {
      let key = try KeyStatement.record(origin: opening.origin, new: signer)
      try Self.append(.key(key), at: begin, to: &buffer)
    }
    for record in try context() {
      let content = try renumbered(RecordCoding.decode(record.body).content)
      numbers[record.seq] = buffer.nextSeq
      try Self.append(content, at: begin, to: &buffer)
    }
    try eachPage { records in
      for stored in records {
        let record = try RecordCoding.decode(stored.body)
        if Self.left.contains(record.content.type) { continue }
        let content = try renumbered(record.content)
        if case .frame = content {} else { numbers[record.seq] = buffer.nextSeq }
        try Self.append(content, at: record.at, to: &buffer)
      }
      try file.commit(buffer)
      buffer.removeFirst(buffer.items.count)
    }
    if let signer {
      let (size, root) = (buffer.frontier.size, buffer.frontier.root)
      let checkpoint = Checkpoint(origin: opening.origin, size: size, root: root)
      let note = try checkpoint.signed(by: signer).encoded
      try Self.append(.checkpoint(JournalCheckpoint(note: note)), at: now, to: &buffer)
      try file.commit(buffer)
    }
    try file.checkpoint()
  }

  private static func append(
    _ content: Record.Content,
    at: Instant,
    to buffer: inout RecordBuffer
  ) throws {
    let record = Record(seq: buffer.nextSeq, at: at, content: content)
    try buffer.append(record)
  }

  private func eachPage(_ body: ([StoredRecord]) throws -> Void) throws {
    var seq = shared
    while seq < last {
      let limit = min(Self.pageRecords, last - seq)
      let page = try source.records(after: seq, limit: limit, bytes: Self.pageBytes)
      guard let end = page.last?.seq, end <= last else { return }
      try body(page)
      seq = end
    }
  }

  // MARK: What is named

  /// The records of before that are named, or were in force without being named: material.
  private func context() throws -> [StoredRecord] {
    var wanted = try loads()
    try eachPage { records in
      for record in records {
        wanted.formUnion(try Self.references(RecordCoding.decode(record.body)))
      }
    }
    var found: [Int: StoredRecord] = [:]
    while let seq = wanted.popFirst() {
      guard seq <= shared, found[seq] == nil else { continue }
      let record = try source.records(after: seq - 1, limit: 1, bytes: 1).first
      guard let record, record.seq == seq else {
        throw JournalError.damaged(path: source.path, reason: "record \(seq) is missing")
      }
      found[seq] = record
      wanted.formUnion(try Self.references(RecordCoding.decode(record.body)))
    }
    return found.values.sorted { $0.seq < $1.seq }
  }

  /// The material that stood ready.
  private func loads() throws -> Set<Int> {
    var loads = Set(try source.story(ofType: "material_load", upTo: shared).map(\.seq))
    for unload in try source.story(ofType: "material_unload", upTo: shared) {
      loads.subtract(try Self.references(RecordCoding.decode(unload.body)))
    }
    return loads
  }

  private static func references(_ record: Record) throws -> [Int] {
    if case .frame(let frame) = record.content {
      return [frame.layout] + frame.bindings.flatMap(\.bindings) + frame.crews.compactMap { $0 }
    }
    return text(record.content).matches(of: reference).compactMap { Int($0.output.seq) }
  }

  // MARK: Other numbers

  /// Members that name a record by its number; no text can hold such a run of bytes.
  private static var reference: Regex<(Substring, name: Substring, seq: Substring)> {
    #/(?<name>[{,]"(?:binding|load|entered|write|corrects)":)(?<seq>[0-9]+)/#
  }

  private static func text(_ content: Record.Content) -> String {
    let record = Record(seq: 1, at: Instant(microseconds: 0), content: content)
    return String(decoding: (try? RecordCoding.encode(record)) ?? [], as: UTF8.self)
  }

  private mutating func renumbered(_ content: Record.Content) throws -> Record.Content {
    switch content {
    case .frame(let frame):
      let bindings = try frame.bindings.map { Bound(try $0.bindings.map { try number($0) }) }
      let crews = try frame.crews.map { try $0.map { try number($0) } }
      return .frame(
        Frame(
          at: frame.at,
          spanMicroseconds: frame.spanMicroseconds,
          layout: try number(frame.layout),
          bindings: bindings,
          unsure: frame.unsure,
          belts: frame.belts,
          crews: crews,
          readings: frame.readings,
          skipped: frame.skipped
        )
      )
    case .clockStep(let step):
      steps += 1
      return .clockStep(
        ClockStep(
          epoch: steps,
          stepMicroseconds: step.stepMicroseconds,
          from: step.from,
          to: step.to
        )
      )
    default:
      let text = try Self.text(content).replacing(Self.reference) { match in
        "\(match.output.name)\(try number(Int(match.output.seq) ?? 0))"
      }
      return try RecordCoding.decode(Array(text.utf8)).content
    }
  }

  private func number(_ seq: Int) throws -> Int {
    guard let number = numbers[seq] else {
      throw JournalError.damaged(path: source.path, reason: "record \(seq) is named, and missing")
    }
    return number
  }
}
