import Foundation
import MerkleLog
import Telemetry
import TestSupport
import Testing

@testable import JournalStore

@Suite("Checking a journal")
struct JournalVerifierTests {
  private let sample: Sample
  private let signer: NoteSigner

  /// 1,000 records: the opening, a key, and a checkpoint at 500 and 1,000.
  init() async throws {
    sample = try Sample()
    let opening = try Sample.opening()
    signer = try #require(NoteSigner(name: opening.origin, secret: SecretKey()))
    let journal = try sample.open()
    let key = try KeyStatement.record(origin: opening.origin, new: signer)
    _ = try await journal.appendDurably(.key(key), at: sample.time.now())
    for seq in 3...1_000 {
      if seq.isMultiple(of: 500) {
        _ = try await journal.appendCheckpoint(by: signer, at: sample.time.now())
      } else if seq.isMultiple(of: 7) {
        try await journal.append([sample.frame([Reading(.real(Double(seq)))])])
      } else {
        try await journal.append(Sample.event("\(seq)"), at: sample.time.now())
      }
    }
    try await journal.close()
  }

  private func verify(from first: Int = 1, to last: Int? = nil) throws -> JournalVerifier.Result {
    try JournalVerifier(path: sample.path).verify(from: first, to: last)
  }

  private func alter(_ statement: String) throws {
    _ = try sample.sqlite("DROP TRIGGER record_is_final_update; \(statement)")
  }

  @Test("A journal that nobody altered is found as it was, with its checkpoints and its key")
  func good() throws {
    let result = try verify()
    #expect(result.finding == nil)
    #expect(result.range == 1...1_000)
    #expect(result.checkpoints == 2)
    #expect(result.lastCheckpoint?.size == 999)
    #expect(result.key == signer.key)
  }

  @Test(
    "So is every part of it",
    arguments: [1...1, 2...1_000, 400...600, 501...999, 1_000...1_000]
  )
  func ranges(range: ClosedRange<Int>) throws {
    let result = try verify(from: range.lowerBound, to: range.upperBound)
    #expect(result.finding == nil && result.range == range)
    #expect(result.checkpoints == [500, 1_000].filter(range.contains).count)
  }

  @Test("A range that the journal does not hold is refused")
  func noSuchRange() throws {
    let error = JournalError.noSuchRecord(path: sample.path, last: 1_000)
    #expect(throws: error) { try verify(from: 0) }
    #expect(throws: error) { try verify(from: 5, to: 4) }
    #expect(throws: error) { try verify(from: 1, to: 1_001) }
  }

  @Test("An altered record is named, the first of several, and only where it is looked at")
  func altered() throws {
    try alter("UPDATE record SET body = replace(body, '\"5', '\"6') WHERE seq IN (554, 585)")
    #expect(try verify().finding?.seq == 554)
    #expect(try verify(from: 555, to: 700).finding?.seq == 585)
    #expect(try verify(from: 600, to: 700).finding == nil)
  }

  @Test("A record that was altered with its hash is found by the next checkpoint, or by the tree")
  func rehashed() throws {
    let body = try #require(try sample.sqlite("SELECT body FROM record WHERE seq = 553").first)
    let forged = body.replacing("553", with: "552").replacing("\"seq\":552", with: "\"seq\":553")
    #expect(forged != body)
    let leaf = Digest.leaf(Array(forged.utf8))
    try alter("UPDATE record SET body = '\(forged)', leaf = X'\(leaf)' WHERE seq = 553")
    #expect(try verify().finding?.seq == 1_000)
    #expect(try verify(to: 700).finding?.detail.contains("stored nodes") == true)
  }

  @Test("A missing record is named")
  func missing() throws {
    _ = try sample.sqlite("DROP TRIGGER record_is_final_delete; DELETE FROM record WHERE seq = 321")
    #expect(try verify().finding == AuditFinding(321, "it is missing"))
    #expect(try verify(from: 321, to: 321).finding == AuditFinding(321, "it is missing"))
  }

  @Test("An altered node, head or anchor is named")
  func tree() throws {
    _ = try sample.sqlite("UPDATE node SET hash = zeroblob(32) WHERE number = 1")
    #expect(try verify().finding?.detail.contains("stored nodes of its tree") == true)
  }

  @Test("A lost tail is told by the anchor")
  func tail() async throws {
    let anchor = try #require(try Anchor.read(for: sample.path))
    #expect(anchor.seq == 1_000)
    var frontier = anchor.frontier
    frontier.append(.sha256([]))
    let opening = try JournalReader(path: sample.path).identity().opening
    try Anchor(opening: opening, frontier: frontier).write(for: sample.path)
    #expect(try verify().finding?.seq == 1_001)
  }

  @Test("A key that is not the trusted one is told")
  func trust() throws {
    let other = try #require(NoteSigner(name: signer.key.name, secret: SecretKey()))
    let verifier = try JournalVerifier(path: sample.path, trusted: [other.key.publicKey])
    #expect(try verifier.verify().finding?.seq == 2)
    #expect(try verifier.verify(from: 900).finding?.seq == 2)
    let good = try JournalVerifier(path: sample.path, trusted: [signer.key.publicKey])
    #expect(try good.verify().finding == nil)
  }

  @Test("A journal of version 1 is checked whole, and a part of it only after it was migrated")
  func oldVersion() throws {
    _ = try sample.sqlite("DROP TABLE node; PRAGMA user_version = 1")
    #expect(try verify().finding == nil)
    #expect(throws: JournalError.noNodes(path: sample.path)) { try verify(from: 5) }
  }

  @Test("A journal is checked while its agent writes on")
  func running() async throws {
    let journal = try sample.open()
    let verifier = try JournalVerifier(path: sample.path)
    try await journal.append(Sample.event("more"), at: sample.time.now())
    try await journal.commit()
    #expect(try verifier.verify().size == 1_001)
    #expect(try verifier.verify().finding == nil)
    try await journal.close()
  }
}
