package import Telemetry

/// How far a trace goes before it stops and says so.
package struct TraceLimits: Sendable, Hashable {
  /// Steps from the lot that was asked for.
  package let depth: Int

  /// Lots in each direction.
  package let lots: Int

  package init(depth: Int = 32, lots: Int = 500) {
    precondition(depth > 0 && lots > 0)
    self.depth = depth
    self.lots = lots
  }
}

/// Follows a lot, or one piece of it, down to what went into it and up to where it went.
///
/// Breadth first, each lot once, so that neither shared inputs nor records that contradict each
/// other make it long. Where records name single pieces, only those are followed.
package struct LotTracer<Store: GenealogyStore> {
  private let store: Store
  private let limits: TraceLimits

  /// Of more pieces of one lot, each must be traced alone to see what was read of it.
  private static var measuredPieces: Int { 16 }

  package init(_ store: Store, limits: TraceLimits = TraceLimits()) {
    self.store = store
    self.limits = limits
  }

  /// Answers for one lot.
  ///
  /// - Parameters:
  ///   - lot: The lot that is asked for.
  ///   - serial: The piece of it that is asked for; nil for all of it.
  ///   - at: Now, for the answer to say when it was given.
  ///   - upwards: Whether to follow where the lot went, too.
  ///   - basis: What the store's answers show.
  /// - Returns: nil when no record names the lot.
  /// - Throws: What the store throws.
  package func trace(
    _ lot: LotID,
    serial: Label? = nil,
    at: Instant,
    upwards: Bool = true,
    as basis: TraceBasis = .corrected
  ) throws -> LotTrace? {
    let part = serial.map { TracePart.pieces([$0]) } ?? .whole
    let below = try TraceWalk.from(lot, part, limits, isDownwards: true) { lot, part in
      try edges(into: lot, part)
    }
    let above =
      upwards
      ? try TraceWalk.from(lot, part, limits, isDownwards: false) { lot, part in
        try edges(outOf: lot, part)
      } : nil
    var lots: [TracedLot] = []
    var histories: [Label: CalibrationHistory<RecordedCalibration>] = [:]
    for member in below.lots {
      lots.append(try describe(member, below.parts[member], measuredUntil: at, &histories))
    }
    let listed = Set(below.lots)
    for member in above?.lots ?? [] where !listed.contains(member) {
      lots.append(try describe(member, above?.parts[member], measuredUntil: nil, &histories))
    }
    let isKnown = lots.contains { !$0.names.isEmpty || $0.corrections != nil }
    guard lots.count > 1 || isKnown else { return nil }
    return LotTrace(
      lot: lot,
      serial: serial,
      at: at,
      lots: lots,
      inputs: below.edges,
      outputs: above?.edges,
      notFollowed: below.notFollowed + (above?.notFollowed ?? []),
      findings: try PieceCheck(store: store).findings(in: below.edges + (above?.edges ?? [])),
      basis: basis
    )
  }

  /// What is known of a lot; what was measured only where an end of visits that go on is given.
  private func describe(
    _ lot: LotID,
    _ part: TracePart?,
    measuredUntil now: Instant?,
    _ histories: inout [Label: CalibrationHistory<RecordedCalibration>]
  ) throws -> TracedLot {
    let visits = try store.visits(of: lot)
    let stays = try store.stays(of: lot)
    var names: [Label] = []
    for name in visits.map(\.binding.part) + stays.map(\.load.material)
    where !names.contains(name) {
      names.append(name)
    }
    return TracedLot(
      lot: lot,
      serials: part?.serials,
      names: names,
      visits: try visits.map { visit in
        visit.with(
          signals: try now.map { try signals(of: visit, until: $0, &histories) } ?? [],
          clockSteps: try store.clockSteps(during: visit.extent),
          writes: try store.writes(during: visit),
          crews: try store.crews(during: visit),
          units: try units(of: visit, part, measuredUntil: now, &histories)
        )
      },
      corrections: try store.corrections(of: lot)
    )
  }

  /// The units of a visit; those that are asked for with what was read of them alone.
  private func units(
    of visit: StationVisit,
    _ part: TracePart?,
    measuredUntil now: Instant?,
    _ histories: inout [Label: CalibrationHistory<RecordedCalibration>]
  ) throws -> [UnitStay] {
    let units = try store.units(of: visit)
    guard let now, let pieces = part?.serials.map({ Set($0.map(\.text)) }),
      pieces.count <= Self.measuredPieces
    else { return units }
    return try units.map { unit in
      guard pieces.contains(unit.serial.text),
        let figures = try store.figures(of: unit, during: visit)
      else { return unit }
      let signals = try judged(figures.signals, of: visit, until: now, &histories)
      return UnitStay(
        serial: unit.serial,
        events: unit.events,
        figures: UnitFigures(signals: signals, missing: figures.missing)
      )
    }
  }

  private func signals(
    of visit: StationVisit,
    until now: Instant,
    _ histories: inout [Label: CalibrationHistory<RecordedCalibration>]
  ) throws -> [SignalSummary] {
    try judged(try store.signals(during: visit), of: visit, until: now, &histories)
  }

  /// The same, with what is known of the instruments.
  private func judged(
    _ signals: [SignalSummary],
    of visit: StationVisit,
    until now: Instant,
    _ histories: inout [Label: CalibrationHistory<RecordedCalibration>]
  ) throws -> [SignalSummary] {
    let end = visit.to ?? now
    return try signals.map { signal in
      guard let name = signal.calibration?.instrument, let instrument = try? Label(name) else {
        return signal
      }
      let history = try histories[instrument] ?? store.calibrationHistory(of: instrument)
      histories[instrument] = history
      return signal.with(
        calibration: SignalCalibration(
          instrument: name,
          // The clock may have been set back meanwhile.
          doubts: history.doubts(from: min(visit.from, end), to: max(visit.from, end)),
          last: history.last(at: end)?.source
        )
      )
    }
  }

  private func timed(_ stay: MaterialStay) throws -> MaterialStay {
    stay.with(clockSteps: try store.clockSteps(during: stay.extent))
  }

  private func edges(into lot: LotID, _ part: TracePart) throws -> [TraceEdge] {
    var edges = EdgeList()
    for visit in try store.visits(of: lot) {
      for stay in try store.stays(during: visit) where stay.load.lot != lot {
        edges.add(
          .loaded(try timed(stay), during: visit.span.start),
          output: lot,
          input: stay.load.lot
        )
      }
    }
    for item in try store.consumptions(into: lot) where part.has(item.consumption.outputSerial) {
      edges.add(.recorded(item), output: lot, input: item.consumption.input)
    }
    return edges.all
  }

  private func edges(outOf lot: LotID, _ part: TracePart) throws -> [TraceEdge] {
    var edges = EdgeList()
    for stay in try store.stays(of: lot).map(timed) {
      for visit in try store.visits(during: stay) where visit.binding.lot != lot {
        edges.add(.loaded(stay, during: visit.span.start), output: visit.binding.lot, input: lot)
      }
    }
    for item in try store.consumptions(of: lot) where part.has(item.consumption.inputSerial) {
      edges.add(.recorded(item), output: item.consumption.output, input: lot)
    }
    return edges.all
  }
}

