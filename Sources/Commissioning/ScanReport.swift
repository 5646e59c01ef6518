package import Fieldbus
package import Telemetry

/// A device that answered.
package struct ScanHit: Sendable, Hashable {
  package enum Answer: Sendable, Hashable {
    /// The register that was asked for, and what it held.
    case register(ModbusTable, UInt16)
    /// The device refused, which shows that it is there.
    case exception(UInt8)
  }

  package let place: ScanPlace
  package let unit: UnitID
  package let answer: Answer

  /// Whether the device answers whatever unit is asked for; then it is one device.
  package internal(set) var ignoresUnit = false

  /// Profiles that may be right, the best first.
  package internal(set) var fits: [ProfileFit] = []

  package init(place: ScanPlace, unit: UnitID, answer: Answer) {
    self.place = place
    self.unit = unit
    self.answer = answer
  }
}

/// A serial instrument that sent text, by itself or when asked.
package struct ScanInstrument: Sendable, Hashable {
  package let text: HeardText

  /// What it was asked; nil when it sent by itself.
  package let request: [UInt8]?

  /// Profiles that may be right, the best first.
  package let fits: [ProfileFit]
}

/// How well a profile fits what was seen, and no more than that.
package struct ProfileFit: Sendable, Hashable {
  package enum Verdict: Sendable, Hashable {
    /// The device identifies itself as the profile demands, or everything that was asked was
    /// answered with values that are plausible and say something.
    case fits
    case mayFit
  }

  package let profile: String
  package let verdict: Verdict

  /// Whether the profile says how to identify its device, and the device did.
  package let isIdentified: Bool

  /// Requests, or lines, and those of them that were answered, or understood.
  package let asked: Int
  package let answered: Int

  /// Values that were read, and those of them that lie where the profile says.
  package let values: Int
  package let plausible: Int

  package init(
    profile: String,
    verdict: Verdict,
    isIdentified: Bool = false,
    asked: Int,
    answered: Int,
    values: Int,
    plausible: Int
  ) {
    self.profile = profile
    self.verdict = verdict
    self.isIdentified = isIdentified
    self.asked = asked
    self.answered = answered
    self.values = values
    self.plausible = plausible
  }
}

/// What a search has to say while it goes on.
package enum ScanEvent: Sendable, Hashable {
  case listening(SerialLine, number: Int, of: Int, each: Duration)
  case heard(ScanHearing)
  case asking(ScanAttempt, ScanProgress)
  case askingInstruments(SerialLine, number: Int, of: Int)
  case hit(ScanHit)
  case instrument(ScanInstrument)
  case note(String)
}

/// How far the questions have come.
package struct ScanProgress: Sendable, Hashable {
  package let done: Int
  package let total: Int

  /// How long the rest takes when nobody answers.
  package let left: Duration
}

/// What a search found, whole or stopped.
package struct ScanReport: Sendable, Hashable {
  package enum End: Sendable, Hashable {
    case complete
    /// The task was cancelled; what was found until then stands.
    case stopped
    /// Others talk on this line, so nothing was sent, or no more.
    case traffic
    /// The port or endpoint cannot be reached, or was lost.
    case failed(BusFailure)
  }

  package let target: ScanTarget
  package internal(set) var end: End = .complete
  package internal(set) var hearings: [ScanHearing] = []
  package internal(set) var hits: [ScanHit] = []
  package internal(set) var instruments: [ScanInstrument] = []
  package internal(set) var notes: [String] = []

  /// Questions asked, and how many there would have been.
  package internal(set) var asked = 0
  package internal(set) var planned = 0
  package internal(set) var elapsed: Duration = .zero

  package init(target: ScanTarget) { self.target = target }

  package var foundSomething: Bool {
    !hits.isEmpty || !instruments.isEmpty || hearings.contains(where: \.isUnderstood)
  }
}
