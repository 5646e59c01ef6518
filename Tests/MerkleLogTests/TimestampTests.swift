import Foundation
import MerkleLog
import Telemetry
import TestSupport
import Testing

@Suite("Timestamps of an authority")
struct TimestampTests {
  private static let imprint = Digest.sha256("a note".utf8)

  /// A request, and what `openssl ts` answers it.
  private let request = TimestampRequest(Self.imprint, nonce: 0x8000_0000_0000_0001)
  private let authority: TimestampAuthority
  private let answer: [UInt8]

  init() async throws {
    authority = try await TimestampAuthority()
    answer = try authority.answer(try request.encoded)
  }

  private func error(_ request: TimestampRequest, _ answer: [UInt8]) -> TimestampError? {
    do throws(TimestampError) {
      _ = try request.token(in: answer)
      return nil
    } catch {
      return error
    }
  }

  @Test("A token tells its time, its authority and what it is of, and reads back from its bytes")
  func token() throws {
    let token = try request.token(in: answer)
    #expect(token.imprint == Self.imprint)
    #expect(token.authority == "Test TSA")
    #expect(abs(token.time.duration(since: SystemTime().now()).inSeconds) < 600)
    #expect(try TimestampToken(token.bytes) == token)
  }

  @Test("An answer to another request, or over other bytes, is refused by name")
  func others() {
    #expect(error(TimestampRequest(Self.imprint, nonce: 1), answer) == .wrongNonce)
    let other = Digest.sha256("another".utf8)
    let expected = TimestampError.wrongImprint(expected: other, found: Self.imprint)
    #expect(error(TimestampRequest(other, nonce: 0x8000_0000_0000_0001), answer) == expected)
  }

  @Test("Bytes that are cut off, or something else, are no token")
  func garbage() {
    for count in 0..<answer.count {
      guard case .noToken = error(request, Array(answer.prefix(count))) else {
        Issue.record("\(count) of \(answer.count) bytes were taken")
        continue
      }
    }
    guard case .noToken = error(request, Array("<html>".utf8)) else {
      Issue.record("a page was taken")
      return
    }
  }

  @Test("A byte that is altered is refused or changes nothing that is read, and never more")
  func altered() throws {
    let good = try request.token(in: answer)
    for index in answer.indices {
      var bytes = answer
      bytes[index] ^= 0x20
      guard let token = try? request.token(in: bytes) else { continue }
      #expect(token.imprint == good.imprint)
    }
  }

  @Test("A refusal says its status, the authority's words and the reason's name")
  func refusal() {
    // PKIStatusInfo: 2, ["no"], badAlg.
    let bytes: [UInt8] =
      [0x30, 0x0F, 0x30, 0x0D, 0x02, 0x01, 0x02, 0x30, 0x04, 0x0C, 0x02] + Array("no".utf8)
      + [0x03, 0x02, 0x07, 0x80]
    #expect(error(request, bytes) == .refused(status: 2, reason: "no, badAlg"))
    #expect(
      error(request, [0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x03])
        == .refused(status: 3, reason: "no reason given")
    )
  }

  @Test("A journal's timestamp is held to its checkpoint")
  func audit() throws {
    var log = try SignedLog()
    try log.add(try log.key(log.first))
    let checkpoint = try log.checkpoint(by: log.first)
    guard case .checkpoint(let content) = checkpoint else { return }
    try log.add(checkpoint)
    let seq = log.records.count
    let own = TimestampRequest(.sha256(content.note.utf8), nonce: 7)
    let token = try own.token(in: try authority.answer(try own.encoded))
    var good = log
    try good.add(.timestamp(CheckpointTimestamp(checkpoint: seq, token)))
    #expect(good.finding() == nil)

    var other = log
    try other.add(.timestamp(CheckpointTimestamp(checkpoint: seq, try request.token(in: answer))))
    #expect(other.finding()?.seq == seq + 1)
    #expect(other.finding()?.detail.contains("of other bytes") == true)

    var none = log
    try none.add(.timestamp(CheckpointTimestamp(checkpoint: seq - 1, token)))
    #expect(none.finding()?.detail.contains("none of the last 256 checkpoints") == true)

    var later = log
    let said = CheckpointTimestamp(
      checkpoint: seq,
      time: token.time.advanced(by: .seconds(1)),
      authority: token.authority,
      token: Base64.text(token.bytes)
    )
    try later.add(.timestamp(said))
    #expect(later.finding()?.detail.contains("another time") == true)
  }
}
