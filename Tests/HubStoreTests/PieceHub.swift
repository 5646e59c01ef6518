import Genealogy
import Telemetry
import TestSupport
import Testing

@testable import HubStore

/// A hub that holds a journal and is asked for single pieces of lot PCB-1.
struct PieceHub {
  private let journal: JournalBuilder

  init(_ journal: JournalBuilder) { self.journal = journal }

  /// `zone1: 90 from 11 to 100, 4 unsure from 9 to 102`.
  func figures(_ serial: String) async throws -> [String] {
    try #require(try await unit(serial)?.figures).signals.map { signal in
      let range = signal.minimum.map { " from \(Int($0)) to \(Int(signal.maximum ?? -1))" } ?? ""
      let unsure = signal.unsure.map { unsure in
        ", \(unsure.readings) unsure"
          + " from \(Int(unsure.minimum ?? -1)) to \(Int(unsure.maximum ?? -1))"
      }
      return "\(signal.signal): \(signal.good)\(range)\(unsure ?? "")"
    }
  }

  func unit(
    _ serial: String,
    as basis: TraceBasis = .corrected
  ) async throws -> UnitStay? {
    let trace = try await trace(serial, as: basis)
    return trace?.lots.first?.visits.first?.units.first { $0.serial.text == serial }
  }

  func trace(
    _ serial: String,
    lot: String = "PCB-1",
    as basis: TraceBasis = .corrected
  ) async throws -> LotTrace? {
    try await withReader { reader in
      try await reader.trace(LotID(lot), serial: Label(serial), at: journal.time, as: basis)
    }
  }

  /// The lots that a serial number leads to.
  func lots(named serial: String, as basis: TraceBasis = .corrected) async throws -> [String] {
    try await withReader { try await $0.pieces(named: serial, as: basis) }.map(\.lot.text)
  }

  private func withReader<Answer>(
    _ ask: (HubReader) async throws -> Answer
  ) async throws -> Answer {
    let folder = try TemporaryFolder()
    let database = try HubDatabase(path: folder.path("hub.sqlite"))
    _ = try await database.take(journal.batch)
    while try await database.recount() {}
    return try await ask(database.reader)
  }
}
