package import Telemetry

/// What the plant's lists say against a lot that is in work.
package struct ListDoubt: Sendable, Hashable {
  /// Where, and which lot.
  package let place: StationLane
  package let lot: LotID

  /// The rule that a start would meet, and what is found, with the mend.
  package let note: BindingNote
  fileprivate let kind: Kind

  fileprivate enum Kind: Sendable, Hashable {
    case lot
    case program(Label)
  }

  /// Whether both are about the same thing at the same place, whatever its reason.
  package func isSame(as other: ListDoubt) -> Bool {
    place == other.place && lot == other.lot && kind == other.kind && note.code == other.note.code
  }

  /// What the journal says when it comes to be.
  package var event: Event {
    let event: Event.Kind =
      switch kind {
      case .lot: .lotHeld
      case .program: .programWithdrawn
      }
    return Event(
      event,
      station: place.station,
      lane: place.lane,
      lot: lot,
      notes: [note.code],
      detail: "\(place) works on it: \(note.sentence)"
    )
  }

  /// What the journal says when it is no more, though the lot is in work still.
  package var endEvent: Event {
    let (event, detail): (Event.Kind, String) =
      switch kind {
      case .lot: (.lotCleared, "lot \(lot) may be worked on again by the list of lots")
      case .program(let program):
        (.programReleased, "program \(program) may be used again by the list of programs")
      }
    return Event(
      event,
      station: place.station,
      lane: place.lane,
      lot: lot,
      detail: "\(place) works on it: \(detail)"
    )
  }
}

extension Bindings {
  /// What the plant's lists say against the lots in work, by their stations and lanes.
  package func listDoubts() -> [ListDoubt] {
    lots.inWork.flatMap { active in
      [heldDoubt(active), programDoubt(active)].compactMap { $0 }
    }
  }

  private func heldDoubt(_ active: Lots.Active) -> ListDoubt? {
    let lot = active.binding.lot
    guard let entry = lists.lots?[lot] else { return nil }
    let rule: BindingRule
    switch entry.state {
    case .hold: rule = .lotOnHold
    case .scrapped: rule = .lotScrapped
    case .released, .finished: return nil
    }
    var check = RuleCheck(.warningOfAll)
    lots.judge(lot, lists, besides: active.place, &check)
    guard let note = check.found.first(where: { $0.code == rule.rawValue }) else { return nil }
    return ListDoubt(place: active.place, lot: lot, note: note, kind: .lot)
  }

  private func programDoubt(_ active: Lots.Active) -> ListDoubt? {
    guard let program = active.binding.program, let entry = lists.programs?[program],
      !entry.isReleased(for: active.binding.station)
    else { return nil }
    var check = RuleCheck(.warningOfAll)
    check.findProgram(program, at: active.binding.station, lists)
    return check.found.first.map {
      ListDoubt(place: active.place, lot: active.binding.lot, note: $0, kind: .program(program))
    }
  }
}
