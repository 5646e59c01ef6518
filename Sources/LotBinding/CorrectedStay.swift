package import Telemetry

/// A lot was at a station, or material was, from one time to another.
package struct Stay<Content: Sendable & Hashable>: Sendable, Hashable {
  package var content: Content
  package var from: JournalTime

  /// Nil while it lasts.
  package var to: JournalTime?

  package init(_ content: Content, from: JournalTime, to: JournalTime?) {
    self.content = content
    self.from = from
    self.to = to
  }

  /// Whether both last at one moment.
  package func overlaps<Other>(_ other: Stay<Other>) -> Bool {
    (other.to.map { from < $0 } ?? true) && (to.map { other.from < $0 } ?? true)
  }
}

/// What a correction changes of a stay.
package enum StayChange<Content: Sendable & Hashable>: Sendable, Hashable {
  case insert(Stay<Content>)
  case replace(Content)
  case times(from: JournalTime?, to: JournalTime?)
  case void
}

/// A stay as it is recorded and as it is corrected.
package struct CorrectedStay<Content: Sendable & Hashable>: Sendable, Hashable {
  private struct Step: Sendable, Hashable {
    let seq: Int
    let change: StayChange<Content>
  }

  /// Nil for one that only a correction tells of.
  package var recorded: Stay<Content>?
  private var steps: [Step] = []

  package init(recorded: Stay<Content>?) { self.recorded = recorded }

  /// Takes a correction, by the number of its record.
  package mutating func take(_ change: StayChange<Content>, seq: Int) {
    steps.append(Step(seq: seq, change: change))
  }

  /// Lets a correction hold no longer.
  package mutating func withdraw(_ seq: Int) { steps.removeAll { $0.seq == seq } }

  /// The records of the corrections that hold.
  package var corrections: [Int] { steps.map(\.seq) }

  /// The correction that says that it never was.
  package var voidedBy: Int? { steps.last { $0.change == .void }?.seq }

  /// Whether a correction that holds says another time than the record.
  package var hasOtherTimes: Bool {
    recorded.map { corrected?.from != $0.from || corrected?.to != $0.to } ?? true
  }

  /// As it is corrected: one correction after the other; nil when it never was.
  package var corrected: Stay<Content>? {
    var stay = recorded
    for step in steps {
      switch step.change {
      case .insert(let inserted): stay = inserted
      case .replace(let content): stay?.content = content
      case .times(let from, let to):
        if let from { stay?.from = from }
        if let to { stay?.to = to }
      case .void: stay = nil
      }
    }
    return stay
  }
}

extension StayChange<Binding> {
  /// What a correction changes of a lot's stay; nil when it is about something else.
  package init?(_ change: Correction.Change, _ epochs: Epochs) {
    switch change {
    case .insertLot(let binding, let from, let to):
      self = .insert(Stay(binding, from: epochs.time(from), to: epochs.time(to)))
    case .replaceLot(_, let binding): self = .replace(binding)
    default: self.init(times: change, epochs)
    }
  }
}

extension StayChange<MaterialLoad> {
  /// What a correction changes of a material's stay; nil when it is about something else.
  package init?(_ change: Correction.Change, _ epochs: Epochs) {
    switch change {
    case .insertMaterial(let load, let from, let to):
      self = .insert(Stay(load, from: epochs.time(from), to: epochs.time(to)))
    case .replaceMaterial(_, let load): self = .replace(load)
    default: self.init(times: change, epochs)
    }
  }
}

extension StayChange {
  fileprivate init?(times change: Correction.Change, _ epochs: Epochs) {
    switch change {
    case .times(_, let from, let to):
      self = .times(from: from.map(epochs.time), to: to.map(epochs.time))
    case .void: self = .void
    default: return nil
    }
  }
}
