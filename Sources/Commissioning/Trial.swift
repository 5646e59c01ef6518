package import Acquisition
package import Fieldbus
package import Profiles
package import Telemetry

/// A device that is read with a profile, to see what comes of it before it is relied on.
///
/// It asks and decodes with the agent's own scan groups, so that what it shows is what would be
/// recorded.
package struct Trial: Sendable {
  package let profile: DeviceProfile
  package let unit: UnitID?

  /// One for each group of the profile, in its order.
  package let groups: [ScanGroup]
  let bus: any Bus
  let time: any TimeSource

  /// The name under which scan groups know the device; it is not shown.
  private static let device = DeviceID(checked: "device")

  /// - Parameters:
  ///   - profile: How the device is read.
  ///   - unit: Its address; needed on a Modbus bus.
  ///   - bus: What carries the requests.
  ///   - time: The clocks that scans are stamped by.
  ///   - timing: What the bus is, by which requests are cut; Modbus TCP if nothing is said.
  /// - Throws: ``ScanGroupError``.
  package init(
    _ profile: DeviceProfile,
    unit: UnitID?,
    bus: any Bus,
    time: any TimeSource,
    over timing: BusTiming = .assumedTCP
  ) throws(ScanGroupError) {
    self.profile = profile
    self.unit = unit
    self.bus = bus
    self.time = time
    groups = try Self.groups(of: profile, unit: unit, over: timing)
  }

  /// The scan groups of a device under test.
  static func groups(
    of profile: DeviceProfile,
    unit: UnitID?,
    over timing: BusTiming
  ) throws(ScanGroupError) -> [ScanGroup] {
    try ScanGroup.groups(of: profile, device: device, unit: unit, over: timing)
  }

  /// Reads every group once.
  package func scanAll() async -> [TrialScan] {
    var scans: [TrialScan] = []
    for index in groups.indices { scans.append(await scan(index)) }
    return scans
  }

  /// Reads one group; what the device refuses is searched, and the rest read without it.
  ///
  /// - Parameters:
  ///   - index: The group's place in the profile.
  ///   - known: What an earlier scan found the device not to give.
  /// - Returns: The last scan, with what was refused before it.
  package func scan(
    _ index: Int,
    around known: AddressFindings = AddressFindings()
  ) async -> TrialScan {
    var findings = known
    var earlier: [TrialExchange] = []
    while true {
      let group = groups[index].around(findings)
      let outcomes = await bus.exchange(group.requests)
      let found = await search(group, outcomes)
      guard !found.isEmpty, !Task.isCancelled else {
        return TrialScan(
          group,
          index: index,
          locations: profile.locations(ofGroup: index),
          outcomes: outcomes,
          findings: findings,
          after: earlier
        )
      }
      findings.add(found)
      earlier += zip(group.requests, outcomes).map(TrialExchange.init).filter { $0.failure != nil }
    }
  }

  /// Finds out what a device does not give of the requests that it refused; nothing of those whose
  /// search gets no answer.
  private func search(_ group: ScanGroup, _ outcomes: [BusOutcome]) async -> AddressFindings {
    var findings = AddressFindings()
    for (block, outcome) in zip(group.blocks, outcomes) where outcome.isAddressRefusal {
      var search = AddressSearch(block)
      while let request = search.question.flatMap(group.request) {
        let outcome = await bus.exchange([request]).first
        guard let answer = outcome.flatMap({ AddressSearch.Answer($0.result) }) else { break }
        search.take(answer)
      }
      if search.question == nil { findings.add(search.findings) }
    }
    return findings
  }

  /// Reads the addresses that adjoin the device's signals, to tell whether all are off by one.
  ///
  /// - Returns: Nothing for a device that may not be asked for addresses that its profile does not
  ///   name, nor for one that refuses them.
  package func adjoining(_ scans: [TrialScan]) async -> TrialTables {
    var tables = TrialTables()
    guard case .modbus(let access) = profile.access else { return tables }
    for scan in scans where access.groups[scan.index].limits.readsUnmapped {
      let requests = scan.exchanges.flatMap { Self.neighbours(of: $0.request) }
      let outcomes = requests.isEmpty ? [] : await bus.exchange(requests)
      for (request, outcome) in zip(requests, outcomes) {
        tables.take(TrialExchange(request: request, outcome: outcome))
      }
    }
    return tables
  }

  private static func neighbours(of request: BusRequest) -> [BusRequest] {
    guard case .modbus(let request) = request, let range = request.range, !range.table.holdsBits
    else { return [] }
    let first = Int(range.address)
    return [first - 1, first + range.count].compactMap { UInt16(exactly: $0) }
      .compactMap { address in
        ModbusRequest(unit: request.unit, table: range.table, address: address, count: 1)
      }
      .map(BusRequest.modbus)
  }
}

