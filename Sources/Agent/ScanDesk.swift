internal import LotBinding
internal import Scans
internal import StationAPI
internal import Telemetry

/// Takes what is scanned at the stations, by serial scanners, on the page and through the API, and has
/// done what it means.
actor ScanDesk {
  /// Shortest time between two records of refused scans at one place: a scanner that babbles must not
  /// fill the journal.
  static let refusalPause: Duration = .seconds(1)

  private let recorder: Recorder
  private let time: any TimeSource

  /// What codes are, and the stations that there are; asked anew, since a reload may change both.
  private let rules: @Sendable () async -> (codes: CodeRules, stations: [StationID])
  private var table = ScanTable()

  /// Refused scans that are not recorded, and when the last one was recorded.
  private var refusals: [StationLane: (untold: Int, last: Duration)] = [:]

  init(
    recorder: Recorder,
    time: any TimeSource,
    rules: @escaping @Sendable () async -> (codes: CodeRules, stations: [StationID])
  ) {
    self.recorder = recorder
    self.time = time
    self.rules = rules
  }

  /// Takes a code.
  ///
  /// - Parameters:
  ///   - bytes: As the scanner sent them.
  ///   - lot: The lot as a person read it on the label.
  ///   - place: Where it was scanned.
  ///   - source: What scanned it, for the record of a refusal.
  /// - Returns: What it said, and what was done.
  /// - Throws: `Problem`.
  func scan(
    _ bytes: [UInt8],
    lot: LotID? = nil,
    at place: StationLane,
    from source: String
  ) async throws -> ScanReceipt {
    let (rules, stations) = await rules()
    guard stations.contains(place.station) else {
      throw BindingError.unknownStation(place.station, known: stations).problem
    }
    let known = await recorder.facts(at: place)
    let code: ScannedCode
    do throws(CodeError) {
      code = try ScanReading(rules, known.lists, now: time.now()).read(bytes, lot: lot)
    } catch {
      await refuse(error.description, at: place, from: source)
      throw Problem.scanRefused(error)
    }
    switch table.take(code, at: place, known, now: time.uptime()) {
    case .tell(let action, let summary, let station):
      return ScanReceipt(code, action, summary, station: station)
    case .refuse(let problem):
      await refuse("\"\(code.text)\" is not taken: \(problem.detail)", at: place, from: source)
      throw Problem.scanWithoutEffect(problem, code)
    case .carryOut(let order):
      let receipt = try await perform(order, of: code, at: place, from: source)
      guard case .signOn = order,
        let start = table.waiting(at: place, await recorder.facts(at: place))
      else { return receipt }
      // The badge was all that the lot waited for.
      return try await perform(start, of: code, at: place, from: source)
    }
  }

  /// Notes that something came that is no code.
  func refuse(_ detail: String, at place: StationLane, from source: String) async {
    let now = time.uptime()
    let before = refusals[place]
    if let last = before?.last, now - last < Self.refusalPause {
      refusals[place]?.untold += 1
      return
    }
    refusals[place] = (0, now)
    let untold = before?.untold ?? 0
    let more = untold > 0 ? " (\(untold) more before it are not recorded)" : ""
    await recorder.refuseScan("\(place), \(source): \(detail)\(more)")
  }

  private func perform(
    _ order: ScanOrder,
    of code: ScannedCode,
    at place: StationLane,
    from source: String
  ) async throws -> ScanReceipt {
    let done: Done
    do {
      var scan = code.text
      if case .start(let lot) = order { scan = lot.code }
      done = try await recorder.perform(order, at: place, scan: scan)
    } catch let error as BindingError {
      // Whoever scans at a serial scanner sees no answer.
      await refuse("\"\(code.text)\" is not done: \(error)", at: place, from: source)
      throw error.problem
    } catch {
      throw Problem.notStored(error)
    }
    if case .start = order { table.forget(at: place) }
    let receipt = Receipt(
      seq: done.seq,
      at: done.record.at,
      summary: order.summary(at: place),
      notes: done.notes.isEmpty ? nil : done.notes
    )
    return ScanReceipt(
      code,
      order.action,
      receipt.summary,
      receipt: receipt,
      undo: order.undo(at: place)
    )
  }
}
