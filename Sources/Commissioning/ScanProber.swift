internal import Fieldbus
internal import Telemetry

/// What one question brought.
struct ScanSighting: Sendable, Hashable {
  /// Devices that answered: the one that was asked, or one that was asked before and is late.
  var hits: [ScanHit] = []

  /// Whether a gateway answered that it has nothing behind it (exceptions 10 and 11, MODBUS
  /// Application Protocol V1.1b3, 7): the settings are right, but there is no such unit.
  var isGateway = false

  /// Frames that answer nothing that this program asked.
  var foreign: [HeardFrame] = []

  /// Whether bytes came that are no frame.
  var isDamaged = false

  mutating func take(_ code: UInt8, from unit: UnitID, at place: ScanPlace) {
    if code == 10 || code == 11 {
      isGateway = true
    } else {
      hits.append(ScanHit(place: place, unit: unit, answer: .exception(code)))
    }
  }
}

extension ScanAttempt {
  /// One register at address 0: a device that has none there refuses, which is an answer too.
  var request: ModbusRequest? {
    ModbusRequest(unit: unit, table: probe.table, address: 0, count: 1)
  }
}

/// Asks one question at a time.
protocol ScanProber: Sendable {
  mutating func ask(_ attempt: ScanAttempt) async throws(BusFailure) -> ScanSighting
}

/// Asks on a serial port.
struct SerialProber: ScanProber {
  let port: any ScanPort
  let turnaround: Duration
  private var current: SerialLine?
  /// Units that were asked at the current setting.
  private var asked: Set<UInt8> = []

  init(port: any ScanPort, turnaround: Duration) {
    self.port = port
    self.turnaround = turnaround
  }

  mutating func ask(_ attempt: ScanAttempt) async throws(BusFailure) -> ScanSighting {
    guard let request = attempt.request, case .serial(let line) = attempt.place else {
      return ScanSighting()
    }
    if current != line {
      current = line
      asked = []
    }
    asked.insert(attempt.unit.rawValue)
    let frame = CRC16.frame(RTUFrame.bytes(of: request))
    var bytes = try await port.ask(
      frame,
      on: line,
      within: attempt.wait(turnaround: turnaround)
    )
    // Adapters with two wires may hear themselves.
    if let echo = bytes.firstRange(of: frame) { bytes.removeSubrange(echo) }
    return sighting(of: bytes, at: .serial(line))
  }

  private func sighting(of bytes: [UInt8], at place: ScanPlace) -> ScanSighting {
    var sighting = ScanSighting()
    let frames = ScanFrames.frames(in: bytes)
    for frame in frames {
      guard let unit = UnitID(frame.unit), asked.contains(frame.unit),
        let answer = Self.answer(frame)
      else {
        sighting.foreign.append(frame)
        continue
      }
      switch answer {
      case .exception(let code): sighting.take(code, from: unit, at: place)
      case .register: sighting.hits.append(ScanHit(place: place, unit: unit, answer: answer))
      }
    }
    sighting.isDamaged = frames.isEmpty && !bytes.isEmpty
    return sighting
  }

  /// What a frame says when it answers one of our questions, which ask for one register.
  private static func answer(_ frame: HeardFrame) -> ScanHit.Answer? {
    guard let probe = ScanProbe.allCases.first(where: { frame.function & 0x7F == $0.function })
    else { return nil }
    switch frame.kind {
    case .exception: return .exception(frame.bytes[2])
    case .reply where frame.bytes.count == 7:
      return .register(probe.table, UInt16(frame.bytes[3]) << 8 | UInt16(frame.bytes[4]))
    case .reply, .request: return nil
    }
  }
}

extension ScanProbe {
  fileprivate var function: UInt8 { table.functionCode }
}

/// Asks on a TCP endpoint.
struct TCPProber: ScanProber {
  /// Some devices close the connection when they are asked for a unit that they are not; more often
  /// in a row than this, they are gone.
  static let patience = 3

  let bus: any Bus
  let endpoint: Endpoint
  private var hasConnected = false
  private var losses = 0

  init(bus: any Bus, endpoint: Endpoint) {
    self.bus = bus
    self.endpoint = endpoint
  }

  mutating func ask(_ attempt: ScanAttempt) async throws(BusFailure) -> ScanSighting {
    guard let request = attempt.request else { return ScanSighting() }
    let bus = bus
    let outcomes = await withTaskCancellationHandler {
      await bus.exchange([.modbus(request)])
    } onCancel: {
      Task { await bus.close() }
    }
    guard let outcome = outcomes.first, !Task.isCancelled else { return ScanSighting() }
    var sighting = ScanSighting()
    let place = ScanPlace.tcp(endpoint)
    switch outcome.result {
    case .success(.registers(let registers)):
      let answer = ScanHit.Answer.register(attempt.probe.table, registers[0])
      sighting.hits.append(ScanHit(place: place, unit: attempt.unit, answer: answer))
    case .success: break
    case .failure(let failure):
      if case .exception(let code) = failure.cause {
        sighting.take(code, from: attempt.unit, at: place)
      } else if failure.cause == .noConnection {
        try lose(failure)
        return sighting
      } else {
        sighting.isDamaged = failure.cause != .timeout
      }
    }
    hasConnected = true
    losses = 0
    return sighting
  }

  private mutating func lose(_ failure: BusFailure) throws(BusFailure) {
    losses += 1
    if !hasConnected || losses > Self.patience { throw failure }
  }
}
