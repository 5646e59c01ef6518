import Foundation
import StationAPI
import Telemetry
import TestSupport

@testable import Agent

/// What happened to a simulated plant in a run, and what its agent wrote down of it.
struct PlantStory: Sendable {
  /// A change of the files that was applied.
  struct Change: Sendable {
    let requested: Duration
    let plant: PlantModel
    let name: String
  }

  struct Step: Sendable {
    let at: Duration
    let by: Duration
  }

  /// Where its files were, which a refusal names.
  let folder: String
  let start: Instant
  let first: PlantModel
  let world: SimulatedWorld
  let end: Duration
  var changes: [Change] = []
  var steps: [Step] = []

  /// Reloads that had to be refused.
  var refusals = 0

  /// What went wrong beside the journal.
  var complaints: [String] = []
  var records: [Record] = []

  /// What went over each line.
  var exchanges: [String: [LineExchange]] = [:]

  typealias Script = @Sendable (SimulatedEngine, Locked<PlantStory>) async throws -> Void

  /// Lives through a time with a plant, while `script` does things to it.
  static func live(
    with plant: PlantModel,
    in world: SimulatedWorld,
    for end: Duration,
    _ script: @escaping Script
  ) throws -> PlantStory {
    let engine = try SimulatedEngine(plant, in: world)
    let story = Locked(
      PlantStory(
        folder: engine.folder.url.path,
        start: engine.time.now(),
        first: plant,
        world: world,
        end: end
      )
    )
    let records = try engine.run { engine in
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await script(engine, story) }
        try await engine.time.sleep(until: end)
        group.cancelAll()
      }
    }
    return story.with { story in
      story.records = records
      story.exchanges = engine.traffic.exchanges
      story.complaints += engine.traffic.violations
      return story
    }
  }
}

extension Locked<PlantStory> {
  func complain(_ text: String) { with { $0.complaints.append(text) } }

  /// Steps the wall clock.
  func setClock(of engine: SimulatedEngine, by step: Duration) {
    engine.time.stepWall(by: step)
    let step = PlantStory.Step(at: engine.time.uptime(), by: step)
    with { $0.steps.append(step) }
  }

  /// Writes the files of a changed plant, which are then to be read anew.
  func change(_ engine: SimulatedEngine, to plant: PlantModel, _ name: String) throws {
    try plant.write(to: engine.folder)
    let change = PlantStory.Change(
      requested: engine.time.uptime(),
      plant: plant,
      name: name
    )
    with { $0.changes.append(change) }
  }

  /// Reloads files that are right.
  func reload(_ engine: SimulatedEngine) async {
    do {
      if try await engine.reloader.reload().seq == nil { complain("a change was not seen") }
    } catch {
      if !Task.isCancelled { complain("a good file was refused: \(error)") }
    }
  }

  /// Has two people reload at once.
  func reloadTwice(_ engine: SimulatedEngine) async {
    async let first = engine.reloader.reload()
    async let second = engine.reloader.reload()
    var refused = 0
    do { _ = try await first } catch { refused += 1 }
    do { _ = try await second } catch { refused += 1 }
    if refused != 1, !Task.isCancelled { complain("of two reloads \(refused) were refused") }
  }

  /// Reloads files with a mistake.
  func expectRefusal(_ engine: SimulatedEngine) async {
    do {
      _ = try await engine.reloader.reload()
      complain("a file with a mistake was taken")
    } catch {
      if Task.isCancelled { return }
      with { $0.refusals += 1 }
      let problem = error as? Problem
      if problem?.status != 422 || problem?.findings?.isEmpty != false {
        complain("a mistake was not told: \(error)")
      }
    }
  }
}
