import Foundation
import Genealogy
import HubStore
import LotBinding
import PlantModel
import Telemetry
import TestSupport
import Testing

/// Random lives of a plant, of which a hub's traces are judged by a model that was written apart.
///
/// `LOTLINE_MODEL_HUB_SEQUENCES` says how many, `LOTLINE_MODEL_SEED` where they begin;
/// `Scripts/model-bindings` runs more than a test may take.
@Suite("Traces against a model")
struct ModelTests {
  private static func number(_ name: String, else usual: Int) -> Int {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
  }

  @Test("Traces say what the model says, as recorded and as corrected, whatever happened")
  func sequences() async throws {
    let first = Self.number("LOTLINE_MODEL_SEED", else: 1)
    for seed in first..<first + Self.number("LOTLINE_MODEL_HUB_SEQUENCES", else: 150) {
      var run = try ModelRun(seed: UInt64(seed))
      // A difference there is found by the model's test of the bindings.
      _ = try run.run(40)
      if let difference = try await difference(run, seed: seed) {
        Issue.record("seed \(seed): \(difference)\nafter \(run.events.map { "\($0)" })")
        return
      }
    }
  }

  /// Where a hub that took the journal in batches says otherwise.
  private func difference(_ run: ModelRun, seed: Int) async throws -> String? {
    let folder = try TemporaryFolder()
    let database = try HubDatabase(path: folder.path("hub.sqlite"), recounting: 1 + seed % 40)
    let size = [3, 10, 40, 400][seed % 4]
    for first in stride(from: 1, through: run.journal.records.count, by: size) {
      let last = min(first + size - 1, run.journal.records.count)
      _ = try await database.take(run.journal.batch(first...last))
      if seed.isMultiple(of: 3) { _ = try await database.recount() }
    }
    if seed.isMultiple(of: 5) { try await database.rebuild() }
    while try await database.recount() {}
    for lot in PlantEvent.lots {
      for basis in [TraceBasis.recorded, .corrected] {
        let trace = try await database.reader.trace(lot, at: run.now, as: basis)
        if let difference = difference(trace, of: lot, run.model, basis) { return difference }
      }
    }
    try database.close()
    return nil
  }

  private func difference(
    _ trace: LotTrace?,
    of lot: LotID,
    _ model: ReferencePlant,
    _ basis: TraceBasis
  ) -> String? {
    let expected = model.visits(of: lot, isCorrected: basis == .corrected)
    let found = visits(in: trace, of: lot, basis)
    for record in Set(expected.keys).union(found.keys).sorted()
    where expected[record] != found[record] {
      return "visit \(record) of \(lot), \(basis), is \(String(describing: found[record])), where "
        + "the model has \(String(describing: expected[record]))"
    }
    let uses = Set(
      reasons(in: trace, of: lot).compactMap { reason -> Int? in
        if case .recorded(let consumption) = reason { consumption.record.seq } else { nil }
      }
    )
    let made = model.uses(into: lot, isCorrected: basis == .corrected)
    return uses == made ? nil : "\(uses) went into \(lot), \(basis), where the model has \(made)"
  }

  private static func crews(of visit: StationVisit) -> [Set<Label>] {
    visit.crews.map { Set($0.crew.operators) }.reduce(into: []) { crews, there in
      if there != crews.last ?? [] { crews.append(there) }
    }
  }

  private static func figures(_ summary: SignalSummary?) -> [Int] {
    guard let summary, let least = summary.minimum, let mean = summary.mean,
      let greatest = summary.maximum
    else { return [] }
    let sum = Int((mean * Double(summary.good)).rounded())
    return [summary.good, Int(least), Int(greatest), sum]
  }

  private func reasons(in trace: LotTrace?, of lot: LotID) -> [TraceEdge.Reason] {
    (trace?.inputs ?? []).filter { $0.output == lot }.flatMap(\.reasons)
  }

  private func visits(
    in trace: LotTrace?,
    of lot: LotID,
    _ basis: TraceBasis
  ) -> [Int: ReferencePlant.Visit] {
    var materials: [Int: Set<ReferencePlant.Material>] = [:]
    for case .loaded(let stay, let visit) in reasons(in: trace, of: lot) {
      materials[visit.seq, default: []].insert(
        ReferencePlant.Material(
          record: stay.span.start.seq,
          lot: stay.load.lot,
          from: stay.from,
          to: stay.to
        )
      )
    }
    var visits: [Int: ReferencePlant.Visit] = [:]
    for visit in trace?.lots.first(where: { $0.lot == lot })?.visits ?? [] {
      let record = visit.span.start.seq
      visits[record] = ReferencePlant.Visit(
        place: StationLane(visit.binding.station, visit.binding.lane),
        operatorName: visit.binding.operatorName,
        from: visit.from,
        to: visit.to,
        figures: Self.figures(visit.signals.first),
        crews: Self.crews(of: visit),
        materials: materials[record] ?? []
      )
    }
    return visits
  }
}
