import Foundation
import Genealogy
import Telemetry
import TestSupport
import Testing

@testable import Agent

/// The simulated reflow oven, read by the agent's poller, recorded, and taken by a hub.
@Suite("A reflow oven recorded and traced")
struct RecordedOvenTests {
  private static func profile() throws -> String {
    let file = Repository.root.appending(path: "DeviceProfiles/reflow-oven-10-zone.yaml")
    return try String(contentsOf: file, encoding: .utf8)
      .replacingOccurrences(of: "profile: reflow-oven-10-zone", with: "profile: oven")
  }

  @Test("Each of ten zones changes lot when the belt has carried the next lot there")
  func zones() async throws {
    let plant = try await SimulatedPlant(try Self.profile(), belt: "conveyor.speed")
    try await plant.scan(100)
    try await plant.start("PCB-7")
    try await plant.scan(400)
    try await plant.start("PCB-8")
    try await plant.scan(400)
    let records = try await plant.stop()
    let starts = records.compactMap { record -> (seq: Int, at: Instant)? in
      if case .binding = record.content { (record.seq, record.at) } else { nil }
    }
    let layout = try #require(
      records.first {
        if case .layout(let layout) = $0.content { layout.group == "zones" } else { false }
      }
    )
    guard case .layout(let zones) = layout.content else { return }
    let frames = records.compactMap { record -> Frame? in
      guard case .frame(let frame) = record.content, frame.layout == layout.seq else { return nil }
      return frame
    }
    #expect(frames.count > 300)
    var unsure = 0
    for (index, place) in zones.boundPlaces.enumerated() {
      unsure += frames.count { $0.unsure.contains(index) }
      guard let position = place.position else { continue }
      for start in starts {
        let first = try #require(
          frames.first { $0.bindings[index] == .one(start.seq) && !$0.unsure.contains(index) }
        )
        // The oven runs at 80 cm/min, give or take half a per cent; 1 % is allowed for.
        let travel = first.at.duration(since: start.at).inSeconds * 0.8 / 60
        #expect((position...(position * 1.02 + 0.12)).contains(travel), "\(position): \(travel)")
      }
    }
    #expect(Double(unsure) / Double(frames.count * zones.boundPlaces.count) < 0.05)
    let last = try #require(frames.last)
    #expect(last.bindings.allSatisfy { $0 == .one(starts[1].seq) })
    let visit = try #require(try await plant.trace("PCB-8", batches: 100)?.lots.first?.visits.first)
    let counts = (1...10).map { zone in
      visit.signals.first { $0.signal == "zone\(zone).top.temperature" }?.good ?? 0
    }
    // The further a zone, the later it was the lot's, by the seconds that 35 cm take.
    for (near, far) in zip(counts, counts.dropFirst()) { #expect((20...32).contains(near - far)) }
    let zone10 = try #require(visit.signals.first { $0.signal == "zone10.top.temperature" })
    #expect((zone10.unsure?.readings ?? 0) > 0 && (zone10.unsure?.readings ?? 99) < 15)
  }
}
