internal import Fieldbus
internal import Profiles
internal import Telemetry

/// How one scan group of a Modbus device is asked for, and what the answers mean.
struct ModbusGroupReader: Sendable {
  let group: ModbusScanGroup
  let access: ModbusAccess
  let unit: UnitID
  let timing: BusTiming

  /// What the requests go around.
  let findings: AddressFindings
  let plan: ReadPlan

  init(
    _ group: ModbusScanGroup,
    access: ModbusAccess,
    unit: UnitID,
    over timing: BusTiming,
    around findings: AddressFindings = AddressFindings()
  ) {
    self.group = group
    self.access = access
    self.unit = unit
    self.timing = timing
    self.findings = findings
    plan = ReadPlan(group: group, access: access, over: timing, around: findings)
  }

  /// The same group, asked for around what the device turned out not to give.
  func around(_ findings: AddressFindings) -> ModbusGroupReader {
    ModbusGroupReader(group, access: access, unit: unit, over: timing, around: findings)
  }

  /// The plan's requests; where every signal is refused that for the first one, which tells whether
  /// the device is there.
  var requests: [BusRequest] {
    var ranges = plan.blocks.map { (table: $0.table, address: $0.address, count: $0.count) }
    if ranges.isEmpty, let first = group.signals.first?.location {
      ranges = [(first.table, first.address, first.count)]
    }
    let requests = ranges.compactMap {
      ModbusRequest(unit: unit, table: $0.table, address: $0.address, count: $0.count)
    }
    precondition(requests.count == ranges.count, "a plan keeps the protocol's limits")
    return requests.map(BusRequest.modbus)
  }

  /// Makes readings of what the bus answered.
  ///
  /// - Parameters:
  ///   - outcomes: One for each of ``requests``.
  ///   - silence: Why the device gave no answer at all; nil when it gave one.
  /// - Returns: One for each signal of the group.
  func readings(from outcomes: [BusOutcome], silence: BusFailure?) -> [Reading] {
    var readings = [Reading](repeating: Reading(.noConnection), count: group.signals.count)
    for (signal, code) in findings.refused {
      readings[signal] = Reading(silence?.cause ?? .exception(code))
    }
    for (block, outcome) in zip(plan.blocks, outcomes) {
      for part in block.parts {
        readings[part.signal] = Self.reading(
          group.signals[part.signal],
          from: outcome,
          addresses: part.indices
        )
      }
    }
    return readings
  }

  private static func reading(
    _ signal: ModbusSignal,
    from outcome: BusOutcome,
    addresses: Range<Int>
  ) -> Reading {
    switch outcome.result {
    case .failure(let failure): Reading(failure.cause)
    case .success(.bits(let bits)): signal.decoding.reading(from: bits[addresses.lowerBound])
    case .success(.registers(let registers)):
      signal.decoding.reading(from: registers[addresses], range: signal.signal.range)
    case .success: Reading(.malformedReply)
    }
  }

  /// Signals that the device refuses, by index and exception code, in the group's order.
  func refusals(_ refused: [Int: UInt8]) -> [RefusedSignal] {
    refused.sorted { $0.key < $1.key }.map {
      RefusedSignal(group.signals[$0.key], in: access, code: $0.value)
    }
  }
}
