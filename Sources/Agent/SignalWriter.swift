internal import Acquisition
internal import Fieldbus
internal import Profiles
internal import StationAPI
internal import Telemetry

/// Writes to devices what the configuration permits: the only place from which a write is sent.
///
/// The order is durable before the request leaves, the outcome before whoever asked is answered, and
/// nothing is sent twice.
actor SignalWriter {
  private let recorder: Recorder
  private let time: any TimeSource
  private let plan: @Sendable () async -> PlantPlan
  private let bus: @Sendable (PlannedBus) async -> (any Bus)?

  /// Devices that are being written to: a second order would make the first one's reading back a
  /// lie.
  private var busy: Set<DeviceID> = []

  /// - Parameters:
  ///   - recorder: Writes the records, and knows how the devices are.
  ///   - time: The clocks of rests between requests.
  ///   - plan: What runs, with its permits.
  ///   - bus: The bus that runs for a plan's; nil when another one does, or none.
  init(
    recorder: Recorder,
    time: any TimeSource,
    plan: @escaping @Sendable () async -> PlantPlan,
    bus: @escaping @Sendable (PlannedBus) async -> (any Bus)?
  ) {
    self.recorder = recorder
    self.time = time
    self.plan = plan
    self.bus = bus
  }

  /// Writes one signal.
  ///
  /// - Returns: What was recorded: the device has confirmed the value, and holds it.
  /// - Throws: `Problem`. Without ``Problem/write`` nothing was recorded and nothing sent.
  func write(_ command: WriteSignal, to device: DeviceID) async throws -> WriteReceipt {
    guard busy.insert(device).inserted else { throw Problem.writeRunning(device) }
    defer { busy.remove(device) }
    let target = try await plan().writeTarget(device, signal: command.signal)
    let value: WritableValue
    do throws(WriteObjection) {
      value = try target.signal.writable(command.value, within: target.permit.range)
    } catch {
      throw Problem.valueRefused("\(device) \(command.signal): \(error).")
    }
    guard let write = target.write(value) else {
      throw Problem.valueRefused("\(device) \(command.signal): it does not fit into one request.")
    }
    guard let bus = await bus(target.bus) else { throw Problem.busChanging(target.bus.id) }
    let order = target.order(value, by: command.operatorName)
    if let stranger = await stranger(at: target, over: bus) {
      throw Problem.deviceSilent(device, stranger.detail)
    }
    let done = try await recorder.order(order, scannedBy: target.group)
    let outcome = await carry(write, to: target, over: bus, order: done.seq)
    return try await conclude(order, done, outcome)
  }

  /// Asks the device once more what it is, where its profile states that: it may have been changed
  /// since its last scan.
  ///
  /// - Returns: Why it is not the right one; nil when it is, or when the profile states nothing.
  private func stranger(at target: WriteTarget, over bus: any Bus) async -> BusFailure? {
    guard let check = target.device.groups.first?.identity else { return nil }
    var identity = Identity(check)
    var step = identity.step(at: time.uptime())
    while case .ask(let request) = step {
      let outcome = await bus.exchange([request]).first
      let result = outcome?.result ?? .failure(BusFailure(.timeout, "the bus said nothing"))
      step = identity.take(result, at: time.uptime())
    }
    if case .refuse(let failure) = step { return failure }
    return nil
  }

  // MARK: One write

  private func carry(
    _ write: RegisterWrite,
    to target: WriteTarget,
    over bus: any Bus,
    order: Int
  ) async -> WriteOutcome {
    let request = ModbusRequest(unit: target.unit, .write(write))
    guard let sent = await bus.exchange([.modbus(request)]).first else {
      return WriteOutcome(of: order, .unknown, detail: "the bus said nothing of it")
    }
    switch sent.result {
    case .success:
      let back = await readBack(of: target, over: bus)
      switch back {
      case .failure(let failure):
        let detail = "confirmed by the device; it could not be read back: \(failure.detail)"
        return WriteOutcome(of: order, .done, detail: detail)
      case .success(let words):
        let isSame = words == write.words
        let value = target.value(of: words)
        let shown = value.map { "\($0)" } ?? "other registers"
        return WriteOutcome(
          of: order,
          isSame ? .done : .differs,
          detail: isSame
            ? "confirmed by the device, and read back the same"
            : "confirmed by the device, which holds \(shown) afterwards",
          readBack: value,
          readBackRaw: words
        )
      }
    case .failure(let failure) where !sent.wasSent:
      return WriteOutcome(of: order, .notSent, detail: failure.detail)
    case .failure(let failure) where failure.meansNothingWasDone:
      return WriteOutcome(of: order, .refused, detail: failure.detail)
    case .failure(let failure):
      return await unknown(failure, of: target, over: bus, order: order)
    }
  }

  private func unknown(
    _ failure: BusFailure,
    of target: WriteTarget,
    over bus: any Bus,
    order: Int
  ) async -> WriteOutcome {
    switch await readBack(of: target, over: bus) {
    case .failure(let again):
      let detail = "\(failure.detail); what it holds could not be read: \(again.detail)"
      return WriteOutcome(of: order, .unknown, detail: detail)
    case .success(let words):
      let value = target.value(of: words)
      let shown = value.map { "\($0)" } ?? "something else"
      return WriteOutcome(
        of: order,
        .unknown,
        detail: "\(failure.detail); the device holds \(shown) now",
        readBack: value,
        readBackRaw: words
      )
    }
  }

  private func readBack(
    of target: WriteTarget,
    over bus: any Bus
  ) async -> Result<[UInt16], BusFailure> {
    // Cut short only when the task is cancelled, and then the reading is only sooner.
    if target.pause > .zero { try? await time.sleep(for: target.pause) }
    let place = target.signal.location
    guard
      let request = ModbusRequest(
        unit: target.unit,
        table: place.table,
        address: place.address,
        count: place.count
      )
    else { return .failure(BusFailure(.malformedReply, "it has too many registers")) }
    let outcome = await bus.exchange([.modbus(request)]).first
    return switch outcome?.result {
    case .success(.registers(let registers)): .success(registers)
    case .success(.bits(let bits)): .success(bits.map { $0 ? 1 : 0 })
    case .failure(let failure): .failure(failure)
    default: .failure(BusFailure(.malformedReply, "the bus said nothing of it"))
    }
  }

  /// Has the outcome recorded, and says it.
  private func conclude(
    _ order: WriteOrder,
    _ done: Done,
    _ outcome: WriteOutcome
  ) async throws -> WriteReceipt {
    var seq: Int?
    var doubt: (any Error)?
    do { seq = try await recorder.conclude(outcome, of: order).seq } catch { doubt = error }
    let receipt = WriteReceipt(
      order: order,
      seq: done.seq,
      at: done.record.at,
      outcome: outcome,
      outcomeSeq: seq,
      summary: order.sentence(outcome),
      notes: done.notes.isEmpty ? nil : done.notes
    )
    if let doubt { throw Problem.outcomeNotDurable(receipt, doubt) }
    guard outcome.kind == .done else { throw Problem.notDone(receipt) }
    return receipt
  }
}

