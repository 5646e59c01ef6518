package import Telemetry

/// Where a fact stands: the record that says so, for whoever wants to see it.
package struct RecordReference: Sendable, Hashable, Codable {
  package let agent: AgentID

  /// ``JournalOpening/journal``.
  package let journal: String
  package let seq: Int

  package init(agent: AgentID, journal: String, seq: Int) {
    self.agent = agent
    self.journal = journal
    self.seq = seq
  }
}

/// A span of one journal, by sequence number, since clocks can step.
package struct RecordSpan: Sendable, Hashable, Codable {
  /// The record that begins it.
  package let start: RecordReference

  /// Sequence number of the record that ends it; nil while it lasts.
  package let end: Int?

  package init(start: RecordReference, end: Int? = nil) {
    self.start = start
    self.end = end
  }

  /// Whether both last at one moment; never true of different journals.
  package func overlaps(_ other: RecordSpan) -> Bool {
    start.agent == other.start.agent && start.journal == other.start.journal
      && start.seq < other.end ?? .max && other.start.seq < end ?? .max
  }
}

/// A lot was worked on at a station: one ``Binding`` and its end.
package struct StationVisit: Sendable, Hashable, Codable {
  package let span: RecordSpan
  package let site: Label
  package let binding: Binding
  package let from: Instant

  /// Nil while the station still works on the lot.
  package let to: Instant?

  /// What it lasted by its corrections; nil where they say no other times.
  package let correctedSpan: RecordSpan?

  /// True while what was measured is counted anew for its corrected times, and is shown as it was
  /// counted before; nil otherwise.
  package let recounting: Bool?

  /// What was measured meanwhile; empty where that was not asked for.
  package let signals: [SignalSummary]

  /// Steps of the agent's clock meanwhile: times before and after one do not compare.
  package let clockSteps: [RecordedClockStep]

  /// What was written meanwhile to devices that serve the station.
  package let writes: [RecordedWrite]

  /// Who was signed on at the station: when the visit began, and each change meanwhile.
  package let crews: [RecordedCrew]

  /// Boards and devices of the lot that came or went, in the order in which they first did.
  package let units: [UnitStay]

  package init(
    span: RecordSpan,
    site: Label,
    binding: Binding,
    from: Instant,
    to: Instant?,
    correctedSpan: RecordSpan? = nil,
    recounting: Bool? = nil,
    signals: [SignalSummary] = [],
    clockSteps: [RecordedClockStep] = [],
    writes: [RecordedWrite] = [],
    crews: [RecordedCrew] = [],
    units: [UnitStay] = []
  ) {
    self.span = span
    self.site = site
    self.binding = binding
    self.from = from
    self.to = to
    self.correctedSpan = correctedSpan
    self.recounting = recounting
    self.signals = signals
    self.clockSteps = clockSteps
    self.writes = writes
    self.crews = crews
    self.units = units
  }

  /// The same visit with what was measured and written, who and what was there, and what the clock
  /// did.
  package func with(
    signals: [SignalSummary],
    clockSteps: [RecordedClockStep],
    writes: [RecordedWrite],
    crews: [RecordedCrew] = [],
    units: [UnitStay] = []
  ) -> StationVisit {
    StationVisit(
      span: span,
      site: site,
      binding: binding,
      from: from,
      to: to,
      correctedSpan: correctedSpan,
      recounting: recounting,
      signals: signals,
      clockSteps: clockSteps,
      writes: writes,
      crews: crews,
      units: units
    )
  }

  /// What it truly lasted, as far as that is known by now.
  package var extent: RecordSpan { correctedSpan ?? span }

  private enum CodingKeys: String, CodingKey {
    case span, site, binding, from, to, recounting, signals, writes, crews, units
    case clockSteps = "clock_steps"
    case correctedSpan = "corrected_span"
  }
}

