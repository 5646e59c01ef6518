internal import MarkedYAML
internal import Telemetry

/// Reads the `modbus` section, the groups and the identification of a profile.
struct ModbusAccessReader {
  private let fields: FieldReader
  private let base: AddressBase
  private let order: RegisterOrder

  init(_ fields: FieldReader) {
    self.fields = fields
    base = fields.value(ModbusShape.addressBase)?.value ?? .zero
    order = fields.value(ModbusShape.order)?.value ?? .abcd
  }

  func access(_ groupReaders: [FieldReader], _ identify: FieldReader?) -> ModbusAccess? {
    let limits = Self.limits(fields, over: ReadLimits())
    let inFlight = fields.value(ModbusShape.requestsInFlight)
    fields.finish()
    var groupNames = NameCheck(log: fields.log)
    var signalNames = NameCheck(log: fields.log)
    var placed: [RegisterOverlap.Placed] = []
    let groups = groupReaders.compactMap {
      group($0, limits, &groupNames, &signalNames, &placed)
    }
    let identification = identify.map(identification)
    if !fields.log.hasErrors { RegisterOverlap.check(placed, log: fields.log) }
    guard !groups.isEmpty else { return nil }
    return ModbusAccess(
      addressBase: base,
      requestsInFlight: inFlight?.value ?? 1,
      identification: identification,
      groups: groups
    )
  }

  /// The limits that a mapping states, and the others from outside of it.
  private static func limits(_ fields: FieldReader, over outer: ReadLimits) -> ReadLimits {
    ReadLimits(
      maximumRegisters: fields.value(LimitShape.maximumRegisters)?.value
        ?? outer.maximumRegisters,
      maximumBits: fields.value(LimitShape.maximumBits)?.value ?? outer.maximumBits,
      maximumGap: fields.value(LimitShape.maximumGap)?.value ?? outer.maximumGap,
      readsUnmapped: fields.value(LimitShape.readsUnmapped)?.value ?? outer.readsUnmapped,
      pause: fields.value(LimitShape.pause)?.value ?? outer.pause
    )
  }

  private func group(
    _ fields: FieldReader,
    _ outer: ReadLimits,
    _ groupNames: inout NameCheck,
    _ signalNames: inout NameCheck,
    _ placed: inout [RegisterOverlap.Placed]
  ) -> ModbusScanGroup? {
    let head = GroupHead(fields, names: &groupNames)
    let limits = Self.limits(fields, over: outer)
    let goodWhen = GoodWhenChoice(fields)
    let readers = fields.mappings(ModbusGroupShape.signals)
    var signals: [(signal: ModbusSignal, goodWhen: GoodWhenChoice)] = []
    var names: [String] = []
    for reader in readers {
      if let name = reader.value(SignalShape.name) {
        names.append(name.value)
        signalNames.take(name, noun: "signal")
      }
      let own = GoodWhenChoice(reader)
      let signal = ModbusSignalReader(fields: reader, base: base, order: order, limits: limits)
        .signal()
      guard let signal else { continue }
      signals.append((signal, own))
      placed.append((signal, reader.mark(of: PlaceShape.address.name)))
    }
    fields.finish()
    let resolver = GoodWhenResolver(
      candidates: signals.map(\.signal.candidate),
      names: names,
      log: fields.log
    )
    let judged = signals.enumerated().map { index, entry in
      let rule = resolver.rule(for: index, own: entry.goodWhen, group: goodWhen)
      return rule == nil ? entry.signal : entry.signal.with(goodWhen: rule)
    }
    guard let head, !judged.isEmpty else { return nil }
    return ModbusScanGroup(
      name: head.name,
      period: head.period,
      phase: head.phase,
      rules: head.rules,
      limits: limits,
      signals: judged
    )
  }

  // MARK: Identification

  private func identification(_ fields: FieldReader) -> ModbusIdentification {
    let keys: [(DeviceObject, Key<String>)] = [
      (.vendor, ModbusIdentifyShape.vendor), (.product, ModbusIdentifyShape.product),
      (.revision, ModbusIdentifyShape.revision), (.model, ModbusIdentifyShape.model),
    ]
    var objects: [DeviceObject: GlobPattern] = [:]
    for (object, key) in keys {
      objects[object] = fields.value(key).map { GlobPattern($0.value) }
    }
    let serverID = fields.value(ModbusIdentifyShape.serverID).map { GlobPattern($0.value) }
    let registers = fields.mappings(ModbusIdentifyShape.registers).compactMap(expected)
    fields.finish()
    return ModbusIdentification(objects: objects, serverID: serverID, registers: registers)
  }

  private func expected(_ fields: FieldReader) -> ExpectedRegister? {
    let place = PlaceReader(fields: fields, base: base, order: order).place()
    let equals = fields.values(ModbusIdentifyShape.equals)
    fields.finish()
    guard let location = place.location, let type = place.type, let equals, !equals.isEmpty else {
      return nil
    }
    let expectation: ExpectedRegister.Expectation
    if case .string = type {
      expectation = .text(equals.map { GlobPattern($0.value.text) })
    } else {
      var numbers: Set<Double> = []
      for value in equals {
        if case .number(let number) = value.value {
          numbers.insert(number.double)
        } else {
          fields.log.add(
            .wrongType,
            at: value.mark,
            "\"equals\" is a text and the register a number; write a number, or type: string"
          )
        }
      }
      expectation = .numbers(numbers)
    }
    return ExpectedRegister(
      location: location,
      decoding: ModbusSignal.Decoding(type: type, order: place.order),
      expectation: expectation
    )
  }
}

/// What groups of both kinds begin with.
struct GroupHead {
  let name: String
  let period: Duration
  let phase: Duration?
  let rules: FrameRules

  init?(_ fields: FieldReader, names: inout NameCheck) {
    let name = fields.value(GroupShape.name)
    let period = fields.value(GroupShape.period)
    let phase = fields.value(GroupShape.phase)
    if let name { names.take(name, noun: "group") }
    if let phase, let period, phase.value >= period.value {
      fields.log.add(
        .outOfBounds,
        at: phase.mark,
        "\"phase\" is not less than \"period\"; write when within the period the group is scanned"
      )
    }
    rules = FrameRulesReader(fields).rules(period: period?.value)
    guard let name, let period else { return nil }
    self.name = name.value
    self.period = period.value
    self.phase = phase?.value
  }
}

extension ModbusSignal {
  fileprivate func with(goodWhen: GoodWhen?) -> ModbusSignal {
    ModbusSignal(
      signal: signal.with(goodWhen: goodWhen),
      location: location,
      decoding: decoding
    )
  }

  /// What it can say as a status.
  fileprivate var candidate: StatusCandidate {
    let type = decoding.type
    let kind: StatusCandidate.Kind =
      switch type {
      case .bool, .bit: .flag
      case .string: .text
      default: type.isInteger && decoding.scaling == nil ? .code(decoding.names) : .number
      }
    return StatusCandidate(name: signal.name, kind: kind)
  }
}

extension ExpectedValue {
  /// As a text: numbers with their digits.
  fileprivate var text: String {
    switch self {
    case .text(let text): text
    case .number(let number): number.places == 0 ? "\(number.mantissa)" : "\(number.double)"
    }
  }
}
