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

/// Follows a lot down to what went into it and up to where it went.
///
/// Breadth first, each lot once, so that neither shared inputs nor records that contradict each
/// other make it long.
package struct LotTracer<Store: GenealogyStore> {
  private let store: Store
  private let limits: TraceLimits

  package init(_ store: Store, limits: TraceLimits = TraceLimits()) {
    self.store = store
    self.limits = limits
  }

  /// Answers for one lot.
  ///
  /// - Parameters:
  ///   - lot: The lot that is asked for.
  ///   - at: Now, for the answer to say when it was given.
  ///   - upwards: Whether to follow where the lot went, too.
  ///   - basis: What the store's answers show.
  /// - Returns: nil when no record names the lot.
  /// - Throws: What the store throws.
  package func trace(
    _ lot: LotID,
    at: Instant,
    upwards: Bool = true,
    as basis: TraceBasis = .corrected
  ) throws -> LotTrace? {
    let below = try walk(from: lot, findingEdges: edges(into:)) { $0.input }
    let above = upwards ? try walk(from: lot, findingEdges: edges(outOf:)) { $0.output } : nil
    var lots: [TracedLot] = []
    for member in below.lots { lots.append(try describe(member, measured: true)) }
    let listed = Set(below.lots)
    for member in above?.lots ?? [] where !listed.contains(member) {
      lots.append(try describe(member, measured: false))
    }
    let isKnown = lots.contains { !$0.names.isEmpty || $0.corrections != nil }
    guard lots.count > 1 || isKnown else { return nil }
    return LotTrace(
      lot: lot,
      at: at,
      lots: lots,
      inputs: below.edges,
      outputs: above?.edges,
      notFollowed: below.notFollowed + (above?.notFollowed ?? []),
      basis: basis
    )
  }

  private struct Walk {
    var lots: [LotID]
    var edges: [TraceEdge] = []
    var notFollowed: [LotID] = []
  }

  private func walk(
    from start: LotID,
    findingEdges: (LotID) throws -> [TraceEdge],
    next: (TraceEdge) -> LotID
  ) throws -> Walk {
    var walk = Walk(lots: [start])
    var depths = [start: 0]
    var position = 0
    while position < walk.lots.count {
      let lot = walk.lots[position]
      let depth = depths[lot, default: 0]
      position += 1
      guard depth < limits.depth else {
        if try !findingEdges(lot).isEmpty { walk.notFollowed.append(lot) }
        continue
      }
      let edges = try findingEdges(lot)
      for edge in edges where depths[next(edge)] == nil && walk.lots.count < limits.lots {
        depths[next(edge)] = depth + 1
        walk.lots.append(next(edge))
      }
      if edges.contains(where: { depths[next($0)] == nil }) { walk.notFollowed.append(lot) }
      walk.edges += edges.filter { depths[next($0)] != nil }
    }
    walk.edges = CycleMarks.mark(walk.edges)
    return walk
  }

  private func describe(_ lot: LotID, measured: Bool) throws -> TracedLot {
    let visits = try store.visits(of: lot)
    let stays = try store.stays(of: lot)
    var names: [Label] = []
    for name in visits.map(\.binding.part) + stays.map(\.load.material)
    where !names.contains(name) {
      names.append(name)
    }
    return TracedLot(
      lot: lot,
      names: names,
      visits: try visits.map { visit in
        visit.with(
          signals: measured ? try store.signals(during: visit) : [],
          clockSteps: try store.clockSteps(during: visit.extent),
          writes: try store.writes(during: visit),
          crews: try store.crews(during: visit),
          units: try store.units(of: visit)
        )
      },
      corrections: try store.corrections(of: lot)
    )
  }

  private func timed(_ stay: MaterialStay) throws -> MaterialStay {
    stay.with(clockSteps: try store.clockSteps(during: stay.extent))
  }

  private func edges(into lot: LotID) throws -> [TraceEdge] {
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
    for item in try store.consumptions(into: lot) {
      edges.add(.recorded(item), output: lot, input: item.consumption.input)
    }
    return edges.all
  }

  private func edges(outOf lot: LotID) throws -> [TraceEdge] {
    var edges = EdgeList()
    for stay in try store.stays(of: lot).map(timed) {
      for visit in try store.visits(during: stay) where visit.binding.lot != lot {
        edges.add(.loaded(stay, during: visit.span.start), output: visit.binding.lot, input: lot)
      }
    }
    for item in try store.consumptions(of: lot) {
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
