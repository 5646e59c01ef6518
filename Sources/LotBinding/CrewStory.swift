package import Telemetry

/// Who was at the stations when, as it is recorded and as it is corrected.
package struct CrewStory: Sendable, Hashable {
  private struct Change: Sendable, Hashable {
    let time: JournalTime
    let station: StationID
    let operators: [Label]
  }

  private struct Correction: Sendable, Hashable {
    let seq: Int
    let presence: OperatorPresence
    let from: JournalTime
    let to: JournalTime
  }

  /// From one time to another, or on until now.
  package struct Span: Sendable, Hashable {
    package let from: JournalTime
    package let to: JournalTime?
  }

  /// Changes and corrections that are remembered.
  private static let limit = 4_096

  private var changes: [Change] = []
  private var corrections: [Correction] = []

  package init() {}

  /// Takes what a record says of who is at a station.
  package mutating func take(_ change: CrewChange, at time: JournalTime) {
    changes.append(Change(time: time, station: change.station, operators: change.operators))
    if changes.count > Self.limit { changes.removeFirst() }
  }

  /// Takes a correction, by the number of its record.
  package mutating func take(
    _ presence: OperatorPresence,
    from: JournalTime,
    to: JournalTime,
    seq: Int
  ) {
    corrections.append(Correction(seq: seq, presence: presence, from: from, to: to))
    if corrections.count > Self.limit { corrections.removeFirst() }
  }

  /// Lets a correction hold no longer.
  package mutating func withdraw(_ seq: Int) { corrections.removeAll { $0.seq == seq } }

  /// When an operator was at a station, as it is recorded.
  package func recorded(_ name: Label, at station: StationID) -> [Span] {
    var spans: [Span] = []
    var since: JournalTime?
    for change in changes where change.station == station {
      let isThere = change.operators.contains(name)
      if isThere, since == nil { since = change.time }
      if !isThere, let from = since {
        spans.append(Span(from: from, to: change.time))
        since = nil
      }
    }
    return spans + (since.map { [Span(from: $0, to: nil)] } ?? [])
  }

  /// When an operator was at a station, as it is corrected: the later correction counts.
  package func corrected(_ name: Label, at station: StationID) -> [Span] {
    var spans = recorded(name, at: station)
    for correction in corrections
    where correction.presence.station == station && correction.presence.operatorName == name {
      spans = Self.cut(correction.from, correction.to, out: spans)
      if correction.presence.wasThere {
        spans.append(Span(from: correction.from, to: correction.to))
        spans = Self.joined(spans.sorted { $0.from < $1.from })
      }
    }
    return spans
  }

  private static func cut(_ from: JournalTime, _ to: JournalTime, out spans: [Span]) -> [Span] {
    spans.flatMap { span -> [Span] in
      guard span.from < to, span.to.map({ from < $0 }) ?? true else { return [span] }
      let before = span.from < from ? [Span(from: span.from, to: from)] : []
      let after = span.to.map { to < $0 } ?? true ? [Span(from: to, to: span.to)] : []
      return before + after
    }
  }

  private static func joined(_ spans: [Span]) -> [Span] {
    spans.reduce(into: []) { joined, span in
      if let last = joined.last, last.to == span.from {
        joined[joined.count - 1] = Span(from: last.from, to: span.to)
      } else {
        joined.append(span)
      }
    }
  }
}
