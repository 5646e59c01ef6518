import Foundation
import HTTPTypes
import Hummingbird
import JournalStore
import Logging
import NIOCore
import StationAPI
import Telemetry
import TestSupport
import Testing

@testable import Uplinks

@Suite("Hub uplink")
struct HubUplinkTests {
  @Test("Delivers every record once, in order, in bounded batches")
  func delivers() async throws {
    let line = try Line()
    try await line.record(2_499)
    let uplink = try line.uplink(batchRecords: 100)
    let steps = await uplink.drain()
    #expect(steps.count { $0 == .confirmed(100) } == 25)
    #expect(line.hub.state.value.records == (try line.bodies()))
    #expect(line.hub.state.value.batches.allSatisfy { $0.count <= 100 })
    let status = await uplink.status(last: 2_510)
    #expect(status.state == .connected)
    #expect(status.confirmed == 2_500)
    #expect(status.backlog == 10)
  }

  @Test("Batches of long records are bounded in bytes")
  func bytes() async throws {
    let line = try Line()
    try await line.record(20, detail: String(repeating: "a", count: 400_000))
    let uplink = try line.uplink()
    _ = await uplink.drain()
    #expect(line.hub.state.value.records.count == 21)
    #expect(line.hub.state.value.largest <= HubUplink.batchBytes + 1_000)
  }

  @Test("Goes on where the hub is, after a restart and without a stored position")
  func restart() async throws {
    let line = try Line()
    try await line.record(10)
    _ = try await line.uplink().drain()
    try await line.record(5)
    try await line.journal.setCursor(MerkleFrontier(), of: "hub")
    _ = try await line.uplink().drain()
    #expect(line.hub.state.value.batches.map(\.first) == [1, 12])
    #expect(line.hub.state.value.records == (try line.bodies()))
  }

  @Test("A hub that is away changes nothing, and costs longer and longer waits")
  func away() async throws {
    let line = try Line()
    try await line.record(3)
    let uplink = try line.uplink()
    line.hub.fail(.unreachable, .html, .timeout, .unreachable)
    for wait in [500, 1_000, 2_000, 4_000] {
      #expect(await uplink.syncOnce() == .wait(.milliseconds(wait)))
    }
    let status = await uplink.status(last: 4)
    #expect(status.state == .away)
    #expect(status.confirmed == 0)
    #expect(status.detail?.contains("Connection refused") == true)
    _ = await uplink.drain()
    #expect(line.hub.state.value.records == (try line.bodies()))
  }

  @Test("The end of the program says nothing about the hub")
  func cancelled() async throws {
    let line = try Line()
    let uplink = try line.uplink()
    line.hub.fail(.cancelled)
    _ = await uplink.syncOnce()
    #expect(await uplink.status(last: 1).state == .starting)
  }

  @Test("A lost answer leads to a second delivery, which the hub takes for what it is")
  func duplicate() async throws {
    let line = try Line()
    try await line.record(3)
    let uplink = try line.uplink()
    #expect(await uplink.syncOnce() == .confirmed(0))
    line.hub.fail(.lostAnswer)
    #expect(await uplink.syncOnce() == .wait(.milliseconds(500)))
    #expect(await uplink.syncOnce() == .confirmed(4))
    #expect(line.hub.state.value.batches.map(\.first) == [1, 1])
    #expect(line.hub.state.value.records == (try line.bodies()))
  }

  @Test("A hub restored from an older copy gets the rest again")
  func rewind() async throws {
    let line = try Line()
    try await line.record(30)
    let uplink = try line.uplink(batchRecords: 7)
    _ = await uplink.drain()
    line.hub.state.with { $0.records = Array($0.records.dropLast(20)) }
    try await line.record(1)
    _ = await uplink.drain()
    #expect(line.hub.state.value.records == (try line.bodies()))
    #expect(await uplink.status(last: 32).confirmed == 32)
  }

  @Test("A mark with another root, or for another journal, releases nothing")
  func wrongMark() async throws {
    for fault in [ScriptedHub.Fault.wrongRoot, .wrongJournal] {
      let line = try Line()
      try await line.record(3)
      let uplink = try line.uplink()
      #expect(await uplink.syncOnce() == .confirmed(0))
      line.hub.fail(fault)
      #expect(await uplink.syncOnce() == .wait(.seconds(45)))
      let status = await uplink.status(last: 4)
      #expect(status.state == .refused)
      #expect(status.confirmed == 0)
      #expect(try await line.journal.cursor(of: "hub") == nil)
    }
  }

