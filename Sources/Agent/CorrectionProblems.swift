internal import LotBinding
internal import StationAPI
internal import Telemetry

extension CorrectionError {
  /// What the API answers.
  var problem: Problem {
    if case .binding(let error) = self { return error.problem }
    let kind = kind
    return Problem(
      type: kind.type,
      title: kind.title,
      status: kind.status,
      detail: "Nothing was corrected: \(description)"
    )
  }

  private var kind: (type: String, title: String, status: Int) {
    switch self {
    case .missing, .endNeeded, .endShownAgain:
      (type: "bad-request", title: "Something is missing", status: 400)
    case .future, .beforeJournal, .emptySpan:
      (type: "wrong-time", title: "The time cannot be", status: 400)
    case .unknownRecord, .notACorrection:
      (type: "unknown-record", title: "No such record can be corrected", status: 404)
    case .notFound, .operatorNotThere:
      (type: "not-recorded", title: "Nothing like that is recorded", status: 404)
    case .ambiguous: (type: "ambiguous", title: "Several records may be meant", status: 409)
    case .overlap: (type: "overlap", title: "Something else was there", status: 409)
    case .stillThere, .operatorStillThere:
      (type: "still-there", title: "It is recorded to be there still", status: 409)
    case .alreadyWithdrawn, .voided, .noChange, .binding:
      (type: "corrected-already", title: "There is nothing to correct", status: 409)
    }
  }
}

/// What a correction says, in words for a receipt or a status.
struct CorrectionSummary {
  private let change: Correction.Change

  init(_ change: Correction.Change) { self.change = change }

  var text: String {
    switch change {
    case .insertLot(let binding, let from, let to):
      "lot \(binding.lot) was at \(binding.place) from \(from) to \(to)"
    case .insertMaterial(let load, let from, let to):
      "\(load.material), lot \(load.lot), stood at \(load.station) from \(from) to \(to)"
    case .presence(let presence, let from, let to):
      "\(presence.operatorName) was \(presence.wasThere ? "" : "not ")at \(presence.station) from "
        + "\(from) to \(to)"
    case .replaceLot(let seq, let binding):
      "record \(seq): it was lot \(binding.lot) at \(binding.place)"
    case .replaceMaterial(let seq, let load):
      "record \(seq): it was \(load.material), lot \(load.lot), at \(load.station)"
    case .times(let seq, let from, let to):
      "record \(seq): it was there"
        + (from.map { " from \($0)" } ?? "") + (to.map { " to \($0)" } ?? "")
    case .void(let seq): "record \(seq): it never was there"
    case .notConsumed(let seq, let consumption):
      "record \(seq): \(consumption.inputName) did not go into \(consumption.outputName)"
    case .withdraw(let seq): "correction \(seq) does not hold"
    }
  }
}
