import Settings
import StationAPI
import Telemetry
import TestSupport
import Testing

@testable import Agent

/// Reloads of the whole engine, each at a moment that matters; `JournalAudit` holds every one of
/// them to the record.
@Suite("Reload of the engine")
struct ReloadTests {
  /// Two devices on one line and one on another, each read every second.
  private static let plant: PlantModel = {
    let live = PlantModel.Group(
      name: "live",
      period: 1_000,
      signals: [
        PlantModel.Signal(kind: .clock, address: 0), PlantModel.Signal(kind: .fast, address: 1_000),
      ]
    )
    return PlantModel(
      profiles: ["p", "q"].map { PlantModel.Profile(name: $0, groups: [live]) },
      buses: [
        PlantModel.Bus(id: "a", carrier: .tcp(5_000), timeout: 500),
        PlantModel.Bus(id: "b", carrier: .rtu(0, baud: 19_200), timeout: 500),
      ],
      devices: [
        PlantModel.Device(id: "d1", profile: "p", bus: "a", unit: 1),
        PlantModel.Device(id: "d2", profile: "q", bus: "a", unit: 2),
        PlantModel.Device(id: "d3", profile: "p", bus: "b", unit: 3),
      ]
    )
  }()

  private func live(
    faults: [String: [SimulatedWorld.Fault]] = [:],
    _ script: @escaping PlantStory.Script
  ) throws -> PlantStory {
    var world = SimulatedWorld(seed: 7)
    world.faults = faults
    let story = try PlantStory.live(with: Self.plant, in: world, for: .seconds(120), script)
    let complaints = JournalAudit(story).complaints
    #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
    return story
  }

  private func frames(_ device: String, in story: PlantStory) -> [(seq: Int, frame: Frame)] {
    var layouts: Set<Int> = []
    return story.records.compactMap { record in
      if case .layout(let layout) = record.content, layout.device.text == device {
        layouts.insert(record.seq)
      }
      guard case .frame(let frame) = record.content, layouts.contains(frame.layout) else {
        return nil
      }
      return (record.seq, frame)
    }
  }

  private func events(_ kind: Event.Kind, in story: PlantStory) -> [(seq: Int, event: Event)] {
    story.records.compactMap { record in
      guard case .event(let event) = record.content, event.kind == kind else { return nil }
      return (record.seq, event)
    }
  }

  @Test("A changed timeout, and a device more on a bus, cost no other device a frame")
  func undisturbed() throws {
    let story = try live { engine, story in
      for timeout in [300, 400, 600] {
        try await engine.time.sleep(for: .milliseconds(20_350))
        var plant = Self.plant.with(timeout: timeout)
        if timeout == 600 {
          plant.devices.append(PlantModel.Device(id: "d4", profile: "q", bus: "a", unit: 4))
        }
        try story.change(engine, to: plant, "a timeout")
        await story.reload(engine)
      }
    }
    let applied = events(.configurationApplied, in: story)
    #expect(applied.count == 3)
    #expect(applied.allSatisfy { $0.event.detail.contains("undisturbed: bus b") })
    for device in ["d1", "d2", "d3"] {
      let frames = frames(device, in: story).map(\.frame.at)
      #expect(frames.count == 120)
      let rests = zip(frames, frames.dropFirst()).map { $1.duration(since: $0) }
      #expect(Set(rests) == [.seconds(1)])
    }
    #expect(!frames("d4", in: story).isEmpty)
  }

  @Test("A scan in flight is taken to its end, and recorded before what follows it applies")
  func inFlight() throws {
    let silent = SimulatedWorld.Fault(kind: .silent, from: .milliseconds(18_900), to: .seconds(30))
    let story = try live(faults: ["unit 1": [silent]]) { engine, story in
      // 100 ms into a scan that will time out.
      try await engine.time.sleep(for: .milliseconds(20_100))
      var plant = Self.plant
      plant.profiles[0].groups[0].signals.append(PlantModel.Signal(kind: .fast, address: 1_002))
      try story.change(engine, to: plant, "a profile")
      await story.reload(engine)
    }
    let applied = try #require(events(.configurationApplied, in: story).first)
    let before = try #require(frames("d1", in: story).last { $0.seq < applied.seq })
    let after = try #require(frames("d1", in: story).first { $0.seq > applied.seq })
    #expect(before.frame.readings == Array(repeating: Reading(.timeout), count: 2))
    #expect(before.frame.at.duration(since: story.start) == .milliseconds(20_250))
    #expect(after.frame.readings.count == 3)
  }

  @Test("A device that is moved to another bus is read there, once, and what it missed is a gap")
  func moved() throws {
    let story = try live { engine, story in
      try await engine.time.sleep(for: .milliseconds(20_350))
      var plant = Self.plant
      plant.devices[0].bus = "b"
      try story.change(engine, to: plant, "a move")
      await story.reload(engine)
    }
    let applied = try #require(events(.configurationApplied, in: story).first)
    #expect(applied.event.detail.contains("devices: changed d1"), "\(applied.event.detail)")
    // Neither its profile nor its stations are others, so its frames go on by the same layout.
    #expect(Set(frames("d1", in: story).map(\.frame.layout)).count == 1)
    #expect((119...121).contains(frames("d1", in: story).count))
  }

