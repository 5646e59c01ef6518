package import Fieldbus
package import Profiles
internal import Synchronization
package import Telemetry

/// A scan group of one device, ready to be read: what to ask and what the answers mean.
package struct ScanGroup: Sendable {
  package let id: ScanGroupID
  package let period: Duration

  /// When in its period it is scanned; nil leaves it to the schedule.
  package let phase: Duration?

  /// Which frames are recorded, and which are believed.
  package let rules: FrameRules

  /// Rest between the end of one reply of the device and the next request to it.
  package let pause: Duration

  /// What the device must answer before it is read; nil when its profile states nothing.
  package let identity: IdentityCheck?

  /// Whether the device sends by itself; then ``period`` is the longest silence allowed.
  package let isListening: Bool

  /// What to ask, in the order in which it is sent; at least one.
  package let requests: [BusRequest]

  /// The signals of each reading.
  package let signals: [Signal]
  private let decoder: Decoder

  /// What the layout of its frames says of the signals.
  package var descriptions: [SignalDescription] {
    signals.map { $0.description(withDeadband: rules.heartbeat != nil) }
  }

  /// Whether a status of the device vouches for some of the signals.
  private let hasStatus: Bool

  private enum Decoder: Sendable {
    case modbus(ModbusGroupReader)
    case serial(SharedLineDecoder)
  }

  /// The scan groups of a device.
  ///
  /// - Parameters:
  ///   - profile: How the device is read.
  ///   - device: The device's name.
  ///   - unit: The device's address; needed on a Modbus bus.
  ///   - timing: What carries the requests, by which they are cut; Modbus TCP if nothing is said.
  /// - Returns: One for each group of the profile, in its order.
  /// - Throws: ``ScanGroupError``.
  package static func groups(
    of profile: DeviceProfile,
    device: DeviceID,
    unit: UnitID?,
    over timing: BusTiming = .assumedTCP
  ) throws(ScanGroupError) -> [ScanGroup] {
    switch profile.access {
    case .modbus(let access):
      guard let unit else { throw .unitMissing(device) }
      let identity = access.identification.map {
        IdentityCheck(profile: profile.name, expectation: .modbus($0, unit: unit))
      }
      return access.groups.map {
        let reader = ModbusGroupReader($0, access: access, unit: unit, over: timing)
        return ScanGroup(reader, of: device, identity: identity)
      }
    case .serial(let access):
      if access.groups.count > 1, access.groups.contains(where: \.request.isEmpty) {
        throw .listenerAmongOthers(device, profile: profile.name)
      }
      let identity = try identity(of: access, profile: profile.name, device: device)
      var groups: [ScanGroup] = []
      for group in access.groups {
        groups.append(try ScanGroup(group, of: device, access: access, identity: identity))
      }
      return groups
    }
  }

  private static func identity(
    of access: SerialAccess,
    profile: String,
    device: DeviceID
  ) throws(ScanGroupError) -> IdentityCheck? {
    guard let identification = access.identification else { return nil }
    do {
      _ = try LinePattern.compile(identification.answer)
    } catch {
      throw .identifyPattern(device, reason: "\(error)")
    }
    let timeouts = access.groups.filter { !$0.request.isEmpty }.map(\.timeout)
    let request = SerialRequest(
      send: identification.request,
      framing: access.framing,
      timeout: timeouts.max() ?? .seconds(1)
    )
    return IdentityCheck(profile: profile, expectation: .serial(identification, request))
  }

  private init(_ reader: ModbusGroupReader, of device: DeviceID, identity: IdentityCheck?) {
    let group = reader.group
    id = ScanGroupID(device: device, group: group.name)
    period = group.period
    phase = group.phase
    rules = group.rules
    pause = group.limits.pause
    self.identity = identity
    isListening = false
    requests = reader.requests
    signals = group.signals.map(\.signal)
    hasStatus = signals.contains { $0.goodWhen != nil }
    decoder = .modbus(reader)
  }

  private init(
    _ group: SerialScanGroup,
    of device: DeviceID,
    access: SerialAccess,
    identity: IdentityCheck?
  ) throws(ScanGroupError) {
    do {
      decoder = .serial(try SharedLineDecoder(group))
    } catch {
      throw .pattern(device, group: group.name, reason: "\(error)")
    }
    id = ScanGroupID(device: device, group: group.name)
    period = group.period
    phase = group.phase
    rules = group.rules
    pause = group.pause
    self.identity = identity
    isListening = group.request.isEmpty
    requests = [
      .serial(
        SerialRequest(
          send: group.request,
          framing: access.framing,
          timeout: isListening ? group.period : group.timeout
        )
      )
    ]
    signals = group.fields.map(\.signal)
    hasStatus = signals.contains { $0.goodWhen != nil }
  }

  /// The plan behind ``requests``; empty for a serial instrument, and where the device refuses every
  /// signal.
  package var blocks: [ReadPlan.Block] {
    if case .modbus(let reader) = decoder { reader.plan.blocks } else { [] }
  }

  /// Where the signals lie; nil for a serial instrument.
  var locations: [ModbusLocation]? {
    if case .modbus(let reader) = decoder { reader.group.signals.map(\.location) } else { nil }
  }

  /// The same group, whose requests go around what the device turned out not to give.
  package func around(_ findings: AddressFindings) -> ScanGroup {
    guard case .modbus(let reader) = decoder, reader.findings != findings else { return self }
    return ScanGroup(reader.around(findings), of: id.device, identity: identity)
  }

  /// A request for some of the addresses; nil for a serial instrument.
  package func request(for range: AddressRange) -> BusRequest? {
    guard case .modbus(let reader) = decoder else { return nil }
    return .modbus(ModbusRequest(unit: reader.unit, .read(range)))
  }

  /// Signals that the device refuses, by index and exception code, in the group's order.
  package func refusals(_ refused: [Int: UInt8]) -> [RefusedSignal] {
    if case .modbus(let reader) = decoder { reader.refusals(refused) } else { [] }
  }

  /// Makes a scan of what the bus answered.
  ///
  /// - Parameter outcomes: One for each of ``requests``.
  /// - Returns: The scan, with a reading for each of ``signals``.
  package func scan(from outcomes: [BusOutcome]) -> Scan {
    precondition(outcomes.count == requests.count && !outcomes.isEmpty)
    // By uptime alone: the wall clock may be stepped between two requests of a scan.
    let start = outcomes.reduce(outcomes[0].sent) { $1.sent.uptime < $0.uptime ? $1.sent : $0 }
    let end = outcomes.reduce(start.uptime) { max($0, $1.sent.uptime + $1.elapsed) }
    let span = end - start.uptime
    let middle = start.advanced(by: span / 2)
    let silence = Self.silence(in: outcomes)
    return Scan(
      group: id,
      at: middle.wall,
      span: span,
      uptime: middle.uptime,
      readings: readings(from: outcomes, silence: silence),
      silence: silence
    )
  }

  /// Makes the scan of a device that was not read, with every reading bad.
  ///
  /// - Parameters:
  ///   - failure: Why it was not read.
  ///   - instant: When that was known.
  ///   - uptime: The same on the monotonic clock.
  /// - Returns: The scan, without a value.
  package func scan(refused failure: BusFailure, at instant: Instant, uptime: Duration) -> Scan {
    Scan(
      group: id,
      at: instant,
      span: .zero,
      uptime: uptime,
      readings: Array(repeating: Reading(failure.cause), count: signals.count),
      silence: failure
    )
  }

  private func readings(from outcomes: [BusOutcome], silence: BusFailure?) -> [Reading] {
    let readings =
      switch decoder {
      case .modbus(let reader): reader.readings(from: outcomes, silence: silence)
      case .serial(let decoder): Self.readings(decoder, outcomes[0])
      }
    return hasStatus ? GoodWhen.judge(readings, of: signals) : readings
  }

  private static func readings(
    _ decoder: SharedLineDecoder,
    _ outcome: BusOutcome
  ) -> [Reading] {
    switch outcome.result {
    case .failure(let failure):
      Array(repeating: Reading(failure.cause), count: decoder.fieldCount)
    case .success(.line(let line)): decoder.readings(from: line)
    case .success: Array(repeating: Reading(.malformedReply), count: decoder.fieldCount)
    }
  }

  /// A device that refused, or whose reply was damaged, is there; one that never answered is not.
  private static func silence(in outcomes: [BusOutcome]) -> BusFailure? {
    var first: BusFailure?
    for outcome in outcomes {
      guard case .failure(let failure) = outcome.result, failure.meansSilence else { return nil }
      first = first ?? failure
    }
    return first
  }
}