extension WriteTarget {
  fileprivate func write(_ value: WritableValue) -> RegisterWrite? {
    RegisterWrite(
      permitted: permit,
      address: signal.location.address,
      content: signal.location.table == .coil
        ? .coils(value.words.map { $0 != 0 }) : .registers(value.words)
    )
  }

  fileprivate func order(_ value: WritableValue, by operatorName: Label) -> WriteOrder {
    WriteOrder(
      device: device.id,
      signal: signal.signal.name,
      stations: device.stations,
      value: value.value,
      unit: signal.signal.unit,
      table: signal.location.table,
      address: Int(signal.location.address),
      raw: value.words,
      operatorName: operatorName,
      reason: permit.reason
    )
  }

  /// What registers that were read back say; nil where they are no value.
  fileprivate func value(of words: [UInt16]) -> Value? {
    signal.location.table == .coil
      ? words.first.map { .flag($0 != 0) } : signal.decoding.reading(from: words, range: nil).value
  }
}

extension RegisterWrite {
  /// What is read back when it was done.
  fileprivate var words: [UInt16] {
    switch content {
    case .coils(let coils): coils.map { $0 ? 1 : 0 }
    case .registers(let registers): registers
    }
  }
}

extension BusFailure {
  /// Whether the device says that it did nothing.
  ///
  /// After exception 4 it failed in the middle, after 5 it is still at it, and after 11 the gateway
  /// does not know (MODBUS Application Protocol V1.1b3, 7).
  fileprivate var meansNothingWasDone: Bool {
    guard case .exception(let code) = cause else { return false }
    return ![4, 5, 11].contains(code)
  }
}

extension WriteOrder {
  /// What became of it, in words.
  func sentence(_ outcome: WriteOutcome) -> String {
    let what = "\(device) \(signal) = \(value)" + (unit.map { " \($0)" } ?? "")
    let end = outcome.detail
    return switch outcome.kind {
    case .done: "\(what): \(end)"
    case .differs: "\(what): \(end); look at the device"
    case .refused: "\(what): the device refused it, and nothing was written; \(end)"
    case .notSent: "\(what): nothing was sent; \(end)"
    case .unknown: "\(what): whether it was written is not known; look at the device; \(end)"
    }
  }
}
