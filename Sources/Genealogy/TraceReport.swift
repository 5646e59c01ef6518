internal import Telemetry

/// A trace as a quality engineer reads it: the tree first, then each lot in full.
///
/// Plain text that fits a terminal of 80 columns.
package struct TraceReport: Sendable {
  /// How it is drawn.
  package struct Style: Sendable, Hashable {
    /// Columns of the terminal or page; at least 60.
    package let width: Int

    /// Whether headings and problems are set off with ANSI colours.
    package let hasColour: Bool

    package init(width: Int = 80, hasColour: Bool = false) {
      self.width = max(60, width)
      self.hasColour = hasColour
    }
  }

  private let trace: LotTrace
  private let style: Style
  private let lots: [LotID: TracedLot]

  package init(_ trace: LotTrace, style: Style = Style()) {
    self.trace = trace
    self.style = style
    lots = Dictionary(trace.lots.map { ($0.lot, $0) }) { first, _ in first }
  }

  /// The whole report, each line ended by a line feed.
  package var text: String {
    var lines = heading
    lines += ["", ink.heading("What went into it")]
    lines += tree(trace.inputs, downwards: true)
    if let outputs = trace.outputs {
      lines += ["", ink.heading("Where it went")]
      lines +=
        outputs.isEmpty
        ? ["\(name(trace.lot)) has gone into no other lot yet."] : tree(outputs, downwards: false)
    }
    lines += notFollowed
    for finding in trace.findings {
      lines += [""]
      lines += TextLayout.wrap("! " + finding.detail, width: style.width, indent: "  ")
        .map(ink.problem)
    }
    lines += ["", ink.heading("Lot by lot")]
    for lot in measuredLots { lines += section(lot) }
    return lines.map { $0 + "\n" }.joined()
  }

  var ink: Ink { Ink(isOn: style.hasColour) }

  private var heading: [String] {
    let inputs = Set(trace.inputs.map(\.input)).subtracting([trace.lot]).count
    var first =
      trace.serial.map { "Serial \(Words.safe($0.text)) of lot \(name(trace.lot))" }
      ?? "Lot \(name(trace.lot))"
    if let names = lots[trace.lot].map(Self.names), !names.isEmpty { first += ", \(names)" }
    return [ink.heading(first)]
      + TextLayout.wrap(
        "\(inputs == 0 ? "No other lot" : Words.count(inputs, "lot")) went into it. \(verdict)",
        width: style.width,
        indent: ""
      )
      + (trace.corrected.map { TextLayout.wrap($0, width: style.width, indent: "") } ?? [])
      .map(ink.problem)
  }

  /// What the readings are worth, in one or two sentences.
  private var verdict: String {
    let visits = measuredLots.flatMap(\.visits)
    let signals = measuredLots.flatMap { lot in
      lot.visits.flatMap { $0.signals(of: lot.serials) }
    }
    let bad = signals.reduce(0) { $0 + $1.bad }
    let all = signals.reduce(bad) { $0 + $1.good }
    let running = visits.filter { $0.to == nil }
      .map { "\($0.binding.station) is still working on \(name($0.binding.lot))." }
    let readings =
      switch (all, bad) {
      case (0, _): "Nothing was measured."
      case (_, 0): "All \(Words.count(all)) readings are good."
      default: "\(Words.count(bad)) of \(Words.count(all)) readings are bad; see the \"!\" below."
      }
    let clock =
      visits.contains { !$0.clockSteps.isEmpty }
      ? ["A clock was set meanwhile; see the \"!\" below."] : []
    let instruments =
      signals.contains { $0.calibration?.doubts.isEmpty == false }
      ? ["Not all instruments could be relied on; see the \"!\" below."] : []
    return ([readings] + instruments + clock + running).joined(separator: " ")
  }

  private var notFollowed: [String] {
    if trace.notFollowed.isEmpty { return [] }
    let names = trace.notFollowed.map(name).joined(separator: ", ")
    return [""]
      + TextLayout.wrap(
        "! This is not all: the trace is too large to follow further from \(names). "
          + "Trace those lots by themselves.",
        width: style.width,
        indent: "  "
      ).map(ink.problem)
  }

  private func tree(_ edges: [TraceEdge], downwards: Bool) -> [String] {
    TraceTree(
      root: trace.lot,
      edges: edges,
      isDownwards: downwards,
      label: { Self.names(lots[$0] ?? TracedLot(lot: $0, names: [], visits: [])) }
    ).lines(width: style.width, ink: ink)
  }

  /// The lot and what went into it, in the order of the tree.
  private var measuredLots: [TracedLot] {
    let below = Set(trace.inputs.map(\.input)).union([trace.lot])
    return trace.lots.filter { below.contains($0.lot) }
  }

  private func section(_ lot: TracedLot) -> [String] {
    let title = ([name(lot.lot), Self.names(lot)]).filter { !$0.isEmpty }.joined(separator: "  ")
    var lines = ["", ink.heading(title)]
    if let serials = lot.serials {
      let names = serials.map { Words.safe($0.text) }.joined(separator: ", ")
      lines += TextLayout.wrap("  of it: serial \(names)", width: style.width, indent: "    ")
    }
    let uses = trace.inputs.filter { $0.input == lot.lot }
    for edge in uses { lines += ReasonText(edge, width: style.width).lines }
    // Bought material has none, and nobody expects any.
    if lot.visits.isEmpty, !uses.contains(where: \.isOfLoadedMaterial) {
      lines.append("  No station recorded work on it.")
    }
    for correction in lot.corrections ?? [] {
      lines += TextLayout.wrap(
        "  ! " + Words.correction(correction),
        width: style.width,
        indent: "    "
      ).map(ink.problem)
    }
    for visit in lot.visits {
      lines += VisitText(visit, of: lot.serials, width: style.width, ink: ink).lines
    }
    return lines
  }

  private func name(_ lot: LotID) -> String { Words.safe(lot.text) }

  private static func names(_ lot: TracedLot) -> String {
    lot.names.map { Words.safe($0.text) }.joined(separator: ", ")
  }
}

extension TraceEdge {
  fileprivate var isOfLoadedMaterial: Bool {
    reasons.contains { if case .loaded = $0 { true } else { false } }
  }
}

/// Sets text off where colour is wanted (ECMA-48, 8.3.117).
struct Ink: Sendable {
  let isOn: Bool

  func heading(_ text: String) -> String { isOn ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

  func problem(_ text: String) -> String { isOn ? "\u{1B}[31m\(text)\u{1B}[0m" : text }
}
