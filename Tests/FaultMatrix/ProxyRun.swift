internal import Acquisition
package import Fieldbus
import Foundation
internal import Telemetry
internal import TestSupport

/// A worker of the matrix: the bus under test, a proxy, an oracle behind it, and a number of scans.
package struct ProxyRun: Sendable {
  package typealias BusMaker = @Sendable (any Bus) -> any Bus

  package let carrier: Carrier
  package let scans: Int
  package let seed: UInt64
  /// Scans from one fault to the next, on average.
  package let interval: Int
  /// Wraps the bus under test, or replaces it by one that lies.
  private let wrap: BusMaker
  private let replacement: (@Sendable (ProxyPlace) -> any Bus)?

  package init(
    _ carrier: Carrier,
    scans: Int,
    seed: UInt64,
    interval: Int = 8,
    replacement: (@Sendable (ProxyPlace) -> any Bus)? = nil,
    wrap: @escaping BusMaker = { $0 }
  ) {
    self.carrier = carrier
    self.scans = scans
    self.seed = seed
    self.interval = interval
    self.replacement = replacement
    self.wrap = wrap
  }

  package func run() async throws -> Tally {
    if carrier.usesTerminal { _ = Canary.shared }
    let oracle = Oracle()
    let (near, far) = try Descriptors.pair()
    OracleThread.serve(oracle, framing: carrier.framing, on: far)
    let link = FileManager.default.temporaryDirectory
      .appending(path: "lotline-matrix-\(UUID().uuidString)").path
    let proxy = try ByteProxy(carrier, device: near, link: link)
    let bus =
      replacement.map { $0(proxy.place) }
      ?? wrap(carrier.bus(at: proxy.place, firstTransaction: UInt16(truncatingIfNeeded: seed)))
    var session = try ProxySession(self, proxy: proxy, oracle: oracle, bus: bus)
    for number in 0..<scans { await session.scan(number) }
    await bus.close()
    await proxy.stop()
    try? FileManager.default.removeItem(atPath: link)
    return session.tally
  }
}

/// What a worker knows between two scans.
private struct ProxySession {
  private let carrier: Carrier
  private let proxy: ByteProxy
  private let oracle: Oracle
  private let bus: any Bus
  private let group: ScanGroup
  private let judge: Judge
  private let time = SystemTime()
  private var plan: StrikePlan
  private var current: (strike: Strike, left: Int)?
  private var situation = Situation.clean
  /// Scans in which the consequences of the machine's own lateness are still allowed for.
  private var lenientScans = 0
  /// Whether it was later than what the hygiene of a line promises to bear.
  private var isBeyondBound = false
  private(set) var tally = Tally()

  init(_ run: ProxyRun, proxy: ByteProxy, oracle: Oracle, bus: any Bus) throws {
    (carrier, self.proxy, self.oracle, self.bus) = (run.carrier, proxy, oracle, bus)
    let places: [Judge.Place]
    (group, places) = try OracleProfile.group(blocks: run.carrier.requestCount)
    judge = Judge(run.carrier, places: places)
    plan = StrikePlan(run.carrier, interval: run.interval, seed: run.seed)
  }

  mutating func scan(_ number: Int) async {
    oracle.begin(UInt32(truncatingIfNeeded: number))
    await move(to: number)
    let start = Clock.monotonic()
    let outcomes = await bus.exchange(group.requests)
    let readings = group.scan(from: outcomes).readings
    let strict = judge.violations(of: readings, shown: oracle.shown, in: situation)
    if !strict.isEmpty { await settle(outcomes) }
    let (fired, log) = proxy.report()
    if fired > 0 { tally.fired(situation.strike?.kind.name ?? "", fired) }
    let lateness = Lateness.worst(
      outcomes,
      group.requests,
      log,
      struck: struck,
      timeout: carrier.timeout
    )
    let isLine = carrier.usesTerminal && !strict.isEmpty
    let terminals = isLine ? Canary.shared.worst(since: start) : .zero
    record(number, readings, strict, max(lateness, terminals))
  }

  // MARK: Faults

