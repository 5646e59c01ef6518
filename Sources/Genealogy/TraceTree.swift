internal import Telemetry

/// The lots of a trace drawn as a tree, one line each: lot, what it is, how that is known.
struct TraceTree {
  let root: LotID
  let edges: [TraceEdge]

  /// From a lot to what went into it; otherwise to what it went into.
  let isDownwards: Bool
  let label: (LotID) -> String

  private struct Row {
    /// The branches that lead here, and those that go on below.
    let branch: String
    let trunk: String
    let lot: String
    let label: String
    let note: String
    let isProblem: Bool
  }

  /// Lots wider than this, with their branches, have the rest on a line of their own.
  private static let lotColumnLimit = 36
  private static let labelColumnLimit = 24

  func lines(width: Int, ink: Ink) -> [String] {
    let rows = self.rows
    let lotColumn =
      rows.map { $0.branch.count + $0.lot.count }
      .filter { $0 <= Self.lotColumnLimit }.max() ?? 0
    let labelColumn = min(Self.labelColumnLimit, rows.map(\.label.count).max() ?? 0)
    return rows.flatMap { row in
      let start = row.branch + row.lot
      let rest = TextLayout.padded(row.label, to: labelColumn) + "  " + row.note
      let isWide = start.count > Self.lotColumnLimit
      let first = TextLayout.padded(isWide ? row.trunk : start, to: lotColumn) + "  "
      let body = TextLayout.wrap(
        first + rest,
        width: width,
        indent: TextLayout.padded(row.trunk, to: lotColumn + labelColumn + 4)
      ).map { row.isProblem ? ink.problem($0) : $0 }
      return (isWide ? [start] : []) + body
    }
  }

  private var rows: [Row] {
    let leaving = Dictionary(grouping: edges) { isDownwards ? $0.output : $0.input }
    var rows = [
      Row(
        branch: "",
        trunk: leaving[root] == nil ? "" : "│",
        lot: Words.safe(root.text),
        label: label(root),
        note: "",
        isProblem: false
      )
    ]
    var listed: Set<LotID> = [root]
    append(leaving[root] ?? [], leaving: leaving, prefix: "", to: &rows, listed: &listed)
    return rows
  }

  private func append(
    _ branches: [TraceEdge],
    leaving: [LotID: [TraceEdge]],
    prefix: String,
    to rows: inout [Row],
    listed: inout Set<LotID>
  ) {
    for (index, edge) in branches.enumerated() {
      let lot = isDownwards ? edge.input : edge.output
      let isLast = index == branches.count - 1
      let trunk = prefix + (isLast ? "   " : "│  ")
      let below = leaving[lot] ?? []
      let isNew = listed.insert(lot).inserted
      rows.append(
        Row(
          branch: prefix + (isLast ? "└─ " : "├─ "),
          trunk: trunk + (isNew && !below.isEmpty ? "│" : ""),
          lot: Words.safe(lot.text),
          label: label(lot),
          note: note(edge, isRepeated: !isNew && !below.isEmpty),
          isProblem: edge.closesCycle
        )
      )
      if isNew { append(below, leaving: leaving, prefix: trunk, to: &rows, listed: &listed) }
    }
  }

  private func note(_ edge: TraceEdge, isRepeated: Bool) -> String {
    if edge.closesCycle { return "! goes in a circle: a record is wrong" }
    let note = edge.reasons.first.map(ReasonText.short) ?? ""
    return isRepeated ? note + "; shown above" : note
  }
}

/// Why it is known that a lot went into another, in words.
struct ReasonText {
  private let edge: TraceEdge
  private let width: Int

  /// Reasons that are spelled out; the rest is counted.
  private static let limit = 5

  init(_ edge: TraceEdge, width: Int) {
    self.edge = edge
    self.width = width
  }

  static func short(_ reason: TraceEdge.Reason) -> String {
    switch reason {
    case .loaded(let stay, _): return "loaded at \(stay.load.station)"
    case .recorded(let item):
      let amount = item.consumption.quantity.map {
        ": " + Words.amount($0, unit: item.consumption.unit)
      }
      let serial = item.consumption.inputSerial.map { ": serial \(Words.safe($0.text))" }
      return "recorded" + (amount ?? serial ?? "")
    }
  }

  var lines: [String] {
    var lines: [String] = []
    for reason in edge.reasons.prefix(Self.limit) {
      lines += TextLayout.wrap(
        "  went into \(Words.safe(edge.output.text)): \(Self.full(reason))",
        width: width,
        indent: "    "
      )
      lines += clockSteps(of: reason)
    }
    let more = edge.reasons.count - Self.limit
    if more > 0 { lines.append("    and \(Words.count(more, "more record")) like these") }
    return lines
  }

  private func clockSteps(of reason: TraceEdge.Reason) -> [String] {
    guard case .loaded(let stay, _) = reason else { return [] }
    return stay.clockSteps.flatMap { step in
      TextLayout.wrap("    ! " + Words.clockStep(step), width: width, indent: "      ")
    }
  }

  private static func full(_ reason: TraceEdge.Reason) -> String {
    switch reason {
    case .loaded(let stay, _):
      return "loaded at \(stay.load.station) "
        + Words.span(
          from: stay.from,
          to: stay.to,
          lasting: "still there",
          clockSteps: stay.clockSteps
        )
        + by(stay.load.operatorName) + Words.details(of: stay)
        + "; \(Words.reference(stay.span.start))"
    case .recorded(let item):
      let used = item.consumption
      return "recorded \(Words.time(item.at)) UTC" + by(used.operatorName)
        + Words.details(of: used) + "; \(Words.reference(item.record))"
    }
  }

  private static func by(_ operatorName: Label?) -> String {
    operatorName.map { " by \(Words.safe($0.text))" } ?? ""
  }
}
