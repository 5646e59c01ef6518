internal import Genealogy
internal import HubStore
internal import Telemetry

/// A trace as a page: the tree, then each lot with what was measured.
struct TraceHTML {
  private let trace: LotTrace
  private let lots: [LotID: TracedLot]

  init(_ trace: LotTrace) {
    self.trace = trace
    lots = Dictionary(trace.lots.map { ($0.lot, $0) }) { first, _ in first }
  }

  var body: String {
    let outputs = trace.outputs ?? []
    var html = corrected
    html += "<h2>What went into it</h2>\n" + tree(trace.inputs) { ($0.output, $0.input) }
    html += "<h2>Where it went</h2>\n"
    html +=
      outputs.isEmpty
      ? "<p>It has gone into no other lot yet.</p>\n" : tree(outputs) { ($0.input, $0.output) }
    if !trace.notFollowed.isEmpty {
      let names = trace.notFollowed.map { HTML.lotLink($0.text) }.joined(separator: ", ")
      html += "<p class=\"bad\">This is not all: the trace goes on from \(names).</p>\n"
    }
    html += trace.findings.map { "<p class=\"bad\">\(HTML.escaped($0.detail))</p>\n" }.joined()
    let below = Set(trace.inputs.map(\.input)).union([trace.lot])
    html += "<h2>Lot by lot</h2>\n"
    html += trace.lots.filter { below.contains($0.lot) }.map(section).joined()
    let query = [serial, trace.basis == .recorded ? "as=recorded" : nil].compactMap { $0 }
    let json =
      "/v1/lots/\(PercentEncoding.encode(trace.lot.text))/trace"
      + (query.isEmpty ? "" : "?" + query.joined(separator: "&amp;"))
    return html + "<p><a href=\"\(json)\">This trace as JSON</a></p>\n"
  }

  /// The piece that is asked for, as a query says it.
  private var serial: String? { trace.serial.map { "serial=" + PercentEncoding.encode($0.text) } }

  /// What the figures follow, with a way to the others; empty where nothing was corrected.
  private var corrected: String {
    guard let sentence = trace.corrected else { return "" }
    let page =
      "/trace?lot=\(PercentEncoding.encode(trace.lot.text))" + (serial.map { "&amp;" + $0 } ?? "")
    let other =
      trace.basis == .corrected
      ? "<a href=\"\(page)&amp;as=recorded\">Show it as recorded</a>"
      : "<a href=\"\(page)\">Show it as corrected</a>"
    return "<p class=\"bad\">\(HTML.escaped(sentence)) \(other)</p>\n"
  }

  static func suggestions(_ near: [String]) -> String {
    if near.isEmpty { return "<p>It may not have reached the hub yet.</p>" }
    return "<p>Did you mean " + near.map(HTML.lotLink).joined(separator: ", ") + "?</p>"
  }

  /// Links to the traces of pieces that a name means.
  static func choice(of pieces: [PieceListing]) -> String {
    let items = pieces.map { piece in
      let lot = PercentEncoding.encode(piece.lot.text)
      let serial = piece.serial.map { "&amp;serial=\(PercentEncoding.encode($0.text))" } ?? ""
      let name = piece.serial.map { "serial \($0) of " } ?? ""
      return "<li><a href=\"/trace?lot=\(lot)\(serial)\">\(HTML.escaped("\(name)lot \(piece.lot)"))"
        + "</a></li>\n"
    }
    return "<ul>\n\(items.joined())</ul>\n"
  }

  private func tree(_ edges: [TraceEdge], ends: (TraceEdge) -> (from: LotID, to: LotID)) -> String {
    var leaving: [LotID: [TraceEdge]] = [:]
    for edge in edges { leaving[ends(edge).from, default: []].append(edge) }
    var listed: Set<LotID> = [trace.lot]
    func branches(of lot: LotID) -> String {
      let items = (leaving[lot] ?? []).map { edge in
        let next = ends(edge).to
        let isNew = listed.insert(next).inserted
        let more = isNew ? branches(of: next) : ""
        return "<li>\(title(next)) \(note(edge, isNew: isNew))\(more)</li>\n"
      }
      return items.isEmpty ? "" : "<ul>\n\(items.joined())</ul>\n"
    }
    return "<ul class=\"tree\"><li>\(title(trace.lot))\(branches(of: trace.lot))</li></ul>\n"
  }

  private func title(_ lot: LotID) -> String {
    let names = lots[lot]?.names.map { HTML.escaped($0.text) }.joined(separator: ", ") ?? ""
    return "<strong>\(HTML.lotLink(lot.text))</strong> \(names)"
  }

