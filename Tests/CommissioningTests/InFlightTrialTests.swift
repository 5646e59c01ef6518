import Fieldbus
import Telemetry
import TestSupport
import Testing

@testable import Commissioning

/// How many requests a device takes at once.
@Suite("Requests in flight")
struct InFlightTrialTests {
  private static let requests = (0..<3).compactMap { index in
    UnitID(1).flatMap { ModbusRequest(unit: $0, table: .holding, address: index, count: 1) }
  }.map(BusRequest.modbus)

  /// A device that takes at most `limit` at once, and answers each in a millisecond.
  private struct Device: Bus {
    let limit: Int
    let inFlight: Int
    let time: ManualTime

    func exchange(_ requests: [BusRequest]) async -> [BusOutcome] {
      let sent = time.moment()
      let rounds = (requests.count + inFlight - 1) / inFlight
      time.advance(by: .milliseconds(rounds))
      return requests.indices.map { index in
        let isDropped = inFlight > limit && index % inFlight >= limit
        return BusOutcome(
          result: isDropped
            ? .failure(BusFailure(.timeout, "no answer within 500 ms")) : .success(.registers([1])),
          sent: sent,
          elapsed: .milliseconds(1)
        )
      }
    }

    func close() async {}
  }

  private func trial(limit: Int) async -> InFlightTrial {
    let time = ManualTime()
    return await InFlightTrial(asking: Self.requests, time: time) { inFlight in
      Device(limit: limit, inFlight: inFlight, time: time)
    }
  }

  @Test(
    "The most that the device answers is recommended, and more is not tried",
    arguments: [1, 4]
  )
  func limit(_ limit: Int) async {
    let found = await trial(limit: limit)
    #expect(found.recommended == limit)
    #expect(found.steps.last?.inFlight == limit * 2)
    #expect(found.steps.last?.failure?.cause == .timeout)
  }

  @Test("A device that takes all is asked with 16 at once")
  func all() async {
    let found = await trial(limit: 64)
    #expect(found.recommended == 16)
    #expect(found.steps.map(\.inFlight) == InFlightTrial.levels)
  }

  @Test("More in flight that are no faster are not recommended")
  func noFaster() async {
    let time = ManualTime()
    let found = await InFlightTrial(asking: Self.requests, time: time) { _ in
      Device(limit: 64, inFlight: 1, time: time)
    }
    #expect(found.recommended == 1)
  }

  @Test("The lines say what to write into the profile")
  func lines() async {
    let lines = await trial(limit: 4).lines(stated: 1)
    #expect(lines.first == "Requests at once:")
    #expect(lines[1] == "  1 in flight  32 requests in 32.0 ms, 1000 a second")
    #expect(lines[4] == "  8 in flight  timeout: no answer within 500 ms")
    #expect(
      lines.last == "  Write requests_in_flight: 4 under modbus: in the profile; it says 1."
    )
  }

  @Test("A device that does not answer one at a time gets no advice for more")
  func silent() async {
    #expect(await trial(limit: 0).recommended == nil)
  }
}
