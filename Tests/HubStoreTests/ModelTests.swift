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
    if let difference = try await inDoubt(run.model, database) { return difference }
    try database.close()
    return nil
  }

  /// Where the lots since an instrument was found wrong are others.
  private func inDoubt(_ model: ReferencePlant, _ database: HubDatabase) async throws -> String? {
    let trace = try await database.reader.instrument(ReferencePlant.instrument)
    var found: [Int: Set<Int>] = [:]
    for failure in trace?.failures ?? [] {
      found[failure.found.record.seq] = Set(failure.visits.map(\.span.start.seq))
    }
    let expected = model.inDoubt()
    return found == expected ? nil : "\(found) are in doubt, where the model has \(expected)"
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
    let belt = (trace?.lots.first { $0.lot == lot }?.visits ?? [])
      .filter { $0.binding.station == ReferencePlant.wave }
    for visit in belt {
      let record = visit.span.start.seq
      let scans = model.zoneScans(of: record, isCorrected: basis == .corrected)
      for (index, expected) in scans.enumerated() {
        let signal = visit.signals.first { $0.signal == "zone\(index + 1)" }
        if let difference = FoundScans(signal).difference(to: expected) {
          return "visit \(record) of \(lot), \(basis), zone \(index + 1): \(difference)"
        }
      }
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

  /// Seconds of which readings cannot be relied on.
  private static func doubtful(_ summary: SignalSummary?) -> [Int] {
    (summary?.calibration?.doubts ?? []).flatMap { doubt in
      Array(ReferencePlant.wall(doubt.from)..<ReferencePlant.wall(doubt.to))
    }
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
      let isMeasured = visit.binding.station != ReferencePlant.wave
      visits[record] = ReferencePlant.Visit(
        place: StationLane(visit.binding.station, visit.binding.lane),
        operatorName: visit.binding.operatorName,
        from: visit.from,
        to: visit.to,
        figures: isMeasured ? Self.figures(visit.signals.first) : [],
        doubtful: isMeasured ? Self.doubtful(visit.signals.first) : [],
        crews: Self.crews(of: visit),
        materials: materials[record] ?? []
      )
    }
    return visits
  }
}

/// The scans that a hub has counted of a zone: each scan reads two to the power of its number.
private struct FoundScans {
  private let sure: Set<Int>
  private let unsure: SignalSummary.Unsure?

  init(_ summary: SignalSummary?) {
    let sum = (summary?.mean).map { Int(($0 * Double(summary?.good ?? 0)).rounded()) } ?? 0
    sure = Set((0..<60).filter { sum & 1 << $0 != 0 })
    unsure = summary?.unsure
  }

  /// Where other scans were counted than those that count.
  func difference(to expected: ReferencePlant.ZoneScans) -> String? {
    let text =
      "counted \(sure.sorted()), unsure \(String(describing: unsure)), where the model has "
      + "\(expected.sure.sorted()), unsure \(expected.maybe.sorted())"
    if expected.isExact {
      let isSame = unsure?.readings ?? 0 == expected.maybe.count && reaches(over: expected.maybe)
      return sure == expected.sure && isSame ? nil : text
    }
    let missing = expected.sure.subtracting(sure)
    let isRight = sure.isSubset(of: expected.sure.union(expected.maybe))
    return isRight && missing.count <= unsure?.readings ?? 0 && reaches(over: missing) ? nil : text
  }

  /// Whether scans may be among the unsure ones, by the least and the greatest of those.
  private func reaches(over scans: Set<Int>) -> Bool {
    guard let least = scans.min(), let greatest = scans.max() else { return true }
    guard let minimum = unsure?.minimum, let maximum = unsure?.maximum else { return false }
    return Int(minimum) <= 1 << least && Int(maximum) >= 1 << greatest
  }
}