/// A line decoder that tasks may share: its regular expressions are not `Sendable`.
private final class SharedLineDecoder: Sendable {
  let fieldCount: Int
  private let decoder: Mutex<LineDecoder>

  init(_ group: SerialScanGroup) throws(LinePatternError) {
    fieldCount = group.fields.count
    decoder = Mutex(try LineDecoder(group))
  }

  func readings(from line: [UInt8]) -> [Reading] { decoder.withLock { $0.readings(from: line) } }
}

/// Why a device cannot be read with its profile.
package enum ScanGroupError: Error, Sendable, Hashable, CustomStringConvertible {
  case unitMissing(DeviceID)
  case listenerAmongOthers(DeviceID, profile: String)
  case pattern(DeviceID, group: String, reason: String)
  case identifyPattern(DeviceID, reason: String)

  package var description: String {
    switch self {
    case .unitMissing(let device):
      "device \(device) is read over Modbus and needs its unit: add `unit: 1` to the device"
    case .listenerAmongOthers(let device, let profile):
      "device \(device): profile \(profile) listens in one group and asks in another; "
        + "an instrument that sends by itself has one group"
    case .pattern(let device, let group, let reason):
      "device \(device), group \(group): the pattern cannot be used: \(reason)"
    case .identifyPattern(let device, let reason):
      "device \(device): the answer in \"identify\" cannot be used: \(reason)"
    }
  }
}
