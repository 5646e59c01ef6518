import Fieldbus
import Telemetry
import TestSupport

/// A line of a simulated plant, as one bus of the agent has opened it.
struct SimulatedLine: Bus {
  let world: SimulatedWorld
  let line: String

  /// Bits a second; nil on TCP.
  let baud: Int?
  let timeout: Duration
  let time: ManualTime
  let traffic: Traffic

  func exchange(_ requests: [BusRequest]) async -> [BusOutcome] {
    traffic.enter(line)
    defer { traffic.leave(line) }
    var outcomes: [BusOutcome] = []
    for request in requests {
      // Whoever did not answer is not asked again in this batch, as with the real buses.
      if let failure = outcomes.lazy.compactMap(\.silence).first {
        outcomes.append(
          BusOutcome(result: .failure(failure), sent: time.moment(), elapsed: .zero)
        )
        continue
      }
      let sent = time.moment()
      let answer = answer(request, at: sent.uptime)
      await time.pass(until: sent.uptime + answer.after)
      traffic.add(answer.exchange(at: sent.uptime), on: line)
      outcomes.append(BusOutcome(result: answer.result, sent: sent, elapsed: answer.after))
    }
    return outcomes
  }

  func close() async {}

  private struct Answer {
    let device: String
    let result: Result<BusReply, BusFailure>
    let after: Duration

    func exchange(at start: Duration) -> LineExchange {
      let isSilent = if case .failure(let failure) = result { failure.meansSilence } else { false }
      return LineExchange(device: device, start: start, duration: after, isSilent: isSilent)
    }
  }

  private func answer(_ request: BusRequest, at uptime: Duration) -> Answer {
    let unit: Int?
    let limit: Duration
    let latency: Duration
    switch request {
    case .modbus(let modbus):
      (unit, limit, latency) = (Int(modbus.unit.rawValue), timeout, self.latency(of: modbus))
    case .serial(let serial): (unit, limit, latency) = (nil, serial.timeout, .milliseconds(40))
    }
    let device = SimulatedWorld.key(unit: unit, line: line)
    func fail(_ cause: Cause, after: Duration) -> Answer {
      let failure = BusFailure(cause, "\(device) on \(line): \(cause.code)")
      return Answer(device: device, result: .failure(failure), after: after)
    }
    if world.isDown(line, at: uptime) { return fail(.noConnection, after: .milliseconds(1)) }
    let sampled = uptime + latency / 2
    switch world.fault(of: device, at: uptime)?.kind {
    case .silent, .late, .restart: return fail(.timeout, after: limit)
    case .exception(let code): return fail(.exception(code), after: latency)
    case .damaged(let cause) where traffic.isOdd(device): return fail(cause, after: latency)
    case .illegal(let address):
      guard case .modbus(let modbus) = request, let range = modbus.range,
        (Int(range.address)..<(Int(range.address) + range.count)).contains(address)
      else { break }
      return fail(.exception(2), after: latency)
    case .slow(let milliseconds):
      let after = min(latency + .milliseconds(milliseconds), limit)
      return Answer(
        device: device,
        result: .success(reply(to: request, of: device, at: uptime + after / 2)),
        after: after
      )
    case .damaged, .frozen, nil: break
    }
    return Answer(
      device: device,
      result: .success(reply(to: request, of: device, at: sampled)),
      after: latency
    )
  }

  private func latency(of request: ModbusRequest) -> Duration {
    guard let baud else { return .milliseconds(4) }
    let bytes = 8 + 5 + (request.range?.replyByteCount ?? 40)
    return .microseconds(bytes * 11 * 1_000_000 / baud) + .milliseconds(10)
  }

  private func reply(to request: BusRequest, of device: String, at uptime: Duration) -> BusReply {
    switch request {
    case .serial:
      let values = [
        world.value(.clock, 0, of: device, at: uptime),
        world.value(.fast, 1_000, of: device, at: uptime),
      ]
      return .line(Array(values.map(String.init).joined(separator: " ").utf8))
    case .modbus(let modbus):
      guard let range = modbus.range else { return .serverID([]) }
      return .registers(
        (0..<range.count).map { world.word(Int(range.address) + $0, of: device, at: uptime) }
      )
    }
  }
}

/// What goes over the lines of a plant.
final class Traffic: Sendable {
  private struct State: Sendable {
    var open: Set<String> = []
    var violations: [String] = []
    var asked: [String: Int] = [:]
    var exchanges: [String: [LineExchange]] = [:]
  }

  private let state = Locked(State())

  /// Lines that were asked by two at once.
  var violations: [String] { state.value.violations }

  /// Everything that went over each line, in order.
  var exchanges: [String: [LineExchange]] { state.value.exchanges }

  func enter(_ line: String) {
    state.with { state in
      if !state.open.insert(line).inserted { state.violations.append("two ask on \(line) at once") }
    }
  }

  func leave(_ line: String) { state.with { _ = $0.open.remove(line) } }

  /// Whether a device is asked for an odd time.
  func isOdd(_ device: String) -> Bool {
    state.with { state in
      state.asked[device, default: 0] += 1
      return state.asked[device, default: 0] % 2 == 1
    }
  }

  func add(_ exchange: LineExchange, on line: String) {
    state.with { $0.exchanges[line, default: []].append(exchange) }
  }
}

extension BusOutcome {
  /// The failure after which a unit is not asked again in a batch: any but a refusal.
  fileprivate var silence: BusFailure? {
    guard case .failure(let failure) = result else { return nil }
    if case .exception = failure.cause { return nil }
    return failure
  }
}
