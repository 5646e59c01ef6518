import JournalStore
import StationAPI
import Telemetry
import TestSupport
import Testing

@testable import Uplinks

@Suite("Uplinks of a pruned journal")
struct PrunedDeliveryTests {
  /// A line whose journal was delivered and then pruned of its first 16,384 records' frames.
  private func pruned() async throws -> Line {
    let line = try Line()
    let frame = Frame(
      at: line.time.now(),
      spanMicroseconds: 1,
      layout: 2,
      bindings: [],
      readings: [Reading(.integer(1))]
    )
    try await line.record(1)
    try await line.journal.append([Frame](repeating: frame, count: 17_000))
    try await line.journal.commit()
    _ = try await line.uplink().drain()
    line.time.advance(by: .seconds(7_200))
    let rule = RetentionRule(age: .seconds(3_600), bytes: nil)
    let all = try #require(try await line.journal.cursor(of: "hub")?.size)
    #expect(all == 17_002)
    _ = try await line.journal.prune(rule, confirmed: all, at: line.time.now())
    return line
  }

  @Test("Delivery goes on behind what was pruned, after a restart, too")
  func goesOn() async throws {
    let line = try await pruned()
    try await line.record(3)
    _ = try await line.uplink().drain()
    #expect(line.hub.state.value.records.count == 17_006)
  }

  @Test("A hub that lost some of the rest gets it again")
  func rewind() async throws {
    let line = try await pruned()
    line.hub.state.with { $0.records = Array($0.records.prefix(16_500)) }
    _ = try await line.uplink().drain()
    #expect(line.hub.state.value.records.count == 17_003)
  }

  @Test("A hub that is reached under another name is known by its mark, and no new journal begins")
  func renamed() async throws {
    let line = try await pruned()
    try await line.record(3)
    let uplink = try line.uplink("other")
    _ = await uplink.drain()
    #expect(line.hub.state.value.records.count == 17_006)
    #expect(await !line.journal.isToBeSucceeded)
  }

  @Test("A hub that lost what was pruned here is told so, and no new journal begins")
  func lost() async throws {
    for held in [10, 300, 512] {
      let line = try await pruned()
      line.hub.state.with { $0.records = Array($0.records.prefix(held)) }
      let uplink = try line.uplink()
      _ = await uplink.syncOnce()
      let status = await uplink.status(last: 17_003)
      #expect(status.state == .refused)
      #expect(status.detail?.contains("restore a newer copy of the hub's file") == true)
      #expect(await !line.journal.isToBeSucceeded)
    }
  }
}
