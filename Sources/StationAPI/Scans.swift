package import Telemetry

/// Body of `POST /v1/stations/{station}/scans`.
package struct ScanCode: Sendable, Hashable, Codable {
  /// What the scanner sent, the separator GS as U+001D or a stand-in.
  package let code: String

  /// The lot as the label shows it, where the code alone is ambiguous.
  package let lot: LotID?

  /// Which lane, at a station that has several.
  package let lane: LaneID?

  package init(code: String, lot: LotID? = nil, lane: LaneID? = nil) {
    self.code = code
    self.lot = lot
    self.lane = lane
  }
}

/// What a code said, and what was done for it.
package struct ScanReceipt: Sendable, Hashable, Codable {
  package enum Action: String, Sendable, Codable, CaseIterable {
    case lotStarted = "lot_started"
    case lotEnded = "lot_ended"
    case materialLoaded = "material_loaded"
    case unitEntered = "unit_entered"
    case signedOn = "signed_on"
    case signedOff = "signed_off"
    /// Kept for the next lot: a part, a work order, a program, an operator.
    case noted
    /// A lot that cannot be started before more is known.
    case waiting
    /// Nothing had to be done: the lot runs, the material is loaded.
    case known
    /// What was kept for the next lot is forgotten.
    case cancelled
    /// The code of another station, for which the next codes are meant.
    case station
  }

  package let action: Action

  /// What was understood and done, in words.
  package let summary: String

  /// What was read, control characters made visible.
  package let code: String

  /// The standard that the code follows: `GS1 element string`, `HIBC`.
  package let standard: String

  /// What it is to the plant: `lot`.
  package let kind: String?
  package let elements: [ScanElement]

  /// What a person should know of it.
  package let notes: [BindingNote]

  /// The record, where there is one.
  package let receipt: Receipt?

  /// How to take it back; nil where nothing was done.
  package let undo: String?

  /// The station for which the next codes are meant, after a code of ``Action/station``.
  package let station: StationID?

  package init(
    _ action: Action,
    summary: String,
    code: String,
    standard: String,
    kind: String?,
    elements: [ScanElement],
    notes: [BindingNote],
    receipt: Receipt? = nil,
    undo: String? = nil,
    station: StationID? = nil
  ) {
    self.action = action
    self.summary = summary
    self.code = code
    self.standard = standard
    self.kind = kind
    self.elements = elements
    self.notes = notes
    self.receipt = receipt
    self.undo = undo
    self.station = station
  }
}

/// One element of a code.
package struct ScanElement: Sendable, Hashable, Codable {
  /// What the standard calls it: `10`.
  package let key: String
  package let title: String
  package let value: String

  /// The day that the value states: `2026-11-30`.
  package let date: String?

  package init(key: String, title: String, value: String, date: String?) {
    self.key = key
    self.title = title
    self.value = value
    self.date = date
  }
}

/// Why a code was not taken.
package struct ScanRefusal: Sendable, Hashable, Codable {
  /// What was read, control characters made visible.
  package let code: String

  /// What kind of refusal it is: `ambiguous`.
  package let reason: String

  /// The character at fault, counted from 1.
  package let position: Int?

  /// The ways to read an ambiguous code; the lot of one of them, sent beside the code, settles it.
  package let readings: [[ScanElement]]

  package init(code: String, reason: String, position: Int?, readings: [[ScanElement]]) {
    self.code = code
    self.reason = reason
    self.position = position
    self.readings = readings
  }
}
