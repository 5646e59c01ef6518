internal import LotBinding
internal import StationAPI
internal import Telemetry

extension BindingError {
  /// What the API answers.
  var problem: Problem {
    let kind = kind
    return Problem(
      type: kind.type,
      title: kind.title,
      status: kind.status,
      detail: refusals == nil ? description : "Nothing was recorded: \(description)",
      notes: refusals
    )
  }

  private var refusals: [BindingNote]? {
    if case .refused(let notes) = self { notes } else { nil }
  }

  private var kind: (type: String, title: String, status: Int) {
    switch self {
    case .unknownStation: (type: "unknown-station", title: "Unknown station", status: 404)
    case .unknownLane: (type: "unknown-lane", title: "Unknown lane", status: 404)
    case .laneNeeded: (type: "lane-needed", title: "The station has several lanes", status: 400)
    case .busy: (type: "station-busy", title: "The station works on a lot", status: 409)
    case .idle: (type: "no-active-lot", title: "No lot is active", status: 409)
    case .incomplete: (type: "bad-request", title: "Something is missing", status: 400)
    case .operatorNeeded:
      (type: "operator-needed", title: "It is not clear who does it", status: 400)
    case .notSignedOn:
      (type: "not-signed-on", title: "The operator is not signed on", status: 404)
    case .crewFull:
      (type: "too-many-operators", title: "Too many operators are signed on", status: 409)
    case .unitInside: (type: "unit-inside", title: "The unit is there already", status: 409)
    case .unitNotInside: (type: "unit-not-inside", title: "The unit is not there", status: 404)
    case .unitScrapped: (type: "unit-scrapped", title: "The unit was scrapped", status: 409)
    case .tooManyUnits: (type: "too-many-units", title: "The lot has too many units", status: 409)
    case .alreadyLoaded: (type: "already-loaded", title: "The material is loaded", status: 409)
    case .notLoaded: (type: "not-loaded", title: "The material is not loaded", status: 404)
    case .intoItself: (type: "bad-request", title: "A lot cannot go into itself", status: 400)
    case .unknownOutput, .unknownInput:
      (type: "bad-request", title: "It is not clear which lot is meant", status: 400)
    case .notAUDI: (type: "bad-request", title: "The UDI cannot be one", status: 400)
    case .calibrationDates: (type: "bad-request", title: "The dates cannot be", status: 400)
    case .refused: (type: "refused-by-rule", title: "The plant's rules refuse it", status: 409)
    }
  }
}
