import HubStore
import MerkleLog
import Telemetry
import TestSupport
import Testing

@Suite("Keys and checkpoints at the hub")
struct SignedIntakeTests {
  private let folder: TemporaryFolder
  private var journal: JournalBuilder
  private let signer: NoteSigner
  private let other: NoteSigner

  init() throws {
    folder = try TemporaryFolder()
    journal = try JournalBuilder.device()
    let origin = JournalOpening.origin(agent: journal.agent, journal: journal.journal)
    signer = try #require(NoteSigner(name: origin, secret: SecretKey()))
    other = try #require(NoteSigner(name: origin, secret: SecretKey()))
    try journal.add(.key(try KeyStatement.record(origin: origin, new: signer)))
  }

  private var origin: String { signer.key.name }

  private var tree: MerkleFrontier {
    var tree = MerkleFrontier()
    for record in journal.records { tree.append(.leaf(record)) }
    return tree
  }

  private mutating func checkpoint(by signer: NoteSigner, root: Digest? = nil) throws {
    let tree = tree
    let checkpoint = Checkpoint(origin: origin, size: tree.size, root: root ?? tree.root)
    try journal.add(.checkpoint(JournalCheckpoint(note: try checkpoint.signed(by: signer).encoded)))
  }

  private func refusal(trusted: [AgentID: Set<[UInt8]>] = [:]) async throws
    -> IntakeRefusal.Reason?
  {
    let database = try HubDatabase(path: folder.path("hub.sqlite"), trusted: trusted)
    defer { try? database.close() }
    do {
      _ = try await database.take(journal.batch)
      return nil
    } catch let refusal as IntakeRefusal {
      return refusal.reason
    }
  }

  private static func seq(_ reason: IntakeRefusal.Reason?) -> Int? {
    guard case .untrusted(let seq, _) = reason else { return nil }
    return seq
  }

  @Test("Signed journals are taken, in one batch or in several, and checked again when told to")
  mutating func good() async throws {
    try checkpoint(by: signer)
    #expect(try await refusal() == nil)
    try journal.add(
      .key(try KeyStatement.record(origin: origin, new: other, old: signer))
    )
    #expect(try await refusal() == nil)
    try checkpoint(by: other)
    #expect(try await refusal() == nil)
    let reader = try HubReader(path: folder.path("hub.sqlite"))
    try await reader.verify { #expect($0.problem == nil) }
  }

  @Test("A checkpoint that does not extend what the hub holds is refused by its number")
  mutating func fork() async throws {
    #expect(try await refusal() == nil)
    try checkpoint(by: signer, root: .sha256([1]))
    #expect(Self.seq(try await refusal()) == journal.records.count)
  }

  @Test("A checkpoint by another key than the journal's is refused, also in a later batch")
  mutating func otherKey() async throws {
    #expect(try await refusal() == nil)
    try checkpoint(by: other)
    #expect(Self.seq(try await refusal()) == journal.records.count)
  }

  @Test("A first key other than the configured one is refused, and the configured one taken")
  mutating func pinned() async throws {
    let seq = journal.records.count
    #expect(Self.seq(try await refusal(trusted: [journal.agent: [other.key.publicKey]])) == seq)
    #expect(try await refusal(trusted: [journal.agent: [signer.key.publicKey]]) == nil)
  }

  @Test("A key that replaces a lost one is taken once it is configured")
  mutating func lost() async throws {
    #expect(try await refusal() == nil)
    try journal.add(
      .key(try KeyStatement.record(origin: origin, new: other, lost: signer.key))
    )
    try checkpoint(by: other)
    #expect(Self.seq(try await refusal()) == journal.records.count - 1)
    let trusted: [AgentID: Set<[UInt8]>] = [journal.agent: [other.key.publicKey]]
    #expect(try await refusal(trusted: trusted) == nil)
  }
}
