import FaultMatrix
import Testing

@Suite("Fault matrix", .serialized)
struct MatrixTests {
  /// The long form is `Scripts/faults`.
  @Test("Whatever goes wrong on a line, a value is right, or it is bad with the right cause")
  func short() async throws {
    let table = try await Matrix(scans: 10_000, seed: 2_026, workers: 8, patience: 4).run()
    #expect(table.violations == 0, "\(table.text)")
    #expect(table.silentFaults == [], "\(table.text)")
    #expect(table.isUndisturbed, "\(table.text)")
  }

  @Test(
    "One seed deals the same faults in the same order, another seed others",
    arguments: [
      (Carrier.tcp, 22), (.pipelinedTCP, 22), (.line, 18), (.tunnel, 20),
    ]
  )
  func seeded(carrier: Carrier, count: Int) {
    func strikes(_ seed: UInt64) -> [Strike?] {
      var plan = StrikePlan(carrier, interval: 8, seed: seed)
      return (0..<2_000).map { plan.strike(at: $0) }
    }
    #expect(strikes(7) == strikes(7))
    #expect(strikes(7) != strikes(8))
    let kinds = Set(strikes(7).compactMap { $0?.kind })
    #expect(kinds.count == count)
  }

  @Test("What really strikes is what was dealt, whatever the bus makes of it")
  func digest() async throws {
    let carrier = Carrier.tcp.patient(8)
    let first = try await ProxyRun(carrier, scans: 150, seed: 3).run()
    let second = try await ProxyRun(carrier, scans: 150, seed: 3).run()
    #expect(first.digest == second.digest)
    #expect(first.rows.mapValues(\.fired) == second.rows.mapValues(\.fired))
    #expect(try await ProxyRun(carrier, scans: 150, seed: 4).run().digest != first.digest)
  }

  @Test("Two scans that must be good lie between the last one a fault may spoil and the next fault")
  func spacing() {
    var plan = StrikePlan(.tcp, interval: 6, seed: 1)
    var end = 0
    for number in 0..<5_000 {
      guard let strike = plan.strike(at: number) else { continue }
      #expect(number >= end)
      end = number + strike.scans + 3
    }
  }

  @Test("A fault that never struck, and a machine that was late too often, fail the run")
  func table() {
    let table = MatrixTable([("TCP", Tally())], expected: ["TCP": [.silence]])
    #expect(table.silentFaults == ["TCP: silence never struck"])
    #expect(!table.isPassed)
  }
}
