internal import Acquisition
internal import Fieldbus
internal import Profiles
internal import Telemetry

/// Tries which profiles fit a Modbus device: reads what they would read, and judges the values.
struct ScanMatch: Sendable {
  /// Most requests for one profile.
  static let maximumRequests = 6

  let profiles: [DeviceProfile]
  let bus: any Bus
  let unit: UnitID
  let time: any TimeSource
  /// What was asked already: profiles ask alike.
  private var known: [BusRequest: BusOutcome] = [:]

  init(profiles: [DeviceProfile], bus: any Bus, unit: UnitID, time: any TimeSource) {
    self.profiles = profiles
    self.bus = bus
    self.unit = unit
    self.time = time
  }

  /// The profiles that may be right, the best first.
  mutating func fits() async -> [ProfileFit] {
    var tallies: [MatchTally] = []
    for profile in profiles {
      guard case .modbus = profile.access else { continue }
      if Task.isCancelled { break }
      var tally = MatchTally(profile: profile.name)
      tally.identity = await identity(of: profile)
      if tally.identity != .another { await read(profile, into: &tally) }
      tallies.append(tally)
    }
    return tallies.filter { $0.verdict != nil }.sorted().compactMap(\.fit)
  }

  private mutating func read(_ profile: DeviceProfile, into tally: inout MatchTally) async {
    let device = DeviceID(checked: "scan")
    let groups = try? ScanGroup.groups(of: profile, device: device, unit: unit)
    for group in groups ?? [] {
      var outcomes: [BusOutcome] = []
      for request in group.requests where tally.asked < Self.maximumRequests && !Task.isCancelled {
        let outcome = await ask(request)
        tally.count(outcome)
        outcomes.append(outcome)
        if tally.isSilent { return }
      }
      guard !outcomes.isEmpty else { return }
      let unasked = BusOutcome(
        result: .failure(BusFailure(.noConnection, "not asked")),
        sent: time.moment(),
        elapsed: .zero
      )
      let missing = group.requests.count - outcomes.count
      outcomes += Array(repeating: unasked, count: missing)
      let scan = group.scan(from: outcomes)
      for (reading, signal) in zip(scan.readings, group.signals) {
        tally.count(reading, of: signal)
      }
    }
  }

  /// Asks the device what the profile wants to know of it.
  private mutating func identity(of profile: DeviceProfile) async -> MatchTally.Identity {
    let device = DeviceID(checked: "scan")
    let groups = try? ScanGroup.groups(of: profile, device: device, unit: unit)
    guard let check = groups?.first?.identity else { return .unstated }
    var identity = Identity(check)
    var step = identity.step(at: time.uptime())
    while case .ask(let request) = step {
      step = identity.take(await ask(request).result, at: time.uptime())
    }
    guard case .refuse(let failure) = step else { return .same }
    return failure.cause == .wrongDevice ? .another : .unread
  }

  private mutating func ask(_ request: BusRequest) async -> BusOutcome {
    if let outcome = known[request] { return outcome }
    let outcome = await bus.exchange([request])[0]
    known[request] = outcome
    return outcome
  }
}

/// What speaks for a profile and what against it.
struct MatchTally: Sendable, Hashable {
  enum Identity: Int, Sendable, Hashable {
    case another
    /// The profile says what tells the device, and not all of it was read.
    case unread
    /// The profile says nothing.
    case unstated
    case same
  }

  let profile: String
  var identity = Identity.unstated
  private(set) var asked = 0
  private(set) var answered = 0
  private(set) var plausible = 0
  private(set) var implausible = 0
  /// Plausible values that could have been something else: not without bounds, and neither 0 nor so
  /// small as integers are that are read as floats.
  private(set) var telling = 0

  /// Whether the device stopped answering.
  private(set) var isSilent = false

  init(profile: String) { self.profile = profile }

  mutating func count(_ outcome: BusOutcome) {
    asked += 1
    switch outcome.result {
    case .success: answered += 1
    case .failure(let failure):
      if case .exception = failure.cause { return }
      isSilent = true
    }
  }

  mutating func count(_ reading: Reading, of signal: Signal) {
    switch reading.quality {
    case .good:
      plausible += 1
      if tells(reading.value, signal) { telling += 1 }
    case .bad(.outOfRange), .bad(.undefinedCode), .bad(.notUnderstood): implausible += 1
    default: break
    }
  }

  private func tells(_ value: Value?, _ signal: Signal) -> Bool {
    switch value {
    case .text(let text): !text.isEmpty
    case .flag, nil: false
    default: signal.range.map { tells(value?.number ?? 0, in: $0) } ?? false
    }
  }

  private func tells(_ number: Double, in range: ClosedRange<Double>) -> Bool {
    abs(number) > (range.upperBound - range.lowerBound) * 1e-6
  }

  /// nil when the profile does not fit.
  var verdict: ProfileFit.Verdict? {
    guard identity != .another, answered > 0, !isSilent else { return nil }
    let isConvincing = identity == .unstated && implausible == 0 && telling > 1
    if answered == asked, identity == .same || isConvincing { return .fits }
    let isLikely = answered * 2 >= asked && plausible > 0 && implausible * 2 <= plausible
    return isLikely || identity == .same ? .mayFit : nil
  }

  var fit: ProfileFit? {
    verdict.map {
      ProfileFit(
        profile: profile,
        verdict: $0,
        isIdentified: identity == .same,
        asked: asked,
        answered: answered,
        values: plausible + implausible,
        plausible: plausible
      )
    }
  }
}

extension MatchTally: Comparable {
  /// The better one is the lesser, so that it stands first.
  static func < (left: MatchTally, right: MatchTally) -> Bool {
    if left.rank == right.rank { return left.profile < right.profile }
    return right.rank.lexicographicallyPrecedes(left.rank)
  }

  private var rank: [Int] {
    [
      verdict == .fits ? 1 : 0, identity.rawValue, answered - asked, telling, -implausible,
      plausible,
    ]
  }
}
