internal import Telemetry

/// All scans of all devices on one bus, and whether the bus has the time for them.
package struct BusPlan: Sendable, Hashable {
  /// A device on the bus.
  package struct Device: Sendable, Hashable {
    package let name: String
    package let profile: DeviceProfile

    package init(name: String, profile: DeviceProfile) {
      self.name = name
      self.profile = profile
    }
  }

  /// The part of the bus's time above which a repeated request makes scans late.
  package static let tightLoad = 0.7

  package let timing: BusTiming
  package let scans: [PlannedScan]
  private let devices: [Device]

  /// Time that each of ``scans`` occupies the bus.
  private let times: [Duration]

  /// Plans the scans of devices that share a bus.
  ///
  /// - Throws: ``BusPlanError`` where a profile cannot be read over such a bus.
  package init(_ devices: [Device], timing: BusTiming) throws(BusPlanError) {
    for device in devices { try Self.check(device, fits: timing) }
    if case .serial = timing, devices.count > 1 {
      throw .severalInstruments(devices.map(\.name))
    }
    self.init(devices, scans: Self.scans(of: devices, over: timing), timing: timing)
  }

  private init(_ devices: [Device], scans: [PlannedScan], timing: BusTiming) {
    self.devices = devices
    self.scans = scans
    self.timing = timing
    times = scans.map(timing.time)
  }

  private static func scans(of devices: [Device], over timing: BusTiming) -> [PlannedScan] {
    // A bus carries as many as the most timid of its devices takes.
    let inFlight = devices.map(\.profile.requestsInFlight).min() ?? 1
    return devices.flatMap { $0.scans(over: timing, requestsInFlight: inFlight) }
  }

  /// Time that a scan occupies the bus.
  package func time(of scan: PlannedScan) -> Duration { timing.time(of: scan) }

  /// The part of the bus's time that a scan takes: 0.25 when it takes a quarter of its period.
  package func load(of scan: PlannedScan) -> Double { time(of: scan) / scan.period }

  /// The part of the bus's time that all scans take.
  package var load: Double { scans.indices.reduce(0) { $0 + times[$1] / scans[$1].period } }

  /// How long a scan waits at worst behind the longest other one, which is not interrupted.
  package func wait(of scan: Int) -> Duration { others(than: scan).max() ?? .zero }

  /// How long a scan waits when all others are due just before it.
  package func waitBehindAll(of scan: Int) -> Duration { others(than: scan).reduce(.zero, +) }

  private func others(than scan: Int) -> [Duration] {
    times.indices.filter { $0 != scan }.map { times[$0] }
  }

  private static func check(_ device: Device, fits timing: BusTiming) throws(BusPlanError) {
    switch (device.profile.access, timing) {
    case (.modbus, .rtu), (.modbus, .rtuOverTCP), (.modbus, .tcp), (.serial, .serial): return
    case (.modbus, .serial): throw .modbusOnSerial(device.name)
    case (.serial, _): throw .serialOnModbus(device.name)
    }
  }
}

// MARK: Whether it fits

extension BusPlan {
  /// Why scans cannot keep their periods; the numbers are indices of ``scans``.
  package enum Problem: Sendable, Hashable {
    /// The scan takes longer than its own period.
    case tooLong(scan: Int)
    /// All scans together take more time than there is.
    case overloaded
    /// While the other scan runs, this one falls due more than once.
    case behind(scan: Int, other: Int)
  }

  /// What is wrong, the plainest first; empty where every scan keeps its period.
  package var problems: [Problem] {
    let tooLong = scans.indices.filter { times[$0] > scans[$0].period }
    let behind = scans.indices.compactMap { scan -> Problem? in
      guard let other = longest(otherThan: scan), !tooLong.contains(scan),
        times[other] > scans[scan].period
      else { return nil }
      return .behind(scan: scan, other: other)
    }
    return tooLong.map { .tooLong(scan: $0) } + (load > 1 ? [.overloaded] : []) + behind
  }

  package var fits: Bool { problems.isEmpty }

  /// Whether it fits, but a repeated request or a slow device makes scans late.
  package var isTight: Bool { fits && load >= Self.tightLoad }

