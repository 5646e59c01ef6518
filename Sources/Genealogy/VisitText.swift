internal import Telemetry

/// One visit of a lot at a station, with tables of what was measured.
struct VisitText {
  private let visit: StationVisit
  private let width: Int
  private let ink: Ink

  /// The pieces of the lot that are asked for; nil for all of it.
  private let pieces: [Label]?

  init(_ visit: StationVisit, of pieces: [Label]?, width: Int, ink: Ink) {
    self.visit = visit
    self.pieces = pieces
    self.width = width
    self.ink = ink
  }

  var lines: [String] {
    let binding = visit.binding
    let program = binding.program.map { ", program \(Words.safe($0.text))" } ?? ""
    let lane = binding.lane.map { " lane \($0)" } ?? ""
    var lines = TextLayout.wrap(
      "  at \(binding.station)\(lane), \(Words.safe(visit.site.text)), "
        + Words.span(
          from: visit.from,
          to: visit.to,
          lasting: "still being worked on",
          clockSteps: visit.clockSteps
        ),
      width: width,
      indent: "     "
    )
    lines += TextLayout.wrap(
      "     operator \(Words.safe(binding.operatorName.text)), "
        + "\(visit.work)\(program); "
        + Words.reference(visit.span.start),
      width: width,
      indent: "     "
    )
    for text in visit.sentences {
      lines += TextLayout.wrap("     " + text, width: width, indent: "       ")
    }
    for step in visit.clockSteps {
      lines += TextLayout.wrap("     ! " + Words.clockStep(step), width: width, indent: "       ")
        .map(ink.problem)
    }
    for write in visit.writes {
      let isDone = write.outcome?.kind == .done
      let text = "     \(isDone ? "*" : "!") " + Words.write(write)
      let wrapped = TextLayout.wrap(text, width: width, indent: "       ")
      lines += isDone ? wrapped : wrapped.map(ink.problem)
    }
    for share in visit.shares(of: pieces) {
      if let title = share.title {
        lines += TextLayout.wrap("     " + title, width: width, indent: "       ")
      }
      lines += SignalTable(share, width: width, ink: ink).lines
    }
    return lines
  }
}
