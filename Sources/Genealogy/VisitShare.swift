package import Telemetry

/// What was measured during a visit, of one piece or of the whole lot, for people.
package struct VisitShare: Sendable, Hashable {
  /// Says what it is, or why there is nothing; nil where that is plain.
  package let title: String?

  package let signals: [SignalSummary]
}

extension StationVisit {
  /// What was measured: first of the pieces that are asked for, nil for all of the lot, then of the lot.
  package func shares(of pieces: [Label]?) -> [VisitShare] {
    let nothing = signals.isEmpty ? "Nothing was measured." : nil
    guard let pieces, !pieces.isEmpty else {
      return [VisitShare(title: nothing, signals: signals)]
    }
    let whole = VisitShare(
      title: nothing ?? "The whole lot:",
      signals: signals
    )
    return pieces.map(share) + [whole]
  }

  /// What the answer rests on: the readings of the pieces that are asked for, where there are some.
  func signals(of pieces: [Label]?) -> [SignalSummary] {
    let names = Set((pieces ?? []).map(\.text))
    let own = units.filter { names.contains($0.serial.text) }
      .flatMap { $0.figures?.signals ?? [] }
    return own.isEmpty ? signals : own
  }

  private func share(of piece: Label) -> VisitShare {
    let name = "Serial \(Words.safe(piece.text))"
    guard let unit = units.first(where: { $0.serial.text == piece.text }) else {
      return VisitShare(
        title: "\(name) was not scanned here: what is known is what the lot saw.",
        signals: []
      )
    }
    guard let figures = unit.figures else {
      return VisitShare(
        title: "\(name) \(unit.passages). Trace it alone to see what was read of it.",
        signals: []
      )
    }
    let missing =
      switch figures.missing {
      case .entry?: " It is not known when it came: what is known is what the lot saw."
      case .tooLong?: " It was there for too long to count its own readings."
      case nil where figures.signals.isEmpty: " Nothing was measured of it."
      case nil: ""
      }
    return VisitShare(
      title: "\(name) \(unit.passages).\(missing)",
      signals: figures.signals
    )
  }
}

extension UnitStay {
  /// `entered 06:02:11 UTC, left 06:07:20 UTC`.
  fileprivate var passages: String {
    events.map { "\($0.event.rawValue) \(Words.time($0.at)) UTC" }.joined(separator: ", ")
  }
}
