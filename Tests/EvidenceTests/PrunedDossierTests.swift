import Evidence
import Foundation
import JournalStore
import MerkleLog
import Telemetry
import TestSupport
import Testing

@Suite("Evidence from a pruned journal")
struct PrunedDossierTests {
  @Test("Frames that were pruned are counted, and the records that say so are in it")
  func pruned() async throws {
    let plant = try await SignedPlant()
    try await plant.runLot("L-9")
    try await plant.checkpoint()
    let whole = try await plant.write("L-9", to: "whole")
    #expect(whole.frames == 5 && whole.missing == 0)
    // Frames go in blocks, and only when there are enough of them.
    let frames = try #require(
      try plant.journal.reader().records(after: 0, limit: .max, bytes: .max)
        .compactMap { try? RecordCoding.decode($0.body) }
        .compactMap { if case .frame(let frame) = $0.content { frame } else { nil } }.last
    )
    let other = Frame(
      at: plant.time.now(),
      spanMicroseconds: 1,
      layout: frames.layout,
      bindings: [nil],
      readings: frames.readings
    )
    try await plant.journal.append([Frame](repeating: other, count: 17_000))
    try await plant.journal.commit()
    plant.time.advance(by: .seconds(7_200))
    let last = await plant.journal.status().seq
    let rule = RetentionRule(age: .seconds(3_600), bytes: nil)
    _ = try await plant.journal.prune(rule, confirmed: last, at: plant.time.now())
    try await plant.checkpoint()
    let left = try await plant.write("L-9")
    #expect(left.frames == 0)
    #expect(left.missing == 5)
    let records = String(decoding: try plant.bytes("records.jsonl"), as: UTF8.self)
    #expect(records.split(separator: "\n").count { $0.contains(#""type":"pruned""#) } == 1)
    let readme = String(decoding: try plant.bytes("README.txt"), as: UTF8.self)
    #expect(readme.contains("\n5 frames of that time are no longer in the journal"))
    let findings = try plant.findings(key: plant.signer.key)
    #expect(findings.own == nil && findings.other == nil)
  }
}
