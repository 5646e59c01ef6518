internal import Telemetry

/// What went into what, as far as later commands are judged by it.
///
/// It remembers the latest lots and pieces; the hub, which forgets none, shows in every trace what
/// contradicts itself over longer times.
struct Assembly: Sendable, Hashable {
  /// One thing of a lot.
  private struct Piece: Sendable, Hashable {
    let lot: LotID
    let serial: Label
  }

  /// What a piece went into, and the record that says so.
  struct Parent: Sendable, Hashable {
    let lot: LotID
    let serial: Label?
    let seq: Int

    var name: String { "lot \(lot)" + (serial.map { ", serial \($0)" } ?? "") }
  }

  /// Lots whose inputs are remembered, and pieces.
  static let lotsLimit = 10_000
  static let piecesLimit = 50_000

  /// Records that are remembered of each two lots, and of each piece.
  private static let recordsLimit = 16

  /// The lots that went into each lot, with the records that say so.
  private var inputs = Recent<LotID, [LotID: [Int]]>(limit: lotsLimit)
  private var parents = Recent<Piece, [Parent]>(limit: piecesLimit)

  /// The lot of each serial number that was seen, or that something has gone into.
  private var lots = Recent<Label, LotID>(limit: piecesLimit)

  /// Takes a record that is in the journal, and in the corrections.
  mutating func apply(_ record: Record, _ corrections: Corrections) {
    switch record.content {
    case .consumption(let consumption):
      if let serial = consumption.outputSerial { lots.set(serial, to: consumption.output) }
      add(consumption, seq: record.seq)
    case .correction(let correction):
      switch correction.change {
      case .notConsumed(let seq, let consumption): remove(consumption, seq: seq)
      case .withdraw(let withdrawn):
        let change = corrections.correction(withdrawn)?.correction.change
        if case .notConsumed(let seq, let consumption)? = change { add(consumption, seq: seq) }
      default: break
      }
    default: break
    }
  }

  private mutating func add(_ consumption: Consumption, seq: Int) {
    var lotsInside = inputs[consumption.output] ?? [:]
    let records = (lotsInside[consumption.input] ?? []) + [seq]
    lotsInside[consumption.input] = records.suffix(Self.recordsLimit)
    inputs.set(consumption.output, to: lotsInside)
    guard let serial = consumption.inputSerial else { return }
    let piece = Piece(lot: consumption.input, serial: serial)
    let parent = Parent(lot: consumption.output, serial: consumption.outputSerial, seq: seq)
    parents.set(piece, to: ((parents[piece] ?? []) + [parent]).suffix(Self.recordsLimit))
  }

  private mutating func remove(_ consumption: Consumption, seq: Int) {
    if var lotsInside = inputs[consumption.output] {
      let records = (lotsInside[consumption.input] ?? []).filter { $0 != seq }
      lotsInside[consumption.input] = records.isEmpty ? nil : records
      inputs.set(consumption.output, to: lotsInside)
    }
    guard let serial = consumption.inputSerial else { return }
    let piece = Piece(lot: consumption.input, serial: serial)
    parents.set(piece, to: (parents[piece] ?? []).filter { $0.seq != seq })
  }

  /// Remembers the lot of a serial number.
  mutating func note(_ serial: Label, of lot: LotID) { lots.set(serial, to: lot) }

  /// The lot of a serial number; nil when that is not known.
  func lot(of serial: Label) -> LotID? { lots[serial] }

  /// What a piece went into already.
  func parent(of serial: Label, in lot: LotID) -> Parent? {
    parents[Piece(lot: lot, serial: serial)]?.last
  }

  /// The way on which `output` went into `input` already, from one to the other; nil when it did not.
  func path(from output: LotID, into input: LotID) -> [LotID]? {
    var ways: [LotID: LotID] = [:]
    var waiting = [input]
    var seen: Set<LotID> = [input]
    while let lot = waiting.popLast() {
      for below in (inputs[lot] ?? [:]).keys.sorted() where seen.insert(below).inserted {
        ways[below] = lot
        if below == output { return way(from: output, ways) }
        waiting.append(below)
      }
    }
    return nil
  }

  private func way(from start: LotID, _ ways: [LotID: LotID]) -> [LotID] {
    var way = [start]
    while let next = way.last.flatMap({ ways[$0] }) { way.append(next) }
    return way
  }
}
