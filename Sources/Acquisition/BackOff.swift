/// Which scan groups of one bus are not scanned since they give no answer, and when one request
/// asks whether they are back: pure, on the monotonic clock.
///
/// - Three silent scans of a device in a row, whichever groups they were of, and all its groups
///   rest. Three of one group, while others of the device answer, and that group rests.
/// - A resting device is probed: one request, of the group that was asked longest ago. It follows
///   the one before by the shortest period of the resting groups, 1 s at least and 5 s at most.
/// - All probes of a bus together take at most the silent share of its time, by what they really
///   took; where that is not enough for all, they come less often, in turn. The share binds while
///   anything is scanned on the bus: where nothing is, there is nobody to be spared, and what probes
///   take then is not reckoned.
/// - The first answer ends it, for all groups of a device that rests as a whole. One that then is
///   silent rests again at once.
/// - When a bus on which everything rested has an answer, all others are probed as soon as there
///   is room, since they probably had the same cause.
package struct BackOff: Sendable {
  /// Silent scans after which there is no more scanning.
  package static let silentScans = 3

  /// A probe follows the one before no sooner, whatever the periods are.
  package static let shortestPace: Duration = .seconds(1)

  /// A probe follows the one before no later, if the share allows it.
  package static let longestPace: Duration = .seconds(5)

  /// One request to find out whether a device is back.
  package struct Probe: Sendable, Hashable {
    package let device: Int

    /// Whose request is sent.
    package let group: Int

    /// When it is due.
    package let at: Duration

    /// What it will probably take.
    package let time: Duration
  }

  /// What an exchange was, for the account.
  package struct Exchange: Sendable, Hashable {
    package let isSilent: Bool
    package let start: Duration
    package let end: Duration

    package init(isSilent: Bool, start: Duration, end: Duration) {
      self.isSilent = isSilent
      self.start = start
      self.end = end
    }

    fileprivate var time: Duration { end - start }
  }

  private struct Group: Sendable {
    let device: Int
    let period: Duration

    /// Silent scans in a row.
    var silent = 0
    var isResting = false
    var askedAt: Duration
  }

  private struct Device: Sendable {
    var groups: [Int] = []
    var silent = 0
    var askedAt: Duration

    /// What the last request that got no answer took.
    var time: Duration = .zero

    /// Since when the next probe is due without waiting for pace and share.
    var eagerSince: Duration?
  }

  private let share: Double
  private var groups: [Group]
  private var devices: [Device]
  private var restingCount = 0

  /// No probe before this, so that the share is kept.
  private var earliest: Duration

  /// The device that the last exchange got no answer from, and whether it was a probe.
  private var unanswered: (device: Int, isProbe: Bool)?

  /// - Parameters:
  ///   - periods: One for each group.
  ///   - devices: Index of each group's device, from 0 without a hole.
  ///   - share: The silent share, above 0 and up to 1.
  ///   - start: Now.
  package init(periods: [Duration], devices: [Int], share: Double, start: Duration) {
    precondition(periods.count == devices.count && share > 0 && share <= 1)
    self.share = share
    earliest = start
    groups = zip(periods, devices).map { Group(device: $1, period: $0, askedAt: start) }
    self.devices = (0..<(devices.max() ?? -1) + 1).map { device in
      Device(groups: devices.indices.filter { devices[$0] == device }, askedAt: start)
    }
  }

  // MARK: What rests

  package func isResting(_ group: Int) -> Bool { groups[group].isResting }

  /// Whether a device rests with all its groups.
  package func isSilent(_ device: Int) -> Bool {
    devices[device].groups.allSatisfy { groups[$0].isResting }
  }

  /// Whether a device rests as a whole, and there is no probe to come that may tell otherwise at
  /// once.
  package func isSurelySilent(_ device: Int) -> Bool {
    isSilent(device) && devices[device].eagerSince == nil
  }

  private var isAnyoneScanned: Bool { restingCount < groups.count }

  private func resting(of device: Int) -> [Int] {
    devices[device].groups.filter { groups[$0].isResting }
  }

  /// Whether the next scan may have to wait because of a request that got no answer.
  package var hasAftermath: Bool { unanswered != nil && restingCount > 0 }

  // MARK: What happened

  /// Takes a scan.
  ///
  /// - Parameters:
  ///   - group: What was scanned.
  ///   - exchange: What it came to.
  ///   - aftermath: Time that the bus had to rest before it, because of the exchange before.
  /// - Returns: The groups that rest from now on.
  package mutating func scanned(
    _ group: Int,
    _ exchange: Exchange,
    aftermath: Duration = .zero
  ) -> [Int] {
    charge(aftermath)
    let device = groups[group].device
    note(group, exchange, isProbe: false)
    guard exchange.isSilent else {
      groups[group].silent = 0
      devices[device].silent = 0
      return []
    }
    groups[group].silent += 1
    devices[device].silent += 1
    let isDevice = devices[device].silent >= Self.silentScans
    let new = (isDevice ? devices[device].groups : [group]).filter { index in
      !groups[index].isResting && (isDevice || groups[index].silent >= Self.silentScans)
    }
    for index in new { groups[index].isResting = true }
    restingCount += new.count
    // Perhaps only this group gets no answer: another one tells.
    if isDevice, devices[device].groups.count > 1 { devices[device].eagerSince = exchange.end }
    return new
  }

  /// Takes a probe.
  ///
  /// - Returns: The groups that are scanned from now on.
  package mutating func probed(_ probe: Probe, _ exchange: Exchange) -> [Int] {
    unanswered = nil
    devices[probe.device].eagerSince = nil
    note(probe.group, exchange, isProbe: true)
    let wasAlone = !isAnyoneScanned
    // What cost nobody anything is not made good when somebody is scanned again.
    if !wasAlone { earliest = max(earliest, exchange.start) + exchange.time / share }
    if exchange.isSilent { return [] }
    let woken = isSilent(probe.device) ? devices[probe.device].groups : [probe.group]
    for index in woken {
      groups[index].isResting = false
      // One more silent scan, and it rests again.
      groups[index].silent = Self.silentScans - 1
    }
    restingCount -= woken.count
    devices[probe.device].silent = 0
    if wasAlone {
      for index in devices.indices where !resting(of: index).isEmpty {
        devices[index].eagerSince = exchange.end
      }
    }
    return woken
  }

  private mutating func note(_ group: Int, _ exchange: Exchange, isProbe: Bool) {
    let device = groups[group].device
    groups[group].askedAt = exchange.start
    devices[device].askedAt = exchange.start
    guard exchange.isSilent else { return }
    devices[device].time = exchange.time
    unanswered = (device, isProbe)
  }

  /// Charges a device with what the exchange after its silence had to wait.
  private mutating func charge(_ aftermath: Duration) {
    guard let (device, isProbe) = unanswered else { return }
    unanswered = nil
    devices[device].time += aftermath
    if isProbe { earliest += aftermath / share }
  }

  // MARK: Probes

  /// The next probe; nil when nothing rests.
  package var next: Probe? {
    if restingCount == 0 { return nil }
    let isBound = isAnyoneScanned
    var first: Probe?
    for device in devices.indices {
      let resting = resting(of: device)
      guard let group = resting.min(by: { groups[$0].askedAt < groups[$1].askedAt }) else {
        continue
      }
      let paced = devices[device].askedAt + pace(of: resting)
      let at = devices[device].eagerSince ?? (isBound ? max(paced, earliest) : paced)
      let probe = Probe(device: device, group: group, at: at, time: devices[device].time)
      guard let other = first else {
        first = probe
        continue
      }
      let isEarlier =
        (at, devices[device].askedAt) < (other.at, devices[other.device].askedAt)
      if isEarlier { first = probe }
    }
    return first
  }

  private func pace(of resting: [Int]) -> Duration {
    let shortest = resting.reduce(Self.longestPace) { min($0, groups[$1].period) }
    return max(Self.shortestPace, shortest)
  }

  /// About how long it is from one probe of a device to the next; nil when nothing of it rests.
  package func interval(of device: Int) -> Duration? {
    let resting = resting(of: device)
    if resting.isEmpty { return nil }
    let round = devices.indices.reduce(Duration.zero) { sum, index in
      self.resting(of: index).isEmpty ? sum : sum + devices[index].time
    }
    return max(pace(of: resting), isAnyoneScanned ? round / share : round)
  }
}
