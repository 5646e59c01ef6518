import Evidence
import Foundation
import JournalStore
import MerkleLog
import Telemetry
import TestSupport
import Testing

@Suite("Evidence with a timestamp")
struct TimestampedDossierTests {
  private let plant: SignedPlant
  private let authority: TimestampAuthority

  init() async throws {
    plant = try await SignedPlant()
    authority = try await TimestampAuthority()
  }

  /// Signs the journal, and records a timestamp of that.
  private func stamp() async throws {
    try await plant.checkpoint()
    let record = try #require(try await plant.journal.latest("checkpoint"))
    guard case .checkpoint(let checkpoint) = record.content else { return }
    let request = TimestampRequest(.sha256(checkpoint.note.utf8), nonce: 1)
    let token = try request.token(in: try authority.answer(try request.encoded))
    try await plant.journal.append(
      .timestamp(CheckpointTimestamp(checkpoint: record.seq, token)),
      at: plant.time.now()
    )
    try await plant.journal.commit()
  }

  private func verifyToken(_ name: String = "dossier") throws -> Int32 {
    let folder = plant.folder.path(name)
    return try authority.verify(token: folder + "/checkpoint.tst", of: folder + "/checkpoint.txt")
      .status
  }

  @Test("The token that covers the lot is in it, and openssl and both checks accept it")
  func good() async throws {
    try await plant.runLot("L-9")
    try await stamp()
    let summary = try await plant.write("L-9")
    #expect(summary.timestamp?.authority == "Test TSA")
    #expect(try verifyToken() == 0)
    let findings = try plant.findings(key: plant.signer.key)
    #expect(findings.own == nil && findings.other == nil)
    let result = try DossierVerifier(folder: plant.folder.path("dossier")).verify()
    #expect(result.timestamp?.time == summary.timestamp?.time)
    let readme = String(decoding: try plant.bytes("README.txt"), as: UTF8.self)
    #expect(
      readme.contains(
        "openssl ts -verify -token_in -in checkpoint.tst -data checkpoint.txt -CAfile ROOT.pem"
      )
    )
    let journal = try JournalVerifier(path: plant.folder.path("journal.sqlite")).verify()
    #expect(journal.finding == nil)
    #expect(journal.timestamps == 1 && journal.lastTimestamp == summary.timestamp)
  }

  @Test("It is under the first timestamped checkpoint that covers the lot, whatever comes later")
  func first() async throws {
    try await stamp()
    try await plant.runLot("L-9")
    try await stamp()
    try await plant.write("L-9", to: "early")
    try await plant.runLot("L-10")
    try await stamp()
    try await plant.checkpoint()
    let summary = try await plant.write("L-9")
    #expect(summary.checkpoint.size < (await plant.journal.status().seq) - 20)
    #expect(try plant.files("early") == plant.files())
    #expect(try plant.bytes("SHA256SUMS", in: "early") == plant.bytes("SHA256SUMS"))
    #expect(try verifyToken() == 0)
  }

  @Test("A lot that no timestamp covers is under the last checkpoint, without one")
  func uncovered() async throws {
    try await stamp()
    try await plant.runLot("L-9")
    try await plant.checkpoint()
    let summary = try await plant.write("L-9")
    #expect(summary.timestamp == nil && summary.frames == 5)
    #expect(try plant.files().contains("checkpoint.tst") == false)
    let findings = try plant.findings()
    #expect(findings.own == nil && findings.other == nil)
  }

  @Test("A token of another checkpoint is refused by our check and by openssl")
  func other() async throws {
    try await stamp()
    try await plant.write("PCB-7", to: "first")
    try await plant.runLot("L-9")
    try await stamp()
    try await plant.write("L-9")
    let (own, strange) = (
      try plant.bytes("checkpoint.tst"), try plant.bytes("checkpoint.tst", in: "first")
    )
    try plant.replace("checkpoint.tst", with: strange)
    let sums = String(decoding: try plant.bytes("SHA256SUMS"), as: UTF8.self)
      .replacing("\(Digest.sha256(own))", with: "\(Digest.sha256(strange))")
    try plant.replace("SHA256SUMS", with: Array(sums.utf8))
    #expect(try plant.findings().own?.contains("checkpoint.tst: the timestamp is of other") == true)
    #expect(try verifyToken() != 0)
  }

  @Test("A key that came after the checkpoint is left out, and the dossier holds")
  func laterKey() async throws {
    try await plant.runLot("L-9")
    try await stamp()
    let next = try #require(NoteSigner(name: plant.signer.key.name, secret: SecretKey()))
    let change = try KeyStatement.record(
      origin: plant.journal.opening.origin,
      new: next,
      old: plant.signer
    )
    try await plant.journal.append(.key(change), at: plant.time.now())
    _ = try await plant.journal.appendCheckpoint(by: next, at: plant.time.now())
    try await plant.journal.commit()
    #expect(try await plant.write("L-9").timestamp != nil)
    let findings = try plant.findings(key: plant.signer.key)
    #expect(findings.own == nil && findings.other == nil)
  }
}
