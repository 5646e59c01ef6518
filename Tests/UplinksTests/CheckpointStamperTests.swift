import Foundation
import Logging
import MerkleLog
import StationAPI
import Telemetry
import TestSupport
import Testing

@testable import Uplinks

@Suite("Timestamps of checkpoints")
struct CheckpointStamperTests {
  /// A journal that has checkpoints, and takes timestamps.
  private struct Journal: Sendable {
    var checkpoint: (seq: Int, note: String)?
    var timestamps: [(timestamp: CheckpointTimestamp, at: Instant)] = []
    var isFailing = false
  }

  private struct Failing: Error, CustomStringConvertible { let description = "the disk is full" }

  private let time = ManualTime()
  private let journal = Locked(Journal())
  private let client = HTTPHubClient()
  private let authority: TimestampAuthority

  init() async throws { authority = try await TimestampAuthority() }

  private func stamper(_ url: String? = nil) -> CheckpointStamper {
    CheckpointStamper(
      url: url ?? authority.url,
      interval: .seconds(3_600),
      client: client,
      desk: CheckpointStamper.Desk(
        last: { [journal] in journal.value.timestamps.last },
        checkpoint: { [journal] in journal.value.checkpoint },
        record: { [journal, time] timestamp in
          if journal.value.isFailing { throw Failing() }
          journal.with { $0.timestamps.append((timestamp, time.now())) }
        }
      ),
      time: time,
      random: { UInt64.random(in: 0...UInt64.max) },
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
  }

  private func checkpoint(_ seq: Int) {
    journal.with { $0.checkpoint = (seq, "origin\n\(seq - 1)\nroot\n\n— name sig\n") }
  }

  @Test("The last checkpoint gets a token that openssl verifies, once an interval")
  func good() async throws {
    let stamper = stamper()
    #expect(await stamper.stampOnce() == CheckpointStamper.pollInterval)
    checkpoint(12)
    #expect(await stamper.stampOnce() == .seconds(3_600))
    let first = try #require(journal.value.timestamps.first?.timestamp)
    #expect(first.checkpoint == 12 && first.authority == "Test TSA")
    let status = await stamper.status
    #expect(status.state == .connected && status.last?.records == 11)

    let folder = try TemporaryFolder()
    let note = try folder.write(journal.value.checkpoint?.note ?? "", to: "note")
    let token = folder.path("token")
    try Data(try first.readToken().bytes).write(to: URL(filePath: token))
    #expect(try authority.verify(token: token, of: note).status == 0)
    let other = try folder.write("another", to: "other")
    #expect(try authority.verify(token: token, of: other).status != 0)

    // A later checkpoint waits for the interval, and one that has a timestamp gets no other.
    checkpoint(20)
    time.advance(by: .seconds(3_599))
    #expect(await stamper.stampOnce() == .seconds(1))
    time.advance(by: .seconds(1))
    #expect(await stamper.stampOnce() == .seconds(3_600))
    #expect(journal.value.timestamps.map(\.timestamp.checkpoint) == [12, 20])
    time.advance(by: .seconds(3_600))
    #expect(await stamper.stampOnce() == CheckpointStamper.pollInterval)
    try await client.shutdown()
  }

  @Test("A start goes on from the timestamp that the journal has")
  func restart() async throws {
    checkpoint(12)
    _ = await stamper().stampOnce()
    checkpoint(20)
    time.advance(by: .seconds(1_000))
    let again = stamper()
    #expect(await again.stampOnce() == .seconds(2_600))
    #expect(await again.status.last?.records == 11)
    try await client.shutdown()
  }

  @Test(
    "What is no timestamp of this checkpoint is refused by name, and asked for again",
    arguments: [
      (TimestampAuthority.Mode.html, "something other than a timestamp authority answered", false),
      (.busy, "something other than a timestamp authority answered: HTTP 503", false),
      (.silent, "it cannot be reached", false),
      (.refuse, "refused with status 2: Message digest algorithm is not supported., badAlg", true),
      (.replay, "does not have this one's nonce", true),
      (.imprint, "the timestamp is of other bytes", true),
    ]
  )
  func refusals(_ mode: TimestampAuthority.Mode, _ words: String, _ isRefused: Bool) async throws {
    checkpoint(12)
    let stamper = stamper()
    if mode == .replay {
      _ = await stamper.stampOnce()
      time.advance(by: .seconds(3_600))
      // The same note: only the nonce tells that the answer is an old one.
      let note = journal.value.checkpoint?.note ?? ""
      journal.with { $0.checkpoint = (13, note) }
    }
    let before = journal.value.timestamps.count
    try await authority.set(mode)
    let wait = await stamper.stampOnce()
    #expect(wait >= UplinkPolicy.shortestWait && wait <= .seconds(60))
    let status = await stamper.status
    #expect(status.state == (isRefused ? .refused : .away))
    #expect(status.detail?.contains(words) == true, "\(status.detail ?? "nothing")")
    #expect(journal.value.timestamps.count == before)

    try await authority.set(.good)
    #expect(await stamper.stampOnce() == .seconds(3_600))
    #expect(await stamper.status.detail == nil)
    #expect(journal.value.timestamps.count == before + 1)
    try await client.shutdown()
  }

  @Test("Nobody at the address is said plainly, and the waits grow")
  func nobody() async throws {
    checkpoint(12)
    let stamper = stamper("http://127.0.0.1:1/")
    var longest = Duration.zero
    for _ in 0..<40 { longest = max(longest, await stamper.stampOnce()) }
    #expect(longest > .seconds(10))
    let status = await stamper.status
    #expect(status.state == .away)
    #expect(status.detail == "it cannot be reached: Connection refused")
    try await client.shutdown()
  }

  @Test("A timestamp that the journal does not take is asked for again")
  func disk() async throws {
    checkpoint(12)
    journal.with { $0.isFailing = true }
    let stamper = stamper()
    #expect(await stamper.stampOnce() <= .seconds(1))
    #expect(await stamper.status.detail == "the disk is full")
    journal.with { $0.isFailing = false }
    #expect(await stamper.stampOnce() == .seconds(3_600))
    try await client.shutdown()
  }
}