  private func note(_ edge: TraceEdge, isNew: Bool) -> String {
    if edge.closesCycle {
      return "<span class=\"bad\">goes in a circle: a record is wrong</span>"
    }
    let why =
      switch edge.reasons.first {
      case .loaded(let stay, _): "loaded at \(stay.load.station)" + Words.details(of: stay)
      case .recorded(let item): "recorded" + Words.details(of: item.consumption)
      case nil: ""
      }
    return "<span class=\"soft\">\(HTML.escaped(why))\(isNew ? "" : "; shown above")</span>"
  }

  private func section(_ lot: TracedLot) -> String {
    let visits =
      lot.visits.isEmpty
      ? "<p class=\"soft\">No station recorded work on it.</p>\n"
      : lot.visits.map { visit($0, of: lot.serials) }.joined()
    let corrections = (lot.corrections ?? []).map {
      "<p class=\"bad\">\(HTML.escaped(Words.correction($0)))</p>\n"
    }.joined()
    return "<h3>\(title(lot.lot))</h3>\n\(corrections)\(visits)"
  }

  private func visit(_ visit: StationVisit, of pieces: [Label]?) -> String {
    let binding = visit.binding
    let program = binding.program.map { ", program \(HTML.escaped($0.text))" } ?? ""
    let lane = binding.lane.map { " lane \($0)" } ?? ""
    let reference = visit.span.start
    var html = """
      <p>at <strong>\(binding.station)\(lane)</strong>, \(HTML.escaped(visit.site.text)),
      \(span(of: visit))<br>
      operator \(HTML.escaped(binding.operatorName.text)),
      \(HTML.escaped(visit.work))\(program)
      <span class="soft">record \(reference.seq) of \(reference.agent)</span></p>

      """
    html += visit.sentences.map { "<p>\(HTML.escaped($0))</p>\n" }.joined()
    html += visit.clockSteps.map { "<p class=\"bad\">\(HTML.escaped(Words.clockStep($0)))</p>\n" }
      .joined()
    html +=
      visit.writes.map { write in
        let style = write.outcome?.kind == .done ? "soft" : "bad"
        return "<p class=\"\(style)\">\(HTML.escaped(Words.write(write)))</p>\n"
      }
      .joined()
    return html + visit.shares(of: pieces).map(table).joined()
  }

  private func table(of share: VisitShare) -> String {
    let style = share.signals.isEmpty ? " class=\"soft\"" : ""
    let title = share.title.map { "<p\(style)>\(HTML.escaped($0))</p>\n" } ?? ""
    if share.signals.isEmpty { return title }
    return title + """
      <div class="scroll"><table>
      <tr><th>Device</th><th>Signal</th><th>Unit</th><th class="n">Min</th><th class="n">Mean</th>
      <th class="n">Max</th><th class="n">Readings</th><th>Bad</th></tr>

      """ + share.signals.map(row).joined() + "</table></div>\n"
  }

  private func span(of visit: StationVisit) -> String {
    Words.span(
      from: visit.from,
      to: visit.to,
      lasting: "still being worked on",
      clockSteps: visit.clockSteps
    )
  }

  private func row(_ signal: SignalSummary) -> String {
    let scale = max(signal.minimum?.magnitude ?? 0, signal.maximum?.magnitude ?? 0)
    let numbers = [signal.minimum, signal.mean, signal.maximum]
      .map { "<td class=\"n\">\($0.map { Words.number($0, scale: scale) } ?? "")</td>" }.joined()
    let texts = (signal.hasMoreTexts ? "…" : "") + signal.texts.joined(separator: ", ")
    let middle = signal.texts.isEmpty ? numbers : "<td colspan=\"3\">\(HTML.escaped(texts))</td>"
    let causes = signal.causes.map { "\($0.cause) \(Words.count($0.count))" }
      .joined(separator: ", ")
    let bad =
      signal.bad == 0
      ? "" : "<span class=\"bad\">\(Words.count(signal.bad)): \(HTML.escaped(causes))</span>"
    let unsure =
      signal.unsure.map {
        "<br><span class=\"soft\">\(HTML.escaped(Words.unsure($0, unit: signal.unit)))</span>"
      } ?? ""
    let doubts = (signal.calibration.map(Words.doubts) ?? [])
      .map { "<br><span class=\"bad\">\(HTML.escaped($0))</span>" }.joined()
    return """
      <tr><td>\(signal.device)</td><td>\(HTML.escaped(signal.signal))</td>
      <td>\(HTML.escaped(Words.unit(signal.unit)))</td>\(middle)
      <td class="n">\(Words.count(signal.good + signal.bad))</td><td>\(bad)\(unsure)\(doubts)</td></tr>

      """
  }
}
