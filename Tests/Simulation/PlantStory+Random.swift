import Telemetry
import TestSupport

@testable import Agent

extension PlantStory {
  /// Makes up a plant, its faults and what is done to it, and lives through it.
  static func live(seed: UInt64, minutes: Int) throws -> PlantStory {
    var random = SeededGenerator(seed: seed)
    let plant = PlantModel.random(using: &random)
    let world = SimulatedWorld.random(seed: seed, minutes: minutes, using: &random)
    let clocks = SeededGenerator(seed: random.next())
    let files = SeededGenerator(seed: random.next())
    return try live(with: plant, in: world, for: .seconds(minutes * 60)) { engine, story in
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await story.setClock(of: engine, using: clocks) }
        group.addTask { try await story.changeFiles(of: engine, using: files) }
        try await group.waitForAll()
      }
    }
  }
}

extension Locked<PlantStory> {
  /// Somebody sets the clock now and then.
  fileprivate func setClock(
    of engine: SimulatedEngine,
    using random: SeededGenerator
  ) async throws {
    var random = random
    while !Task.isCancelled {
      let rest = Duration.milliseconds(Int.random(in: 20_000...400_000, using: &random))
      guard (try? await engine.time.sleep(for: rest)) != nil else { return }
      let sizes = [2, 300, 5_000, 3_600_000, 86_400_000]
      let size = (sizes.randomElement(using: &random) ?? 1) * (Bool.random(using: &random) ? 1 : -1)
      setClock(of: engine, by: .milliseconds(size))
    }
  }

  /// Somebody changes files and has them read anew, now and then, and makes mistakes.
  fileprivate func changeFiles(
    of engine: SimulatedEngine,
    using random: SeededGenerator
  ) async throws {
    var random = random
    var plant = value.first
    while !Task.isCancelled {
      let rest = Duration.milliseconds(Int.random(in: 5_000...200_000, using: &random))
      guard (try? await engine.time.sleep(for: rest)) != nil else { return }
      if Int.random(in: 0..<4, using: &random) == 0 {
        try plant.withMistake(using: &random).write(to: engine.folder)
        await expectRefusal(engine)
        try plant.write(to: engine.folder)
        continue
      }
      let name = plant.change(using: &random)
      try change(engine, to: plant, name)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: await reloadTwice(engine)
      case 1:
        await engine.reloader.hangUp()
        guard (try? await engine.time.sleep(for: .seconds(60))) != nil else { return }
      default: await reload(engine)
      }
    }
  }
}
