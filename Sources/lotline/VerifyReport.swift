internal import Evidence
internal import JournalStore
internal import MerkleLog
internal import Telemetry

/// What a check found, for programs and for people.
struct VerifyReport: Encodable {
  let schema = 1
  let file: String
  let agent: AgentID
  let journal: String
  let first: Int
  let last: Int
  let records: Int
  let root: Digest
  let checkpoints: Int

  /// Records, from the first, whose frames were pruned; nil for none.
  let pruned: Int?

  /// Records that the last good checkpoint covers; nil without one.
  let signedTo: Int?
  let key: String?

  /// Timestamps among the records, and the last of them; nil for none.
  let timestamps: Int?
  let lastTimestamp: Timestamp?
  let problem: Problem?

  struct Problem: Encodable {
    let seq: Int?
    let detail: String
  }

  private enum CodingKeys: String, CodingKey {
    case schema, file, agent, journal, first, last, records, root, checkpoints, pruned
    case signedTo = "signed_to"
    case key, timestamps, problem
    case lastTimestamp = "last_timestamp"
  }

  init(path: String, _ result: JournalVerifier.Result) {
    file = path
    agent = result.opening.agent
    journal = result.opening.journal
    first = result.range.lowerBound
    last = result.range.upperBound
    records = result.size
    root = result.root
    checkpoints = result.checkpoints
    pruned = result.pruned > 0 ? result.pruned : nil
    signedTo = result.lastCheckpoint?.size
    key = result.key.map { "\($0)" }
    timestamps = result.timestamps > 0 ? result.timestamps : nil
    lastTimestamp = result.lastTimestamp.map {
      Timestamp(time: $0.time, authority: $0.authority, records: $0.checkpoint - 1)
    }
    problem = result.finding.map { Problem(seq: $0.seq, detail: $0.detail) }
  }

  var text: String {
    if let problem {
      let place = problem.seq.map { "record \($0): " } ?? ""
      return "\(file): \(place)\(problem.detail)\n"
        + "Keep this file as evidence, and compare it with what the hub holds."
    }
    let range =
      first == 1 && last == records
      ? "all \(counted(records, "record"))" : "records \(first) to \(last)"
    return """
      Journal \(journal) of \(agent): \(range) are as they were recorded\(remark).
      Root \(root).
      \(signatures)
      """
  }

  /// What is said of records that are not there.
  private var remark: String {
    guard let pruned, first <= pruned else { return "" }
    return ", without the frames among the first \(pruned), which were pruned"
  }

  private var signatures: String {
    guard let key else { return "It has no key: it was never signed." }
    guard let signedTo else { return "Key \(key); no checkpoint among these records." }
    let stamps = lastTimestamp.map {
      "\n\(counted(timestamps ?? 0, "timestamp")), the last \($0.text)"
    }
    return "\(counted(checkpoints, "checkpoint")), the last of \(counted(signedTo, "record")), by\n"
      + key + (stamps ?? "")
  }
}

/// A timestamp that is of its checkpoint.
struct Timestamp: Encodable {
  /// By the authority's clock.
  let time: Instant
  let authority: String?

  /// Records that its checkpoint covers.
  let records: Int

  var text: String {
    "of \(time) for \(counted(records, "record")), by\n"
      + (authority ?? "an authority without a name")
      + " (openssl ts -verify checks its signature)"
  }
}

/// What a check of evidence found, for programs and for people.
struct DossierReport: Encodable {
  let schema = 1
  let folder: String
  let agent: AgentID?
  let journal: String?
  let lots: [LotID]
  let records: Int
  let checkpointSize: Int?
  let root: Digest?
  let key: String?

  /// Nil where the dossier has none.
  let timestamp: Timestamp?
  let problem: Problem?

  struct Problem: Encodable {
    let file: String
    let line: Int?
    let seq: Int?
    let detail: String
  }

  private let finding: String?

  private enum CodingKeys: String, CodingKey {
    case schema, folder, agent, journal, lots, records
    case checkpointSize = "checkpoint_size"
    case root, key, timestamp, problem
  }

  init(folder: String, _ result: DossierVerifier.Result) {
    self.folder = folder
    agent = result.opening?.agent
    journal = result.opening?.journal
    lots = result.lots.sorted()
    records = result.records
    checkpointSize = result.checkpoint?.size
    root = result.checkpoint?.root
    key = result.key.map { "\($0)" }
    timestamp = result.timestamp.map {
      Timestamp(
        time: $0.time,
        authority: $0.authority,
        records: result.checkpoint?.size ?? 0
      )
    }
    problem = result.finding.map {
      Problem(file: $0.file, line: $0.line, seq: $0.seq, detail: $0.detail)
    }
    finding = result.finding.map { "\(folder)/\($0)" }
  }

  var text: String {
    if let finding { return finding }
    let names = lots.map(\.text).joined(separator: ", ")
    return """
      \(folder): all \(counted(records, "record")) are as they were recorded \
      (lots at stations: \(names.isEmpty ? "none" : names)).
      Checkpoint of \(counted(checkpointSize ?? 0, "record")), root \(root.map { "\($0)" } ?? "none"),
      signed by \(key ?? "nobody")\(timestamp.map { "\nTimestamp \($0.text)" } ?? "")
      """
  }
}
