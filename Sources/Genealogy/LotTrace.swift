package import Telemetry

/// The answer to "what went into this lot, how was it made, and where did it go?".
///
/// A graph: every lot is listed once, however often it was used; the edges say what went into what,
/// and why that is known.
package struct LotTrace: Sendable, Hashable, Codable {
  /// Version of this document's shape; 1.
  package var schema = 1

  /// The lot that was asked for.
  package let lot: LotID

  /// The piece of the lot that was asked for; nil for the whole lot.
  package let serial: Label?

  /// When the question was answered.
  package let at: Instant

  /// All lots of the trace: the one asked for, what went into it, then what it went into.
  package let lots: [TracedLot]

  /// What went into what, downwards from the lot.
  package let inputs: [TraceEdge]

  /// What went into what, upwards from the lot; nil where that was not asked for.
  package let outputs: [TraceEdge]?

  /// Lots that the trace names but did not follow, because it had reached its limits.
  package let notFollowed: [LotID]

  /// What contradicts itself in the records.
  package let findings: [TraceFinding]

  /// Whether it shows what was recorded, or what is known by now; they differ where a lot has
  /// corrections.
  package let basis: TraceBasis

  package init(
    lot: LotID,
    serial: Label? = nil,
    at: Instant,
    lots: [TracedLot],
    inputs: [TraceEdge],
    outputs: [TraceEdge]?,
    notFollowed: [LotID] = [],
    findings: [TraceFinding] = [],
    basis: TraceBasis = .corrected
  ) {
    self.lot = lot
    self.serial = serial
    self.at = at
    self.lots = lots
    self.inputs = inputs
    self.outputs = outputs
    self.notFollowed = notFollowed
    self.findings = findings
    self.basis = basis
  }

  private enum CodingKeys: String, CodingKey {
    case schema, lot, serial, at, lots, inputs, outputs, findings
    case basis = "as"
    case notFollowed = "not_followed"
  }
}

/// Records that contradict each other: one of them is wrong.
package struct TraceFinding: Sendable, Hashable, Codable {
  /// Stable code: `serial_in_two_parents`.
  package let code: String

  /// What was found, with the records that say so.
  package let detail: String

  package init(code: String, detail: String) {
    self.code = code
    self.detail = detail
  }
}

/// One lot of a trace.
package struct TracedLot: Sendable, Hashable, Codable {
  package let lot: LotID

  /// The pieces of it that are in the trace; nil for all of it.
  package let serials: [Label]?

  /// What it is: the part it was made as, the material it was loaded as.
  package let names: [Label]

  /// Where and how it was made; of lots upwards, without what was measured.
  package let visits: [StationVisit]

  /// What was corrected of it, of material at its stations, and of who was there; nil when nothing
  /// was.
  package let corrections: [RecordedCorrection]?

  package init(
    lot: LotID,
    serials: [Label]? = nil,
    names: [Label],
    visits: [StationVisit],
    corrections: [RecordedCorrection] = []
  ) {
    self.lot = lot
    self.serials = serials
    self.names = names
    self.visits = visits
    self.corrections = corrections.isEmpty ? nil : corrections
  }
}

/// One lot went into another.
package struct TraceEdge: Sendable, Hashable, Codable {
  /// The lot that was made.
  package let output: LotID

  /// The lot that went in.
  package let input: LotID

  /// Why that is known; at least one.
  package let reasons: [Reason]

  /// The input is also made from the output, which cannot be: a record is wrong.
  package let closesCycle: Bool

  package init(output: LotID, input: LotID, reasons: [Reason], closesCycle: Bool = false) {
    self.output = output
    self.input = input
    self.reasons = reasons
    self.closesCycle = closesCycle
  }

  /// Why it is known that one lot went into another.
  package enum Reason: Sendable, Hashable {
    /// The input stood at a station while the output was made there.
    case loaded(MaterialStay, during: RecordReference)
    /// The consumption was recorded.
    case recorded(RecordedConsumption)
  }

  private enum CodingKeys: String, CodingKey {
    case output, input, reasons
    case closesCycle = "closes_cycle"
  }
}

extension TraceEdge.Reason: Codable {
  private enum CodingKeys: String, CodingKey { case why, load, visit, consumption }

  private enum Why: String, Codable { case loaded, recorded }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .loaded(let stay, let visit):
      try container.encode(Why.loaded, forKey: .why)
      try container.encode(stay, forKey: .load)
      try container.encode(visit, forKey: .visit)
    case .recorded(let consumption):
      try container.encode(Why.recorded, forKey: .why)
      try container.encode(consumption, forKey: .consumption)
    }
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch try container.decode(Why.self, forKey: .why) {
    case .loaded:
      self = .loaded(
        try container.decode(MaterialStay.self, forKey: .load),
        during: try container.decode(RecordReference.self, forKey: .visit)
      )
    case .recorded:
      self = .recorded(try container.decode(RecordedConsumption.self, forKey: .consumption))
    }
  }
}