extension DeviceProfile {
  /// Where the signals of a group lie; nil for those of a serial instrument.
  func locations(ofGroup index: Int) -> [ModbusLocation?] {
    switch access {
    case .modbus(let access): access.groups[index].signals.map(\.location)
    case .serial(let access): access.groups[index].fields.map { _ in nil }
    }
  }

  /// The signals of all groups that lie in tables.
  var modbusSignals: [ModbusSignal] {
    if case .modbus(let access) = access { access.groups.flatMap(\.signals) } else { [] }
  }
}

/// One request and what became of it.
package struct TrialExchange: Sendable, Hashable {
  package let request: BusRequest
  package let outcome: BusOutcome

  package init(request: BusRequest, outcome: BusOutcome) {
    self.request = request
    self.outcome = outcome
  }

  /// Why there was no reply.
  package var failure: BusFailure? {
    if case .failure(let failure) = outcome.result { failure } else { nil }
  }
}

/// One signal as it was read.
package struct TrialSignal: Sendable, Hashable {
  package enum Raw: Sendable, Hashable {
    /// Registers in the order of their addresses.
    case registers([UInt16])
    case bit(Bool)
    /// The whole answer of a serial instrument, which its fields share.
    case line([UInt8])
  }

  package let signal: Signal
  package let location: ModbusLocation?

  /// What the device sent; nil where it sent nothing.
  package let raw: Raw?

  /// What the agent would record.
  package let reading: Reading
}

/// One scan of one group, with everything that was sent for it.
package struct TrialScan: Sendable, Hashable {
  package let group: String

  /// The group's place in the profile.
  package let index: Int
  package let at: Instant
  package let span: Duration
  package let exchanges: [TrialExchange]
  package let signals: [TrialSignal]

  /// What the device's tables held in this scan.
  package let tables: TrialTables

  /// What the device turned out not to give.
  package let findings: AddressFindings

  /// The signals among that.
  package let refused: [RefusedSignal]

  /// What the device does not have, as the agent would record it; nil where it has everything.
  package var refusal: String? {
    refused.isEmpty ? nil : SignalsChange.sentence(refusing: refused)
  }

  /// Whether every signal is good.
  package var isGood: Bool { signals.allSatisfy(\.reading.quality.isGood) }

  init(
    _ group: ScanGroup,
    index: Int,
    locations: [ModbusLocation?],
    outcomes: [BusOutcome],
    findings: AddressFindings,
    after earlier: [TrialExchange]
  ) {
    let scan = group.scan(from: outcomes)
    let exchanges = earlier + zip(group.requests, outcomes).map(TrialExchange.init)
    var tables = TrialTables()
    for exchange in exchanges { tables.take(exchange) }
    self.group = group.id.group
    self.index = index
    self.tables = tables
    self.exchanges = exchanges
    self.findings = findings
    refused = group.refusals(findings.refused)
    at = scan.at
    span = scan.span
    let line = exchanges.lazy.compactMap(\.line).first
    signals = zip(zip(group.signals, locations), scan.readings).map { pair, reading in
      TrialSignal(
        signal: pair.0,
        location: pair.1,
        raw: pair.1.flatMap { tables.raw(at: $0) } ?? line.map(TrialSignal.Raw.line),
        reading: reading
      )
    }
  }
}

extension TrialTables {
  fileprivate func raw(at location: ModbusLocation) -> TrialSignal.Raw? {
    guard let words = words(at: location) else { return nil }
    return location.table.holdsBits ? .bit(words.first == 1) : .registers(words)
  }
}

extension TrialExchange {
  /// What a serial instrument answered.
  package var line: [UInt8]? {
    if case .success(.line(let line)) = outcome.result { line } else { nil }
  }
}
