import MerkleLog
import Telemetry
import Testing

/// A journal that its agent signs.
struct SignedLog {
  let origin = "lotline/edge-1/ab"
  private(set) var records: [[UInt8]] = []
  private(set) var tree = MerkleFrontier()
  let first: NoteSigner
  let second: NoteSigner

  init() throws {
    first = try #require(NoteSigner(name: "lotline/edge-1/ab", secret: SecretKey()))
    second = try #require(NoteSigner(name: "lotline/edge-1/ab", secret: SecretKey()))
    try add(.event(Event(.agentStarted, detail: "begin")))
  }

  mutating func add(_ content: Record.Content) throws {
    let record = Record(seq: tree.size + 1, at: Instant(microseconds: 0), content: content)
    records.append(try RecordCoding.encode(record))
    tree.append(.leaf(records[records.count - 1]))
  }

  func checkpoint(by signer: NoteSigner, size: Int? = nil, root: Digest? = nil) throws
    -> Record.Content
  {
    let checkpoint = Checkpoint(origin: origin, size: size ?? tree.size, root: root ?? tree.root)
    return .checkpoint(JournalCheckpoint(note: try checkpoint.signed(by: signer).encoded))
  }

  func key(_ new: NoteSigner, old: NoteSigner? = nil, lost: NoteKey? = nil) throws
    -> Record.Content
  {
    .key(try KeyStatement.record(origin: origin, new: new, old: old, lost: lost))
  }

  /// What an audit of all records says first; nil when all is well.
  func finding(trusting trusted: Set<[UInt8]> = []) -> AuditFinding? {
    var audit = JournalAudit(SignatureChain(origin: origin, trusted: trusted))
    do throws(AuditFinding) {
      for (index, record) in records.enumerated() {
        try audit.take(seq: index + 1, body: record, leaf: Digest.leaf(record).bytes)
      }
    } catch {
      return error
    }
    return nil
  }
}

@Suite("Keys and checkpoints of a journal")
struct SignatureChainTests {
  private var log: SignedLog

  init() throws {
    log = try SignedLog()
    try log.add(try log.key(log.first))
  }

  @Test(
    "Checkpoints by the key in force are good, also after it was replaced by one it vouches for"
  )
  mutating func good() throws {
    try log.add(try log.checkpoint(by: log.first))
    try log.add(try log.key(log.second, old: log.first))
    try log.add(try log.checkpoint(by: log.second))
    #expect(log.finding() == nil)
    #expect(log.finding(trusting: [log.first.key.publicKey]) == nil)
  }

  @Test("A checkpoint that does not extend the journal is refused by its number")
  mutating func fork() throws {
    try log.add(try log.checkpoint(by: log.first, root: .sha256([1])))
    #expect(log.finding()?.seq == 3)
    #expect(log.finding()?.detail.contains("does not extend the journal") == true)
  }

  @Test("A checkpoint of other records than those before it is refused")
  mutating func otherSize() throws {
    try log.add(try log.checkpoint(by: log.first, size: 1))
    #expect(log.finding()?.detail.contains("it is of 1 records") == true)
  }

  @Test("A checkpoint by another key, or by one that was replaced, is refused")
  mutating func otherKey() throws {
    var other = log
    try other.add(try other.checkpoint(by: other.second))
    #expect(other.finding()?.detail.contains("not signed by the key in force") == true)
    try log.add(try log.key(log.second, old: log.first))
    try log.add(try log.checkpoint(by: log.first))
    #expect(log.finding()?.seq == 4)
  }

  @Test("A checkpoint before any key is refused")
  func noKey() throws {
    var log = try SignedLog()
    try log.add(try log.checkpoint(by: log.first))
    #expect(log.finding()?.detail.contains("no key is recorded before it") == true)
  }

  @Test("A key that the one before has not signed is refused, unless somebody vouches for it")
  mutating func lost() throws {
    try log.add(try log.key(log.second, lost: log.first.key))
    try log.add(try log.checkpoint(by: log.second))
    #expect(log.finding()?.seq == 3)
    #expect(log.finding()?.detail.contains("has not signed it") == true)
    let both: Set = [log.first.key.publicKey, log.second.key.publicKey]
    #expect(log.finding(trusting: both) == nil)
  }

  @Test("A first key that is not the trusted one is refused")
  func untrusted() {
    #expect(log.finding(trusting: [log.second.key.publicKey])?.seq == 2)
    #expect(log.finding(trusting: [log.first.key.publicKey]) == nil)
  }

  @Test("A key that replaces another than the one in force is refused")
  mutating func wrongOrder() throws {
    try log.add(try log.key(log.second, old: log.first))
    try log.add(try log.key(log.second, old: log.first))
    #expect(log.finding()?.seq == 4)
  }

  @Test("A key whose note says something else, or that it has not signed itself, is refused")
  mutating func statement() throws {
    var other = log
    let good = try KeyStatement.record(origin: log.origin, new: log.second, old: log.first)
    try other.add(.key(JournalKey(key: good.key, replaces: nil, note: good.note)))
    #expect(other.finding()?.detail == "its note does not say what the record says")
    let text = KeyStatement(origin: log.origin, key: log.second.key, replaces: log.first.key).text
    var note = SignedNote(text)
    try note.sign(log.first)
    try log.add(.key(JournalKey(key: good.key, replaces: good.replaces, note: note.encoded)))
    #expect(log.finding()?.detail.contains("has not signed it") == true)
  }

  @Test("What is altered, missing, doubled or in another's place is named by its number")
  mutating func audit() throws {
    for index in 0..<5 { try log.add(.event(Event(.agentStarted, detail: "\(index)"))) }
    let records = log.records
    func finding(_ change: (inout [(seq: Int, body: [UInt8], leaf: Digest)]) -> Void)
      -> AuditFinding?
    {
      var rows = records.enumerated().map { (seq: $0 + 1, body: $1, leaf: Digest.leaf($1)) }
      change(&rows)
      var audit = JournalAudit(SignatureChain(origin: log.origin))
      do throws(AuditFinding) {
        for row in rows { try audit.take(seq: row.seq, body: row.body, leaf: row.leaf.bytes) }
      } catch {
        return error
      }
      return nil
    }
    #expect(finding { _ in } == nil)
    #expect(finding { $0[4].body[20] ^= 1 }?.seq == 5)
    #expect(finding { $0.remove(at: 4) } == AuditFinding(5, "it is missing"))
    #expect(finding { $0.insert($0[4], at: 5) }?.seq == 5)
    #expect(
      finding { $0[4] = (5, $0[5].body, $0[5].leaf) }
        == AuditFinding(5, "its bytes say that it is record 6")
    )
  }
}
