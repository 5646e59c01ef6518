import Foundation
import MerkleLog
import Telemetry
import TestSupport
import Testing

@testable import JournalStore

@Suite("Verifying a pruned journal")
struct PrunedVerifyTests {
  /// A journal of 17,003 records whose first 16,384 lost their frames.
  private func pruned() async throws -> Sample {
    let sample = try Sample()
    let journal = try sample.open()
    try await journal.append(Sample.layout(), at: sample.time.now())
    try await journal.append(Sample.binding(), at: sample.time.now())
    let frame = sample.frame([Reading(.integer(1)), Reading(.flag(true))])
    try await journal.append([Frame](repeating: frame, count: 17_000))
    try await journal.commit()
    sample.time.advance(by: .seconds(7_200))
    let rule = RetentionRule(age: .seconds(3_600), bytes: nil)
    _ = try await journal.prune(rule, confirmed: 17_003, at: sample.time.now())
    try await journal.close()
    return sample
  }

  @Test("What is left is found to be as it was recorded, as a whole and in part")
  func whole() async throws {
    let sample = try await pruned()
    let verifier = try JournalVerifier(path: sample.path)
    for (first, last) in [(1, nil), (2, 300), (16_500, nil)] {
      let result = try verifier.verify(from: first, to: last)
      #expect(result.finding == nil, "\(String(describing: result.finding))")
      #expect(result.pruned == 16_384)
    }
  }

  @Test("A record that stayed and was altered is named, and a hash that was")
  func altered() async throws {
    for (change, seq) in [
      ("UPDATE record SET body = replace(body, 'L-1', 'L-2') WHERE seq = 3", 3),
      ("UPDATE pruned SET root = zeroblob(32) WHERE number = 5", 1_281),
    ] {
      let sample = try await pruned()
      _ = try sample.sqlite("DROP TRIGGER record_is_final_update; \(change)")
      let result = try JournalVerifier(path: sample.path).verify()
      #expect(result.finding?.seq == seq)
    }
  }
}
