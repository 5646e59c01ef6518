import Logging
import StationAPI
import Telemetry
import TestSupport
import Testing

@testable import StationWeb

@Suite("Events over HTTP", .timeLimit(.minutes(5)))
struct EventTests {
  @Test("The status comes at once, and again whenever something changes")
  func live() async throws {
    try await Served.with { served in
      var events = try await served.events()
      #expect(events.status == 200)
      #expect(events.mediaType == "text/event-stream")
      let first = try await events.next()
      #expect(first?["id"] == "1")
      await served.service.change { $0.seq = 99_999 }
      let status = try await events.status { $0.journal.seq == 99_999 }
      #expect(status != nil)
    }
  }

  @Test("Several clients get the same, and one that leaves disturbs nobody")
  func several() async throws {
    try await Served.with { served in
      var one = try await served.events()
      var two = try await served.events()
      #expect(try await one.status() != nil)
      #expect(try await two.status() != nil)
      do {
        var third = try await served.events()
        #expect(try await third.status() != nil)
        #expect(await served.server.streamCount == 3)
      }
      #expect(try await eventually { await served.server.streamCount == 2 })
      await served.service.change { $0.seq = 77_777 }
      #expect(try await one.status { $0.journal.seq == 77_777 } != nil)
      #expect(try await two.status { $0.journal.seq == 77_777 } != nil)
    }
  }

  @Test("One stream too many is a problem, and a place that is given up is free again")
  func bound() async throws {
    try await Served.with { served in
      var readers: [EventReader] = []
      for _ in 0..<StationServer.maximumStreams { readers.append(try await served.events()) }
      let answer = try await served.send("GET", "/v1/events")
      #expect(answer.status == 503)
      #expect(try answer.json(Problem.self).type == "too-many-streams")
      readers.removeLast()
      #expect(
        try await eventually { await served.server.streamCount < StationServer.maximumStreams }
      )
      var next = try await served.events()
      #expect(try await next.status() != nil)
      #expect(readers.count == StationServer.maximumStreams - 1)
    }
  }

  @Test("Graceful shutdown ends the streams")
  func shutdown() async throws {
    try await Served.with { served in
      var events = try await served.events()
      #expect(try await events.status() != nil)
      await served.stop()
      while try await events.next() != nil {}
    }
  }
}

@Suite("Status broadcast")
struct StatusBroadcastTests {
  private let time = ManualTime()
  private let service: FakeStation
  private let broadcast: StatusBroadcast

  init() {
    service = FakeStation(time: time)
    broadcast = StatusBroadcast(service: service, time: time, logger: .init(label: "test"))
  }

  @Test("Nobody follows, nothing is asked")
  func idle() async {
    await broadcast.lookOnce()
    #expect(await service.statusCount == 0)
  }

  @Test("The status is asked for once a tick, however many follow")
  func shared() async throws {
    for _ in 0..<5 { _ = try await broadcast.follow() }
    #expect(await service.statusCount == 1)
    time.advance(by: StatusBroadcast.tick)
    await broadcast.lookOnce()
    #expect(await service.statusCount == 2)
  }

  @Test("A status that tells the same is not sent again")
  func unchanged() async throws {
    let follower = try await broadcast.follow()
    let first = await broadcast.message(after: 0)
    #expect(first.status == 1)
    time.advance(by: StatusBroadcast.tick)
    await service.change { $0.ageMilliseconds += 500 }
    await broadcast.lookOnce()
    #expect(await broadcast.message(after: 1).status == 1)
    await service.change { $0.drift = 1 }
    await broadcast.lookOnce()
    #expect(await broadcast.message(after: 1).status == 2)
    await broadcast.forget(follower.id)
    #expect(await broadcast.count == 0)
  }

  @Test("A follower that comes late gets a status of now, not of the last change")
  func late() async throws {
    _ = try await broadcast.follow()
    time.advance(by: .seconds(600))
    await service.change { $0.ageMilliseconds += 600_000 }
    let follower = try await broadcast.follow()
    var wakes = follower.wakes.makeAsyncIterator()
    await wakes.next()
    let message = String(decoding: await broadcast.message(after: 0).bytes, as: UTF8.self)
    #expect(message.contains(#""at":"2026-11-24T12:10:00.000000Z""#))
  }

  @Test("Long silence is broken by a sign of life")
  func heartbeat() async throws {
    let follower = try await broadcast.follow()
    var wakes = follower.wakes.makeAsyncIterator()
    await wakes.next()
    time.advance(by: StatusBroadcast.heartbeat)
    await service.change { $0.ageMilliseconds += 15_000 }
    await broadcast.lookOnce()
    await wakes.next()
    let message = await broadcast.message(after: 1)
    #expect(message.status == 1)
    #expect(String(decoding: message.bytes, as: UTF8.self).hasPrefix(": heartbeat\n\n"))
  }

  @Test("A slow follower finds the newest status, not a queue of old ones")
  func slow() async throws {
    let follower = try await broadcast.follow()
    for step in 1...100 {
      time.advance(by: StatusBroadcast.tick)
      await service.change { $0.drift = Double(step) }
      await broadcast.lookOnce()
    }
    var wakes = follower.wakes.makeAsyncIterator()
    await wakes.next()
    #expect(await broadcast.message(after: 0).status == 101)
    follower.leave()
    #expect(await wakes.next() == nil)
  }
}