  /// Ends the fault that has lasted, and begins the next.
  private mutating func move(to number: Int) async {
    let strike = plan.strike(at: number)
    if var running = current {
      running.left -= 1
      current = running.left > 0 ? running : nil
      situation = running.left > 0 ? .lasting(running.strike) : .next(running.strike)
      if running.left == 0 { await end(running.strike) }
    } else {
      situation = .clean
    }
    guard let strike else { return proxy.begin(nil, target: []) }
    tally.deal(strike.words)
    current = (strike, strike.scans)
    situation = .struck(strike)
    proxy.begin(strike, target: target(of: strike))
    await begin(strike)
  }

  private func target(of strike: Strike) -> [UInt8] {
    guard case .modbus(let request) = group.requests[strike.position] else { return [] }
    return request.range?.key ?? []
  }

  /// What strikes the line rather than a reply.
  private mutating func begin(_ strike: Strike) async {
    var chance = SeededGenerator(seed: strike.seed)
    switch strike.kind {
    case .foreignTraffic: await proxy.perform(.say(foreignTraffic(&chance)))
    case .hangUpIdle: await proxy.perform(.hangUp(reset: .random(using: &chance)))
    case .refused: await proxy.perform(.listen(false))
    case .turnedAway: await proxy.perform(.turnAway(true))
    case .unplugged: await proxy.perform(.unplug)
    case .stuck: oracle.hold(true)
    default: return
    }
    tally.fired(strike.kind.name, 1)
  }

  private func end(_ strike: Strike) async {
    switch strike.kind {
    case .refused: await proxy.perform(.listen(true))
    case .turnedAway: await proxy.perform(.turnAway(false))
    case .unplugged, .unpluggedWhileAsked: await proxy.perform(.plug)
    case .stuck: oracle.hold(false)
    default: break
    }
  }

  /// A whole reply; on a line, what another client asks and is answered.
  private func foreignTraffic(_ chance: inout SeededGenerator) -> [UInt8] {
    let values = (0..<16).map { _ in UInt8.random(in: 0...255, using: &chance) }
    let unit = UInt8.random(in: 18...200, using: &chance)
    let like = [UInt8.random(in: 0...255, using: &chance), 7]
    let reply = carrier.framing.frame([3, 16] + values, unit: unit, like: like)
    guard carrier.framing == .rtu else { return reply }
    return carrier.framing.frame([3, 0, 0, 0, 8], unit: unit, like: []) + reply
  }

  // MARK: The verdict

  /// Waits until what the bus sent has come to the proxy and was answered, which a busy machine may
  /// take its time for: only then is it known who was late.
  private func settle(_ outcomes: [BusOutcome]) async {
    for _ in 0..<300 {
      guard Lateness.isOpen(outcomes, group.requests, proxy.report().log, struck: struck) else {
        return
      }
      try? await time.sleep(for: .milliseconds(10))
    }
  }

  /// Place of the request whose reply the proxy keeps on purpose.
  private var struck: Int? {
    if case .struck(let strike) = situation { strike.position } else { nil }
  }

  private mutating func record(
    _ number: Int,
    _ readings: [Reading],
    _ strict: [Violation],
    _ lateness: Duration
  ) {
    let fault = situation.strike?.kind.name ?? ""
    let wasLenient = lenientScans > 0
    lenientScans = max(0, lenientScans - 1)
    // What is held back on purpose, and is still to come in time, takes up to half the timeout.
    if lateness > carrier.timeout * 4 / 10 {
      lenientScans = 3
      isBeyondBound = isBeyondBound && wasLenient || lateness > carrier.promisedLatency
    }
    guard lenientScans > 0 || wasLenient, !strict.isEmpty else {
      tally.count(fault, readings)
      return tally.violate(fault, strict, scan: number)
    }
    tally.count(fault, readings, isDisturbed: true)
    let lenient = judge.violations(
      of: readings,
      shown: oracle.shown,
      in: situation,
      isLenient: true
    )
    let mayBeStale = carrier.isLine && isBeyondBound
    tally.violate(fault, lenient.filter { !mayBeStale || $0.kind != .wrongValue }, scan: number)
  }
}

extension Strike {
  fileprivate var words: [UInt64] {
    let kind = FaultKind.allCases.firstIndex(of: kind) ?? 0
    return [UInt64(kind), UInt64(position), UInt64(askings), UInt64(scans), seed]
  }
}
