internal import LotBinding
internal import Scans
internal import StationAPI
internal import Telemetry

extension ScanOrder {
  var action: ScanReceipt.Action {
    switch self {
    case .start: .lotStarted
    case .end: .lotEnded
    case .load: .materialLoaded
    case .enter: .unitEntered
    case .signOn: .signedOn
    case .signOff: .signedOff
    }
  }

  /// What was done, in words.
  func summary(at place: StationLane) -> String {
    switch self {
    case .start(let lot): "\(place) works on lot \(lot.lot)"
    case .end: "\(place) works on no lot"
    case .load(let material):
      "\(material.material), lot \(material.lot), is loaded at \(place.station)"
    case .enter(let serial): "\(serial) is at \(place)"
    case .signOn(let who): "\(who) is signed on at \(place.station)"
    case .signOff(let who): "\(who) is signed off at \(place.station)"
    }
  }

  /// How to take it back.
  func undo(at place: StationLane) -> String? {
    switch self {
    case .start(let lot): "Wrong lot? End \(lot.lot), then scan the right one."
    case .load(let material):
      "Wrong material? Unload it: lotline material unload \(place.station) \(material.lot)"
    case .signOn(let who):
      "Wrong badge? Sign off: lotline operator off \(place.station) \(who)"
    case .enter, .end, .signOff: nil
    }
  }
}

extension ScanReceipt {
  init(
    _ code: ScannedCode,
    _ action: Action,
    _ summary: String,
    receipt: Receipt? = nil,
    undo: String? = nil,
    station: StationID? = nil
  ) {
    self.init(
      action,
      summary: summary,
      code: code.text,
      standard: code.standard.rawValue,
      kind: code.facts.kind?.rawValue,
      elements: code.elements.map(ScanElement.init),
      notes: code.notes.map { BindingNote(code: $0.code.rawValue, sentence: $0.sentence) },
      receipt: receipt,
      undo: undo,
      station: station
    )
  }
}

extension ScanElement {
  fileprivate init(_ element: CodeElement) {
    self.init(
      key: element.key,
      title: element.title,
      value: element.value,
      date: element.date?.description
    )
  }
}

extension ScanProblem {
  /// What is wrong, and the mend.
  var detail: String {
    switch self {
    case .unproven(let detail), .meaningless(let detail), .impossible(let detail): detail
    }
  }

  fileprivate var reason: String {
    switch self {
    case .unproven: "unproven"
    case .meaningless: "meaningless"
    case .impossible: "impossible"
    }
  }
}

// Why nothing was done for a scan.

extension Problem {
  static func scanRefused(_ error: CodeError) -> Problem {
    Problem(
      type: "scan-refused",
      title: "The code is not taken",
      status: 422,
      detail: error.description,
      scan: ScanRefusal(
        code: error.code,
        reason: error.kind.rawValue,
        position: error.position,
        readings: error.readings.map { $0.map(ScanElement.init) }
      )
    )
  }

  static func scanWithoutEffect(_ problem: ScanProblem, _ code: ScannedCode) -> Problem {
    Problem(
      type: "scan-without-effect",
      title: "Nothing follows from the code",
      status: 422,
      detail: "\"\(code.text)\" is read, and nothing was recorded: \(problem.detail)",
      scan: ScanRefusal(code: code.text, reason: problem.reason, position: nil, readings: [])
    )
  }

  static func notStored(_ error: any Error) -> Problem {
    Problem(
      type: "storage-failed",
      title: "The journal cannot be written",
      status: 503,
      detail: "Nothing was recorded. \(error)"
    )
  }
}
