import FaultMatrix
import Fieldbus
import Telemetry
import TestSupport
import Testing

/// Buses that lie must be caught, or the matrix proves nothing.
@Suite("Fault matrix, held against buses that lie", .serialized)
struct CheckerTests {
  /// Changes the outcomes of a good bus.
  private struct LyingBus: Bus {
    let bus: any Bus
    let lie: @Sendable ([BusOutcome]) -> [BusOutcome]

    func exchange(_ requests: [BusRequest]) async -> [BusOutcome] {
      lie(await bus.exchange(requests))
    }

    func close() async { await bus.close() }
  }

  private func tally(
    _ carrier: Carrier,
    scans: Int = 300,
    lie: @escaping @Sendable ([BusOutcome]) -> [BusOutcome]
  ) async throws -> Tally {
    let carrier = carrier.patient(4)
    return try await ProxyRun(
      carrier,
      scans: scans,
      seed: 5,
      wrap: { LyingBus(bus: $0, lie: lie) }
    ).run()
  }

  private static func replaced(
    _ outcome: BusOutcome,
    _ result: Result<BusReply, BusFailure>
  ) -> BusOutcome {
    BusOutcome(result: result, sent: outcome.sent, elapsed: outcome.elapsed)
  }

  @Test(
    "A bus without checks takes late and foreign replies for answers",
    arguments: [
      Carrier.tcp.with(.late), .tcp.with(.wrongUnit), .tcp.with(.wrongTransaction),
      .tcp.with(.twoReplies), .line.with(.late), .line.with(.foreignTraffic),
    ]
  )
  func naive(carrier: Carrier) async throws {
    let carrier = carrier.patient(6)
    let timeout = carrier.timeout
    let run = ProxyRun(
      carrier,
      scans: 40,
      seed: 5,
      replacement: { NaiveBus($0, timeout: timeout) }
    )
    let tally = try await run.run()
    #expect(tally.violations > 0)
    let takesOthers = carrier.faults != [.wrongUnit] && carrier.faults != [.wrongTransaction]
    #expect(
      tally.examples.contains { $0.contains("instead of place") } == takesOthers,
      "\(tally)"
    )
  }

  @Test("A bus that answers once with what it read a scan ago is caught by that one scan")
  func stale() async throws {
    let last = Locked<[BusOutcome]>([])
    let count = Locked(0)
    let tally = try await tally(.tcp) { outcomes in
      let number = count.with {
        $0 += 1
        return $0
      }
      let before = last.with { last in
        defer { last = outcomes }
        return last
      }
      return number == 2 ? before : outcomes
    }
    #expect(tally.violations == 12)
    #expect(tally.rows[""]?.violations == 12)
  }

  @Test("A bus that swaps the answers to two requests of one scan is caught")
  func swapped() async throws {
    let tally = try await tally(.tcp, scans: 3) { [$0[1], $0[0], $0[2]] }
    #expect(tally.violations == 3 * 8)
  }

  @Test("A bus that goes on showing the last good value is caught")
  func held() async throws {
    let last = Locked<[Int: Result<BusReply, BusFailure>]>([:])
    let tally = try await tally(.tcp) { outcomes in
      outcomes.enumerated().map { index, outcome in
        last.with { last in
          if case .success = outcome.result { last[index] = outcome.result }
          return Self.replaced(outcome, last[index] ?? outcome.result)
        }
      }
    }
    #expect((tally.rows["silence"]?.violations ?? 0) > 0)
    #expect((tally.rows["connection refused"]?.violations ?? 0) > 0)
  }

  @Test("A bus that gives a wrong cause is caught")
  func cause() async throws {
    let tally = try await tally(.tcp) { outcomes in
      outcomes.map { outcome in
        guard case .failure(let failure) = outcome.result, failure.cause == .timeout else {
          return outcome
        }
        return Self.replaced(outcome, .failure(BusFailure(.checksum, failure.detail)))
      }
    }
    #expect((tally.rows["silence"]?.violations ?? 0) > 0)
    #expect(tally.examples.contains { $0.contains("bad with crc") })
  }

  @Test("A bus that drops a good answer is caught")
  func dropped() async throws {
    let tally = try await tally(.tcp, scans: 3) { outcomes in
      outcomes.map { Self.replaced($0, .failure(BusFailure(.noConnection, "away"))) }
    }
    #expect(tally.violations == 3 * 12)
  }
}
