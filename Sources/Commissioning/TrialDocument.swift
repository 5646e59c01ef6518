internal import Fieldbus
internal import Profiles
internal import Telemetry

/// A trial as programs read it.
package struct TrialDocument: Encodable, Sendable {
  package struct Request: Encodable, Sendable {
    let asked: String
    let milliseconds: Double
    let cause: String?
    let detail: String?
  }

  package struct Entry: Encodable, Sendable {
    let name: String
    let place: String
    let address: String?
    let raw: String?
    let value: Value?
    let unit: String?
    /// `good`, or the cause's code.
    let quality: String
    let sentence: String?
    let doubt: String?
  }

  package struct Group: Encodable, Sendable {
    let name: String
    let at: Instant
    let requests: [Request]
    let signals: [Entry]

    /// What the device does not have, in a sentence.
    let refusal: String?
  }

  package struct Course: Encodable, Sendable {
    let name: String
    let least: Double?
    let greatest: Double?
    let scans: Int
    let changes: Int
    let failures: [String: Int]
  }

  package struct Suggestion: Encodable, Sendable {
    let kind: String
    let sentence: String
  }

  private let schema = 1
  private let profile: String
  private let sha256: String
  private let bus: String
  private let unit: Int?

  /// The last scan of each group.
  private let groups: [Group]

  /// Only of a device that was read for a while.
  private let courses: [Course]?
  private let suggestions: [Suggestion]

  private enum CodingKeys: String, CodingKey {
    case schema, profile, sha256, bus, unit, groups, courses, suggestions
  }

  /// - Parameters:
  ///   - trial: What was tried.
  ///   - bus: Where the device was.
  ///   - places: Where the profile's signals stand.
  ///   - scans: The last scan of each group.
  ///   - watch: What was seen, of a device that was read for a while.
  ///   - suggestions: What the values suggest.
  package init(
    _ trial: Trial,
    bus: String,
    places: TrialPlaces,
    scans: [TrialScan],
    watch: TrialWatch? = nil,
    suggestions: [TrialSuggestion]
  ) {
    profile = trial.profile.name
    sha256 = trial.profile.hash.description
    self.bus = bus
    unit = trial.unit.map { Int($0.rawValue) }
    groups = scans.map { Group($0, trial.profile, places) }
    courses = watch?.signals.map(Course.init)
    self.suggestions = suggestions.map { Suggestion(kind: $0.kind.rawValue, sentence: $0.sentence) }
  }
}

extension TrialDocument.Group {
  fileprivate init(_ scan: TrialScan, _ profile: DeviceProfile, _ places: TrialPlaces) {
    name = scan.group
    at = scan.at
    requests = scan.exchanges.map { exchange in
      TrialDocument.Request(
        asked: exchange.words,
        milliseconds: Double(exchange.outcome.elapsed.wholeMicroseconds) / 1_000,
        cause: exchange.failure?.cause.code,
        detail: exchange.failure?.detail
      )
    }
    refusal = scan.refusal
    let modbus = profile.modbusSignals(ofGroup: scan.index)
    signals = scan.signals.enumerated().map { index, signal in
      var cause: Cause?
      if case .bad(let bad) = signal.reading.quality { cause = bad }
      return TrialDocument.Entry(
        name: signal.signal.name,
        place: places.place(of: signal.signal.name),
        address: signal.location?.text,
        raw: signal.raw == nil ? nil : signal.rawText,
        value: signal.reading.value,
        unit: signal.signal.unit,
        quality: cause?.code ?? "good",
        sentence: cause?.sentence,
        doubt: signal.doubt(modbus.indices.contains(index) ? modbus[index] : nil)
      )
    }
  }
}

extension TrialDocument.Course {
  fileprivate init(_ course: TrialWatch.Course) {
    name = course.signal.name
    least = course.least
    greatest = course.greatest
    scans = course.scans
    changes = course.changes
    failures = Dictionary(uniqueKeysWithValues: course.failures.map { ($0.key.code, $0.value) })
  }
}
