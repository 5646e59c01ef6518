internal import MarkedYAML

/// Reads the `modbus` section and the groups of a profile.
struct ModbusAccessReader {
  private let fields: FieldReader
  private let base: AddressBase
  private let order: RegisterOrder

  init(_ fields: FieldReader) {
    self.fields = fields
    base = fields.optional("address_base", AddressBase.kind)?.value ?? .zero
    order =
      fields.optional("order", ScalarKind<RegisterOrder>.choice("register orders"))?.value ?? .abcd
  }

  func access(_ groupReaders: [FieldReader]) -> ModbusAccess? {
    let maximum = fields.optional("max_registers", .integer(in: 1...125, example: 125))
    let gap = fields.optional("max_gap", .integer(in: 0...124, example: 8))
    let inFlight = fields.optional("requests_in_flight", .integer(in: 1...64))
    fields.finish()
    let limit = maximum?.value ?? 125
    var groupNames = NameCheck(log: fields.log)
    var signalNames = NameCheck(log: fields.log)
    let limits = ReadLimits(maximumRegisters: limit, maximumGap: gap?.value ?? 8)
    let groups = groupReaders.compactMap {
      group($0, limits: limits, names: &groupNames, signalNames: &signalNames)
    }
    guard !groups.isEmpty else { return nil }
    return ModbusAccess(
      requestsInFlight: inFlight?.value ?? 1,
      groups: groups
    )
  }

  private func group(
    _ fields: FieldReader,
    limits: ReadLimits,
    names: inout NameCheck,
    signalNames: inout NameCheck
  ) -> ModbusScanGroup? {
    let name = fields.required("name", .text.suchAs("zones"))
    let period = fields.required("period", .period)
    if let name { names.take(name, noun: "group") }
    var signals: [ModbusSignal] = []
    for reader in fields.mappings("signals", noun: "signal") {
      let signal = ModbusSignalReader(
        fields: reader,
        base: base,
        order: order,
        limit: limits.maximumRegisters
      )
      if let signal = signal.signal(names: &signalNames) { signals.append(signal) }
    }
    fields.finish()
    guard let name, let period, !signals.isEmpty else { return nil }
    return ModbusScanGroup(
      name: name.value,
      period: period.value,
      limits: limits,
      signals: signals
    )
  }
}

extension ScalarKind where Value == Duration {
  /// From one scan to the next.
  static var period: ScalarKind { .duration(in: .milliseconds(10)...(.seconds(86_400))) }
}
