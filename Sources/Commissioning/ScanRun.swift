internal import Fieldbus
package import Profiles
internal import Telemetry

/// Searches a serial port or a TCP endpoint for devices: listens first, asks then.
///
/// Cancelling its task ends it within one question, and what was found until then is reported.
package actor ScanRun {
  /// Longest time without a look at whether the task was cancelled.
  static let slice: Duration = .milliseconds(100)

  /// Bytes without a meaning above which somebody talks on a line; below it is noise.
  static let maximumNoise = 16

  let plan: ScanPlan
  let profiles: [DeviceProfile]
  let access: ScanAccess
  let emit: @Sendable (ScanEvent) -> Void
  var report: ScanReport
  var queue: ScanQueue
  /// Places where it was checked whether units that hardly exist answer, and how they refuse.
  var checkedPlaces: Set<ScanPlace> = []
  var absentAnswers: [ScanPlace: UInt8] = [:]
  /// Questions that brought damaged bytes, by unit.
  var damaged: [UnitID: [ScanPlace]] = [:]

  /// - Parameters:
  ///   - plan: What to ask, in which order.
  ///   - profiles: Those that a device may fit.
  ///   - access: The port or endpoint.
  ///   - emit: Takes what happens as it happens.
  package init(
    _ plan: ScanPlan,
    profiles: [DeviceProfile],
    access: ScanAccess,
    emit: @escaping @Sendable (ScanEvent) -> Void
  ) {
    self.plan = plan
    self.profiles = profiles
    self.access = access
    self.emit = emit
    report = ScanReport(target: plan.target)
    queue = ScanQueue(plan)
  }

  /// Searches once.
  package func run() async -> ScanReport {
    let start = access.time.uptime()
    report.planned = queue.total
    do throws(BusFailure) {
      switch plan.target {
      case .serial: if let port = access.port { try await search(port) }
      case .tcp(let endpoint): try await search(endpoint)
      }
    } catch {
      report.end = .failed(error)
    }
    await access.port?.close()
    report.asked = queue.done
    report.planned = queue.total
    report.elapsed = access.time.uptime() - start
    noteDamage()
    return report
  }

  private func search(_ port: any ScanPort) async throws(BusFailure) {
    try await listen(on: port)
    guard goesOn() else { return }
    var prober = SerialProber(port: port, turnaround: plan.turnaround)
    while let attempt = nextAttempt() { try await ask(attempt, with: &prober, bus: nil) }
    guard goesOn(), plan.options.asksInstruments else { return }
    if report.hits.isEmpty || plan.options.searchesAllSettings {
      try await askInstruments(on: port)
    }
  }

  private func search(_ endpoint: Endpoint) async throws(BusFailure) {
    let bus = access.makeBus(.tcp(endpoint), plan.turnaround)
    var prober = TCPProber(bus: bus, endpoint: endpoint)
    do throws(BusFailure) {
      while let attempt = nextAttempt() { try await ask(attempt, with: &prober, bus: bus) }
    } catch {
      await bus.close()
      throw error
    }
    await bus.close()
  }

  /// The next question; nil when there is none, or when the search is to stop.
  private func nextAttempt() -> ScanAttempt? {
    guard !queue.isEmpty, goesOn(), let attempt = queue.next() else { return nil }
    let progress = ScanProgress(done: queue.done, total: queue.total, left: queue.left)
    emit(.asking(attempt, progress))
    return attempt
  }

  /// Whether nothing ended the search yet.
  func goesOn() -> Bool {
    if report.end == .complete, Task.isCancelled { report.end = .stopped }
    return report.end == .complete
  }

  // MARK: What a question brought

  /// Asks one question and takes what it brings; `bus` asks a device that is found further, nil
  /// makes one for its line.
  private func ask(
    _ attempt: ScanAttempt,
    with prober: inout some ScanProber,
    bus: (any Bus)?
  ) async throws(BusFailure) {
    let sighting = try await prober.ask(attempt)
    if sighting.isGateway { settle(attempt.place) }
    for hit in sighting.hits where !report.contains(hit) {
      settle(hit.place)
      queue.remove(hit.unit, at: hit.place)
      damaged[hit.unit] = nil
      guard var hit = try await checked(hit, with: &prober) else { continue }
      hit.fits = await fits(of: hit, bus: bus)
      report.hits.append(hit)
      emit(.hit(hit))
    }
    if sighting.isDamaged {
      damaged[attempt.unit, default: []].append(attempt.place)
      queue.promote(attempt)
    }
    takeForeign(sighting.foreign, at: attempt.place)
  }

  private func settle(_ place: ScanPlace) {
    if !plan.options.searchesAllSettings { queue.keep(place) }
  }

  private func takeForeign(_ frames: [HeardFrame], at place: ScanPlace) {
    guard !frames.isEmpty, case .serial(let line) = place,
      !report.hearings.contains(where: { $0.line == line })
    else { return }
    let hearing = ScanHearing(ModbusTraffic(frames), on: line)
    report.hearings.append(hearing)
    emit(.heard(hearing))
    if !plan.options.asksDespiteTraffic { report.end = .traffic }
  }

  private func fits(of hit: ScanHit, bus: (any Bus)?) async -> [ProfileFit] {
    if let bus { return await fits(of: hit.unit, on: bus) }
    guard case .serial(let line) = hit.place, let port = access.port else { return [] }
    await port.close()
    let bus = access.makeBus(.rtu(line), plan.turnaround * 3)
    let fits = await fits(of: hit.unit, on: bus)
    await bus.close()
    return fits
  }

  private func fits(of unit: UnitID, on bus: any Bus) async -> [ProfileFit] {
    var match = ScanMatch(profiles: profiles, bus: bus, unit: unit, time: access.time)
    return await match.fits()
  }

  func note(_ text: String) {
    report.notes.append(text)
    emit(.note(text))
  }

  private func noteDamage() {
    for (unit, places) in damaged.sorted(by: { $0.key.rawValue < $1.key.rawValue })
    where !report.hits.contains(where: { $0.unit == unit }) {
      let settings = places.map(\.description).reduce(into: [String]()) { list, text in
        if !list.contains(text) { list.append(text) }
      }
      note(
        "unit \(unit.rawValue): something came, but damaged (\(settings.joined(separator: ", "))): "
          + "do two devices have this unit number, or are termination, shield or parity wrong?"
      )
    }
  }
}

extension ScanReport {
  /// Whether a device that answered was found before.
  fileprivate func contains(_ hit: ScanHit) -> Bool {
    hits.contains { $0.unit == hit.unit && $0.place == hit.place }
  }
}
