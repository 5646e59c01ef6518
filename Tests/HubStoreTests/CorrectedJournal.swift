import Genealogy
import HubStore
import Telemetry
import TestSupport
import Testing

extension JournalBuilder {
  /// Appends a correction.
  @discardableResult
  mutating func correct(_ change: Correction.Change, reason: String = "seen") throws -> Int {
    try add(.correction(Correction(change, by: Label("Q. Auditor"), reason: Label(reason))))
  }

  /// Appends a layout with a signal and a heartbeat.
  mutating func sparseLayout() throws -> Int {
    try add(
      .layout(
        FrameLayout(
          device: DeviceID("t"),
          group: "process",
          profile: "t",
          profileHash: .sha256([]),
          periodMilliseconds: 1_000,
          heartbeatMilliseconds: 60_000,
          stations: [StationID("s")],
          signals: [SignalDescription(name: "heat")]
        )
      )
    )
  }

  /// Appends a frame of a layout's one signal, at one station.
  mutating func read(_ value: Int64, _ layout: Int, bound binding: Int? = nil) throws {
    try frame(layout: layout, bindings: [binding], [Reading(.integer(value))])
  }
}

/// A hub that holds a journal, however it came.
struct CorrectedHub {
  private let folder: TemporaryFolder
  private let traces: [HubDatabase]
  private let at: Instant

  /// Takes a journal whole, record by record, and in threes; makes one of them anew, and has one
  /// count a single record in a transaction.
  init(_ journal: JournalBuilder) async throws {
    folder = try TemporaryFolder()
    at = journal.time
    var databases: [HubDatabase] = []
    for (index, size) in [journal.records.count, 1, 3, 1, 2].enumerated() {
      let path = folder.path("hub-\(index).sqlite")
      let database =
        try index == 4 ? HubDatabase(path: path, recounting: 1) : HubDatabase(path: path)
      for first in stride(from: 1, through: journal.records.count, by: size) {
        let last = min(first + size - 1, journal.records.count)
        _ = try await database.take(journal.batch(first...last))
      }
      if index == 3 { try await database.rebuild() }
      while try await database.recount() {}
      databases.append(database)
    }
    traces = databases
  }

  /// What every hub says of a lot, which must be the same.
  func trace(_ lot: String, as basis: TraceBasis = .corrected) async throws -> LotTrace? {
    let first = try await traces[0].reader.trace(LotID(lot), at: at, as: basis)
    for other in traces.dropFirst() {
      #expect(try await other.reader.trace(LotID(lot), at: at, as: basis) == first)
    }
    return first
  }

  func visits(_ lot: String, as basis: TraceBasis = .corrected) async throws -> [StationVisit] {
    try await trace(lot, as: basis)?.lots.first { $0.lot.text == lot }?.visits ?? []
  }

  /// Good readings of a lot's visits and their means, visit by visit and signal by signal.
  func figures(_ lot: String, as basis: TraceBasis = .corrected) async throws -> [String] {
    try await visits(lot, as: basis).flatMap(\.signals).map { signal in
      let unsure = signal.unsure.map { ", \($0.readings) unsure" } ?? ""
      return "\(signal.signal): \(signal.good) of mean \(signal.mean ?? -1)\(unsure)"
    }
  }
}
