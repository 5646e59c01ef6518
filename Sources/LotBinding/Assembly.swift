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

  /// The lots that went into each lot.
  private var inputs = Recent<LotID, Set<LotID>>(limit: lotsLimit)
  private var parents = Recent<Piece, Parent>(limit: piecesLimit)

  /// The lot of each serial number that was seen, or that something has gone into.
  private var lots = Recent<Label, LotID>(limit: piecesLimit)

  mutating func apply(_ consumption: Consumption, seq: Int) {
    inputs.set(
      consumption.output,
      to: (inputs[consumption.output] ?? []).union([consumption.input])
    )
    if let serial = consumption.outputSerial { lots.set(serial, to: consumption.output) }
    guard let serial = consumption.inputSerial else { return }
    parents.set(
      Piece(lot: consumption.input, serial: serial),
      to: Parent(lot: consumption.output, serial: consumption.outputSerial, seq: seq)
    )
  }

  /// Remembers the lot of a serial number.
  mutating func note(_ serial: Label, of lot: LotID) { lots.set(serial, to: lot) }

  /// The lot of a serial number; nil when that is not known.
  func lot(of serial: Label) -> LotID? { lots[serial] }

  /// What a piece went into already.
  func parent(of serial: Label, in lot: LotID) -> Parent? {
    parents[Piece(lot: lot, serial: serial)]
  }

  /// The way on which `output` went into `input` already, from one to the other; nil when it did not.
  func path(from output: LotID, into input: LotID) -> [LotID]? {
    var ways: [LotID: LotID] = [:]
    var waiting = [input]
    var seen: Set<LotID> = [input]
    while let lot = waiting.popLast() {
      for below in (inputs[lot] ?? []).sorted() where seen.insert(below).inserted {
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