/// Edges by their lots, in the order in which they first appeared.
private struct EdgeList {
  private struct Ends: Hashable {
    let output: LotID
    let input: LotID
  }

  private var reasons: [Ends: [TraceEdge.Reason]] = [:]
  private var order: [Ends] = []

  mutating func add(_ reason: TraceEdge.Reason, output: LotID, input: LotID) {
    let ends = Ends(output: output, input: input)
    if reasons[ends] == nil { order.append(ends) }
    reasons[ends, default: []].append(reason)
  }

  var all: [TraceEdge] {
    order.map {
      TraceEdge(output: $0.output, input: $0.input, reasons: reasons[$0] ?? [])
    }
  }
}

/// Finds the edges that lead back to where one came from.
enum CycleMarks {
  private enum Step {
    case enter(LotID)
    case edge(Int)
    case leave(LotID)
  }

  /// Marks, of each cycle, the edge that closes it when one descends from output to input.
  static func mark(_ edges: [TraceEdge]) -> [TraceEdge] {
    let leaving = Dictionary(grouping: edges.indices) { edges[$0].output }
    var closing: Set<Int> = []
    var onPath: Set<LotID> = []
    var done: Set<LotID> = []
    var steps = edges.reversed().map { Step.enter($0.output) }
    while let step = steps.popLast() {
      switch step {
      case .enter(let lot):
        if done.contains(lot) || onPath.contains(lot) { continue }
        onPath.insert(lot)
        steps.append(.leave(lot))
        steps += (leaving[lot] ?? []).reversed().map(Step.edge)
      case .edge(let index):
        if onPath.contains(edges[index].input) {
          closing.insert(index)
        } else {
          steps.append(.enter(edges[index].input))
        }
      case .leave(let lot):
        onPath.remove(lot)
        done.insert(lot)
      }
    }
    return edges.enumerated().map { index, edge in
      guard closing.contains(index) else { return edge }
      return TraceEdge(
        output: edge.output,
        input: edge.input,
        reasons: edge.reasons,
        closesCycle: true
      )
    }
  }
}