  private func longest(otherThan scan: Int) -> Int? {
    times.indices.filter { $0 != scan }.max { times[$0] < times[$1] }
  }

  /// Speeds that devices commonly have (MODBUS over Serial Line V1.02, 3.2).
  private static let bauds = [1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200]

  /// The scans at the lowest usual speed at which they fit, with room to spare if there is
  /// such a speed; nil where they fit at none.
  package var atFittingBaud: BusPlan? {
    guard let line = timing.line else { return nil }
    let fitting = Self.bauds.filter { $0 > line.baud }
      .map(at)
      .filter(\.fits)
    return fitting.first { !$0.isTight } ?? fitting.first
  }

  /// The same scans at another speed, which may be read by other requests.
  private func at(baud: Int) -> BusPlan {
    let timing = timing.with(baud: baud)
    let scans = zip(Self.scans(of: devices, over: timing), scans).map { $0.with(period: $1.period) }
    return BusPlan(devices, scans: scans, timing: timing)
  }

  /// The same scans with periods lengthened so that they fit, with room to spare.
  ///
  /// Each scan gets the time that it and the longest other one need. Where the bus is still too
  /// busy, the scan that loads it most gives way, or all do where the others alone fill it.
  package var withLongerPeriods: BusPlan {
    var longer = self
    for scan in scans.indices {
      longer.lengthen(scan, to: max(times[scan], wait(of: scan)))
    }
    let loads = longer.scans.map(longer.load)
    guard let heaviest = loads.indices.max(by: { loads[$0] < loads[$1] }),
      longer.load >= Self.tightLoad
    else { return longer }
    let rest = longer.load - loads[heaviest]
    if rest < Self.tightLoad / 2 {
      longer.lengthen(heaviest, to: times[heaviest] / (Self.tightLoad - rest))
    } else {
      let factor = longer.load / Self.tightLoad
      for scan in scans.indices { longer.lengthen(scan, to: longer.scans[scan].period * factor) }
    }
    return longer
  }

  private mutating func lengthen(_ scan: Int, to period: Duration) {
    guard period > scans[scan].period else { return }
    var scans = scans
    scans[scan] = scans[scan].with(period: period.roundedUp)
    self = BusPlan(devices, scans: scans, timing: timing)
  }
}

extension Duration {
  /// The next longer duration that has two digits in milliseconds, as a person would write it.
  fileprivate var roundedUp: Duration {
    let milliseconds = (wholeMicroseconds + 999) / 1_000
    var step: Int64 = 1
    while milliseconds / step >= 100 { step *= 10 }
    return .milliseconds((milliseconds + step - 1) / step * step)
  }
}

// MARK: From profiles

extension BusPlan.Device {
  fileprivate func scans(over timing: BusTiming, requestsInFlight: Int) -> [PlannedScan] {
    switch profile.access {
    case .modbus(let access):
      access.groups.map { group in
        PlannedScan(
          device: name,
          group: group.name,
          period: group.period,
          signalCount: group.signals.count,
          requests: ReadPlan(group: group, access: access, over: timing.assumed).blocks.map {
            PlannedRequest($0, of: access, over: timing)
          },
          pause: group.limits.pause,
          requestsInFlight: requestsInFlight
        )
      }
    case .serial(let access):
      access.groups.map { group in
        PlannedScan(
          device: name,
          group: group.name,
          period: group.period,
          signalCount: group.fields.count,
          requests: [PlannedRequest(group, framing: access.framing)],
          pause: group.pause,
          requestsInFlight: 1
        )
      }
    }
  }
}

/// Why devices cannot be planned on a bus.
package enum BusPlanError: Error, Sendable, Hashable, CustomStringConvertible {
  case modbusOnSerial(String)
  case serialOnModbus(String)
  case severalInstruments([String])

  package var description: String {
    switch self {
    case .modbusOnSerial(let device):
      "\(device) is read over Modbus, and a serial instrument's line carries text; "
        + "plan them one by one"
    case .serialOnModbus(let device):
      "\(device) is a serial instrument, which is on no Modbus line; plan it by itself"
    case .severalInstruments(let devices):
      "\(devices.joined(separator: " and ")) are serial instruments, and each needs a line of its "
        + "own; plan them one by one"
    }
  }
}