/// Material stood ready at a station: one ``MaterialLoad`` and its end.
package struct MaterialStay: Sendable, Hashable, Codable {
  package let span: RecordSpan
  package let load: MaterialLoad
  package let from: Instant

  /// Nil while it still stands there.
  package let to: Instant?

  /// What it lasted by its corrections; nil where they say no other times.
  package let correctedSpan: RecordSpan?

  /// What was said when it was taken away; nil while it stands there.
  package let unload: MaterialUnload?

  /// Steps of the agent's clock meanwhile.
  package let clockSteps: [RecordedClockStep]

  package init(
    span: RecordSpan,
    load: MaterialLoad,
    from: Instant,
    to: Instant?,
    correctedSpan: RecordSpan? = nil,
    unload: MaterialUnload? = nil,
    clockSteps: [RecordedClockStep] = []
  ) {
    self.span = span
    self.load = load
    self.from = from
    self.to = to
    self.correctedSpan = correctedSpan
    self.unload = unload
    self.clockSteps = clockSteps
  }

  /// The same stay with what the clock did.
  package func with(clockSteps: [RecordedClockStep]) -> MaterialStay {
    MaterialStay(
      span: span,
      load: load,
      from: from,
      to: to,
      correctedSpan: correctedSpan,
      unload: unload,
      clockSteps: clockSteps
    )
  }

  /// What it truly lasted, as far as that is known by now.
  package var extent: RecordSpan { correctedSpan ?? span }

  private enum CodingKeys: String, CodingKey {
    case span, load, from, to, unload
    case clockSteps = "clock_steps"
    case correctedSpan = "corrected_span"
  }
}

/// Who was at a station from a record's time on.
package struct RecordedCrew: Sendable, Hashable, Codable {
  package let record: RecordReference
  package let at: Instant
  package let crew: CrewChange

  package init(record: RecordReference, at: Instant, crew: CrewChange) {
    self.record = record
    self.at = at
    self.crew = crew
  }
}

/// A board or device of a lot at a station.
package struct UnitStay: Sendable, Hashable, Codable {
  package let serial: SerialNumber

  /// All that was recorded of it, in order.
  package let events: [Event]

  /// What was read of it alone; nil where that was not asked for.
  package let figures: UnitFigures?

  package init(serial: SerialNumber, events: [Event], figures: UnitFigures? = nil) {
    self.serial = serial
    self.events = events
    self.figures = figures
  }

  package struct Event: Sendable, Hashable, Codable {
    package let seq: Int
    package let at: Instant
    package let event: UnitPassage.Event
    package let source: UnitPassage.Source

    package init(
      seq: Int,
      at: Instant,
      event: UnitPassage.Event,
      source: UnitPassage.Source
    ) {
      self.seq = seq
      self.at = at
      self.event = event
      self.source = source
    }
  }
}

/// Somebody had an agent write to a device.
package struct RecordedWrite: Sendable, Hashable, Codable {
  package let record: RecordReference
  package let at: Instant
  package let order: WriteOrder

  /// Nil while nothing is recorded of it.
  package let outcome: WriteOutcome?

  package init(
    record: RecordReference,
    at: Instant,
    order: WriteOrder,
    outcome: WriteOutcome?
  ) {
    self.record = record
    self.at = at
    self.order = order
    self.outcome = outcome
  }
}

/// Somebody set the clock of an agent.
package struct RecordedClockStep: Sendable, Hashable, Codable {
  package let record: RecordReference
  package let step: ClockStep

  package init(record: RecordReference, step: ClockStep) {
    self.record = record
    self.step = step
  }
}

/// Somebody, or some system, recorded that one lot went into another.
package struct RecordedConsumption: Sendable, Hashable, Codable {
  package let record: RecordReference
  package let at: Instant
  package let consumption: Consumption

  package init(record: RecordReference, at: Instant, consumption: Consumption) {
    self.record = record
    self.at = at
    self.consumption = consumption
  }
}

/// Somebody recorded that an instrument was calibrated.
package struct RecordedCalibration: Sendable, Hashable, Codable {
  package let record: RecordReference
  package let at: Instant
  package let calibration: Calibration

  package init(record: RecordReference, at: Instant, calibration: Calibration) {
    self.record = record
    self.at = at
    self.calibration = calibration
  }
}