  @Test("A hub that holds more than the journal is not believed, nor overwritten")
  func ahead() async throws {
    let line = try Line()
    try await line.record(3)
    line.hub.state.with { $0.records = [[1], [2], [3], [4], [5], [6]] }
    let uplink = try line.uplink()
    #expect(await uplink.syncOnce() == .wait(.seconds(45)))
    let status = await uplink.status(last: 4)
    #expect(status.state == .refused)
    #expect(status.detail?.contains("holds records up to 6") == true)
    // What it was asked to compare, it did not take.
    #expect(line.hub.state.value.records == [[1], [2], [3], [4], [5], [6]])
  }

  @Test("A hub with other records under our numbers is named")
  func altered() async throws {
    let line = try Line()
    try await line.record(3)
    line.hub.state.with { $0.records = [[1], [2]] }
    let uplink = try line.uplink()
    #expect(await uplink.syncOnce() == .wait(.seconds(45)))
    #expect(await uplink.status(last: 4).detail?.contains("are not this journal's") == true)
  }

  @Test("A hub that answers and takes nothing is not asked in a busy loop")
  func nothingTaken() async throws {
    let line = try Line()
    try await line.record(3)
    let uplink = try line.uplink()
    #expect(await uplink.syncOnce() == .confirmed(0))
    line.hub.fail(.nothingTaken)
    #expect(await uplink.syncOnce() == .wait(.milliseconds(500)))
  }

  @Test("Batches that are too large for the hub, or for the line, become smaller")
  func shrinks() async throws {
    let line = try Line()
    try await line.record(99)
    let uplink = try line.uplink(batchRecords: 80)
    #expect(await uplink.syncOnce() == .confirmed(0))
    line.hub.fail(.tooLarge, .timeout)
    _ = await uplink.syncOnce()
    _ = await uplink.syncOnce()
    #expect(await uplink.syncOnce() == .confirmed(20))
    #expect(await uplink.syncOnce() == .confirmed(40))
    #expect(await uplink.syncOnce() == .confirmed(40))
  }

  @Test("Runs until it is cancelled, and wakes for new records")
  func runs() async throws {
    let line = try Line()
    try await line.record(3)
    let uplink = try line.uplink()
    let task = Task { await uplink.run() }
    try await line.waitForHub(4)
    while line.time.sleeperCount == 0 { await Task.yield() }
    try await line.record(2)
    line.time.advance(by: HubUplink.pollInterval)
    try await line.waitForHub(6)
    task.cancel()
    await task.value
  }

  @Test("Delivers over HTTP to a real server, and survives what it must not believe")
  func http() async throws {
    let line = try Line()
    try await line.record(50)
    let client = HTTPHubClient()
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let hub = line.hub
    let router = Router()
    router.get("/v1/agents/edge-1/mark") { request, _ in
      Self.response(try await hub.get(request.uri.string))
    }
    router.post("/v1/agents/edge-1/records") { request, _ in
      #expect(request.headers[.contentEncoding] == "gzip")
      let body = try await request.body.collect(upTo: 1 << 20)
      return Self.response(try await hub.post(Array(body.readableBytesView), to: ""))
    }
    let server = Application(
      router: router,
      configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { port.yield($0.localAddress?.port ?? 0) },
      logger: .init(label: "server") { _ in SwiftLogNoOpLogHandler() }
    )
    let task = Task { try await server.run() }
    let bound = try #require(await ports.first { _ in true })
    let uplink = try line.uplink(
      batchRecords: 20,
      client: client,
      url: "http://127.0.0.1:\(bound)/"
    )
    line.hub.fail(.html, .wrongRoot)
    _ = await uplink.drain()
    #expect(line.hub.state.value.records == (try line.bodies()))
    task.cancel()
    _ = try? await task.value
    try await line.record(1)
    guard case .wait = await uplink.syncOnce() else {
      Issue.record("the server is gone")
      return
    }
    #expect(await uplink.status(last: 52).state == .away)
    try await client.shutdown()
  }

  private static func response(_ answer: HubAnswer) -> Response {
    var headers = HTTPFields()
    headers[.contentType] = answer.contentType
    return Response(
      status: .init(code: answer.status),
      headers: headers,
      body: .init(byteBuffer: ByteBuffer(bytes: answer.body))
    )
  }
}

extension Line {
  /// Waits until the hub holds `count` records; generous, since it only bounds a failure.
  func waitForHub(_ count: Int) async throws {
    _ = try await eventually { hub.state.value.records.count >= count }
    #expect(hub.state.value.records.count == count)
  }
}