  @Test(
    "A profile alone that is changed is recorded by its hash, and begins the buses of its devices"
  )
  func profile() throws {
    let story = try live { engine, story in
      try await engine.time.sleep(for: .seconds(30))
      var plant = Self.plant
      plant.profiles[1].groups[0].period = 2_000
      try story.change(engine, to: plant, "a profile")
      await story.reload(engine)
    }
    let documents = story.records.compactMap { record -> DocumentRevision? in
      if case .document(let document) = record.content { document } else { nil }
    }
    #expect(documents.map(\.name) == ["agent.yaml", "p", "q", "q"])
    let new = try #require(documents.last)
    #expect(new.sha256 == Digest.sha256(Array(new.text.utf8)))
    let applied = try #require(events(.configurationApplied, in: story).first)
    #expect(applied.event.detail.contains("profile q with SHA-256 \(new.sha256)"))
    #expect(frames("d3", in: story).count == 120)
    let layouts = story.records.compactMap { record -> FrameLayout? in
      if case .layout(let layout) = record.content { layout } else { nil }
    }
    #expect(layouts.map(\.device.text) == ["d1", "d2", "d3", "d2"])
    #expect(layouts.last?.profileHash == new.sha256)
  }

  @Test("Of two reloads at once the second is refused; SIGHUP during one is heeded after it")
  func atOnce() throws {
    let silent = SimulatedWorld.Fault(kind: .silent, from: .milliseconds(18_900), to: .seconds(60))
    let story = try live(faults: ["unit 1": [silent]]) { engine, story in
      try await engine.time.sleep(for: .milliseconds(20_100))
      try story.change(engine, to: Self.plant.with(timeout: 400), "a timeout")
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await story.reload(engine) }
        group.addTask {
          // The first one waits for the scan in flight now.
          try? await engine.time.sleep(for: .milliseconds(50))
          do {
            _ = try await engine.reloader.reload()
            story.complain("two reloads at once")
          } catch {
            #expect((error as? Problem)?.status == 409)
          }
          try? story.change(engine, to: Self.plant.with(timeout: 300), "the timeout again")
          await engine.reloader.hangUp()
        }
      }
      try await engine.time.sleep(for: .seconds(5))
      #expect(await engine.reloader.plan.settings.buses.first?.timeout == .milliseconds(300))
    }
    #expect(events(.configurationApplied, in: story).count == 2)
  }

  @Test("A file with a mistake is refused with its place, and no device loses a frame")
  func mistake() throws {
    let story = try live { engine, story in
      try await engine.time.sleep(for: .milliseconds(20_350))
      var plant = Self.plant
      plant.mistake = "jurnal: {}"
      try plant.write(to: engine.folder)
      await story.expectRefusal(engine)
    }
    let refused = try #require(events(.configurationRefused, in: story).first)
    #expect(refused.event.detail.contains("agent.yaml:14:1: \"jurnal\" is not a key"))
    #expect(events(.configurationApplied, in: story).isEmpty)
    for device in ["d1", "d2", "d3"] { #expect(frames(device, in: story).count == 120) }
  }

  @Test("A device that is removed and comes back later missed nothing while it was not there")
  func removed() throws {
    let story = try live { engine, story in
      try await engine.time.sleep(for: .seconds(20))
      var plant = Self.plant
      let device = plant.devices.remove(at: 1)
      try story.change(engine, to: plant, "a removal")
      await story.reload(engine)
      try await engine.time.sleep(for: .seconds(60))
      plant.devices.append(device)
      try story.change(engine, to: plant, "its return")
      await story.reload(engine)
    }
    let gaps = story.records.compactMap { record -> Gap? in
      if case .gap(let gap) = record.content { gap } else { nil }
    }
    let ofReturned = gaps.filter { $0.device?.text == "d2" }
    #expect(ofReturned.isEmpty)
  }

  @Test("The clock is set while a reload waits: its gap and frames are on the new epoch")
  func clock() throws {
    let silent = SimulatedWorld.Fault(kind: .silent, from: .milliseconds(18_900), to: .seconds(60))
    let story = try live(faults: ["unit 1": [silent]]) { engine, story in
      try await engine.time.sleep(for: .milliseconds(20_100))
      var plant = Self.plant
      plant.profiles[0].groups[0].period = 500
      try story.change(engine, to: plant, "a profile")
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await story.reload(engine) }
        group.addTask {
          try? await engine.time.sleep(for: .milliseconds(50))
          story.setClock(of: engine, by: .seconds(-3_600))
        }
      }
    }
    #expect(events(.configurationApplied, in: story).count == 1)
  }
}

extension PlantModel {
  /// The same plant with another timeout of its first bus.
  fileprivate func with(timeout: Int) -> PlantModel {
    var plant = self
    plant.buses[0].timeout = timeout
    return plant
  }
}
