import Telemetry
import Testing

@testable import LotBinding

/// Ten zones, a reading of each every second, hours of production: each is compared with where the
/// simulator's boards truly are.
@Suite("Transit through a simulated oven")
struct TransitSimulationTests {
  private func run(_ plan: OvenRun.Plan, seed: UInt64) -> OvenRun.Result {
    var run = OvenRun(plan, seed: seed)
    return run.run()
  }

  private func share(_ result: OvenRun.Result) -> Double {
    Double(result.unsure) / Double(result.readings)
  }

  /// What must hold of every run.
  private func expectRight(_ result: OvenRun.Result, _ plan: OvenRun.Plan) {
    #expect(result.readings >= Int(plan.seconds * 0.2) * 10)
    #expect(result.boards > 20 && result.lots > 5)
    #expect(result.wrong.isEmpty, "\(result.wrong.count): \(result.wrong.first ?? "")")
    #expect(
      result.incomplete.isEmpty,
      "\(result.incomplete.count): \(result.incomplete.first ?? "")"
    )
  }

  @Test(
    "Speed changes, stops and restarts: right in every zone, unsure only within a scan of an edge",
    arguments: 1...6 as ClosedRange<UInt64>
  )
  func exact(seed: UInt64) {
    let plan = OvenRun.Plan(seconds: 3_600)
    let result = run(plan, seed: seed)
    expectRight(result, plan)
    // Lots of four boards: two edges a minute in the oven, and some of them stand at a sensor.
    #expect(share(result) < 0.12, "\(share(result))")
    // A second at 110 cm/min for the scan, one for the eye, and what the ramps leave open.
    #expect(result.furthest < 2 * 110 / 6_000 + 0.04, "\(result.furthest)")
  }

  @Test("In lots of forty boards, less than one reading in fifty is unsure", arguments: [91, 92])
  func large(seed: UInt64) {
    let plan = OvenRun.Plan(seconds: 7_200, lotSize: 40)
    let result = run(plan, seed: seed)
    #expect(result.wrong.isEmpty && result.incomplete.isEmpty && result.boards > 100)
    #expect(share(result) < 0.02, "\(share(result))")
  }

  @Test(
    "A board that comes at the moment at which its lot is started may be either lot's",
    arguments: 81...84 as ClosedRange<UInt64>
  )
  func races(seed: UInt64) {
    let plan = OvenRun.Plan(seconds: 3_600, hasRaces: true)
    let result = run(plan, seed: seed)
    expectRight(result, plan)
    #expect(share(result) < 0.12, "\(share(result))")
  }

  @Test(
    "A speed that shows half a per cent too much is allowed for by its stated accuracy",
    arguments: [(21, 0.005), (22, -0.005), (23, 0.005), (24, -0.005)] as [(UInt64, Double)]
  )
  func inaccurate(seed: UInt64, error: Double) {
    let plan = OvenRun.Plan(seconds: 3_600, speedError: error, accuracy: 0.01)
    let result = run(plan, seed: seed)
    expectRight(result, plan)
    #expect(share(result) < 0.2, "\(share(result))")
    #expect(result.furthest < 2 * 110 / 6_000 + 0.05 + 0.02 * OvenSimulator.length)
  }

  @Test(
    "Two lanes, on one belt or on two, and zones that reach to each side of their sensor",
    arguments: [(31, 1), (32, 1), (33, 2), (34, 2)] as [(UInt64, Int)]
  )
  func lanes(seed: UInt64, belts: Int) {
    let plan = OvenRun.Plan(seconds: 3_600, lanes: 2, belts: belts, reach: 0.175)
    let result = run(plan, seed: seed)
    expectRight(result, plan)
    #expect(share(result) < 0.2, "\(share(result))")
  }

  @Test(
    "A speed signal that goes bad for seconds or minutes never makes a sure binding wrong",
    arguments: 41...44 as ClosedRange<UInt64>
  )
  func badSpeed(seed: UInt64) {
    let plan = OvenRun.Plan(seconds: 3_600, hasSpeedFaults: true)
    let result = run(plan, seed: seed)
    expectRight(result, plan)
    #expect(share(result) < 0.6, "\(share(result))")
  }

  @Test(
    "A photo-eye that goes bad never makes a sure binding wrong",
    arguments: 51...54 as ClosedRange<UInt64>
  )
  func badEye(seed: UInt64) {
    let plan = OvenRun.Plan(seconds: 3_600, hasEyeFaults: true)
    let result = run(plan, seed: seed)
    expectRight(result, plan)
    #expect(share(result) < 0.6, "\(share(result))")
  }

  @Test(
    "An agent that was away for seconds or minutes is unsure at first, and never wrong",
    arguments: 61...64 as ClosedRange<UInt64>
  )
  func restarts(seed: UInt64) {
    let plan = OvenRun.Plan(seconds: 3_600, lanes: 2, belts: 2, hasRestarts: true)
    let result = run(plan, seed: seed)
    expectRight(result, plan)
    #expect(share(result) < 0.7, "\(share(result))")
  }

  @Test(
    "Boards that enter and leave are seen one by one, and those taken out by hand are missed",
    arguments: 71...74 as ClosedRange<UInt64>
  )
  func boards(seed: UInt64) {
    let plan = OvenRun.Plan(seconds: 3_600, hasRemovals: true)
    let result = run(plan, seed: seed)
    let entered = result.moves.filter { $0.event == .entered }
    let left = result.moves.filter { $0.event == .left }
    let removed = result.moves.filter { $0.event == .removed }
    #expect(entered.count == result.boards)
    #expect(left.allSatisfy { $0.remark == nil && $0.entered != nil })
    #expect(removed.allSatisfy { $0.remark == .overdue })
    #expect(result.removed > 0 && (result.removed - 4...result.removed).contains(removed.count))
    // What is still inside was neither seen to leave nor missed.
    let open = entered.count - left.count - removed.count
    #expect((0...30).contains(open), "\(open)")
  }

  @Test("The same seed makes the same run")
  func repeatable() {
    let plan = OvenRun.Plan(seconds: 1_200, lanes: 2, hasSpeedFaults: true)
    #expect(run(plan, seed: 9).moves == run(plan, seed: 9).moves)
  }
}
