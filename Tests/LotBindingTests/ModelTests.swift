import Foundation
import PlantModel
import Testing

/// Random lives of a plant, judged by a model that was written apart from the agent.
///
/// `LOTLINE_MODEL_SEQUENCES` says how many, `LOTLINE_MODEL_SEED` where they begin;
/// `Scripts/model-bindings` runs a hundred thousand.
@Suite("Bindings against a model")
struct ModelTests {
  private static func number(_ name: String, else usual: Int) -> Int {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
  }

  @Test("Every reading is bound as the model says, whatever happens at the plant")
  func sequences() throws {
    let first = Self.number("LOTLINE_MODEL_SEED", else: 1)
    var (readings, sure) = (0, 0)
    for seed in first..<first + Self.number("LOTLINE_MODEL_SEQUENCES", else: 500) {
      var run = try ModelRun(seed: UInt64(seed))
      if let difference = try run.run(40) {
        Issue.record("seed \(seed): \(difference)\nafter \(run.events.map { "\($0)" })")
        return
      }
      readings += run.beltReadings
      sure += run.sureReadings
    }
    // Of an agent that is never sure nothing could be wrong.
    #expect(readings < 200 || sure * 4 > readings, "\(sure) of \(readings) are sure")
  }
}
