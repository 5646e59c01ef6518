internal import Telemetry

/// Which part of a lot a trace is about.
enum TracePart: Sendable, Hashable {
  case whole
  case pieces(Set<Label>)

  /// Whether a record is about it that names this piece, or none.
  func has(_ serial: Label?) -> Bool {
    guard let serial, case .pieces(let pieces) = self else { return true }
    return pieces.contains(serial)
  }

  /// The pieces in order; nil for all of the lot.
  var serials: [Label]? {
    guard case .pieces(let pieces) = self else { return nil }
    return pieces.sorted()
  }

  /// Adds what another way leads to.
  ///
  /// - Returns: Whether that is more than before.
  mutating func join(_ other: TracePart) -> Bool {
    guard case .pieces(let mine) = self else { return false }
    guard case .pieces(let theirs) = other else {
      self = .whole
      return true
    }
    self = .pieces(mine.union(theirs))
    return !theirs.isSubset(of: mine)
  }
}

/// The lots that a trace has reached in one direction, and the edges between them.
struct TraceWalk {
  private(set) var lots: [LotID]
  private(set) var parts: [LotID: TracePart]
  private(set) var notFollowed: [LotID] = []
  private(set) var edges: [TraceEdge] = []

  /// The edges that each lot led to when it was followed last.
  private var found: [LotID: [TraceEdge]] = [:]

  /// Walks from a lot, breadth first; a lot is followed again when another way leads to more of it.
  static func from(
    _ start: LotID,
    _ part: TracePart,
    _ limits: TraceLimits,
    isDownwards: Bool,
    findingEdges: (LotID, TracePart) throws -> [TraceEdge]
  ) throws -> TraceWalk {
    var walk = TraceWalk(lots: [start], parts: [start: part])
    var depths = [start: 0]
    var waiting = [start]
    var position = 0
    while position < waiting.count {
      let lot = waiting[position]
      position += 1
      let depth = depths[lot, default: 0]
      let edges = try findingEdges(lot, walk.parts[lot, default: .whole])
      guard depth < limits.depth else {
        if !edges.isEmpty { walk.stop(at: lot) }
        continue
      }
      walk.found[lot] = edges
      for edge in edges {
        let next = isDownwards ? edge.input : edge.output
        let part = edge.part(isDownwards: isDownwards)
        if depths[next] != nil {
          // One that is waiting yet will be followed with all of it.
          let isMore = walk.parts[next, default: .whole].join(part)
          if isMore, !waiting[position...].contains(next) { waiting.append(next) }
        } else if walk.lots.count < limits.lots {
          depths[next] = depth + 1
          walk.parts[next] = part
          walk.lots.append(next)
          waiting.append(next)
        } else {
          walk.stop(at: lot)
        }
      }
    }
    walk.edges = CycleMarks.mark(
      walk.lots.flatMap { walk.found[$0] ?? [] }
        .filter { depths[isDownwards ? $0.input : $0.output] != nil }
    )
    return walk
  }

  private init(lots: [LotID], parts: [LotID: TracePart]) {
    self.lots = lots
    self.parts = parts
  }

  private mutating func stop(at lot: LotID) {
    if !notFollowed.contains(lot) { notFollowed.append(lot) }
  }
}

extension TraceEdge {
  /// Which part of the lot at its far end it leads to.
  fileprivate func part(isDownwards: Bool) -> TracePart {
    var pieces: Set<Label> = []
    for reason in reasons {
      guard case .recorded(let item) = reason else { return .whole }
      let serial = isDownwards ? item.consumption.inputSerial : item.consumption.outputSerial
      guard let serial else { return .whole }
      pieces.insert(serial)
    }
    return .pieces(pieces)
  }
}

/// Finds pieces that went into two things at once.
struct PieceCheck<Store: GenealogyStore> {
  let store: Store

  private struct Piece: Hashable {
    let lot: LotID
    let serial: Label
  }

  private struct Parent: Hashable {
    let lot: LotID
    let serial: Label?
  }

  func findings(in edges: [TraceEdge]) throws -> [TraceFinding] {
    var pieces: [Piece] = []
    var seen: Set<Piece> = []
    for case .recorded(let item) in edges.flatMap(\.reasons) {
      guard let serial = item.consumption.inputSerial else { continue }
      let piece = Piece(lot: item.consumption.input, serial: serial)
      if seen.insert(piece).inserted { pieces.append(piece) }
    }
    var uses: [LotID: [RecordedConsumption]] = [:]
    for lot in Set(pieces.map(\.lot)) { uses[lot] = try store.consumptions(of: lot) }
    return pieces.compactMap { piece in
      let uses = (uses[piece.lot] ?? []).filter { $0.consumption.inputSerial == piece.serial }
      let parents = uses.map {
        Parent(lot: $0.consumption.output, serial: $0.consumption.outputSerial)
      }
      return Set(parents).count > 1 ? Self.finding(piece, uses) : nil
    }
  }

  private static func finding(_ piece: Piece, _ uses: [RecordedConsumption]) -> TraceFinding {
    let parents = uses.map { use in
      let serial = use.consumption.outputSerial.map { ", serial \(Words.safe($0.text))" } ?? ""
      return "\(Words.safe(use.consumption.output.text))\(serial) (\(Words.reference(use.record)))"
    }
    return TraceFinding(
      code: "serial_in_two_parents",
      detail: "serial \(Words.safe(piece.serial.text)) of lot \(Words.safe(piece.lot.text)) is "
        + "recorded to have gone into " + parents.joined(separator: " and into ")
        + ": one of them is wrong, or it was taken out again"
    )
  }
}
