internal import Fieldbus
package import Profiles
package import Telemetry

extension Capture {
  /// Keeps what a device answered to one scan of every group.
  ///
  /// The values are decoded anew from what is kept, so that a signal that two groups read, at two
  /// times, agrees with the one register that the capture holds.
  ///
  /// - Parameters:
  ///   - scans: One for each group of the profile.
  ///   - profile: The profile by which they were taken.
  ///   - unit: The device's unit.
  ///   - origin: Where the device was, or ``simulated``.
  ///   - identification: What the device said of itself.
  /// - Throws: ``CaptureError`` when a request was not answered, or no signal is good.
  package init(
    of scans: [TrialScan],
    by profile: DeviceProfile,
    unit: UnitID?,
    origin: String,
    identification: [Identity] = []
  ) throws(CaptureError) {
    let failures = scans.flatMap { scan in
      scan.exchanges.compactMap(\.failure).map { (group: scan.group, detail: $0.detail) }
    }
    if let failure = failures.first {
      throw .unanswered(group: failure.group, detail: failure.detail)
    }
    guard scans.contains(where: { $0.signals.contains { $0.reading.quality.isGood } }) else {
      throw .nothingGood
    }
    let bare = Capture(
      profile: profile.name,
      profileHash: profile.hash,
      taken: scans.map(\.at).min() ?? Instant(microseconds: 0),
      software: Software.version,
      origin: origin,
      unit: unit,
      identification: identification,
      tables: Self.tables(in: scans),
      answers: Self.answers(in: scans),
      values: []
    )
    let replay = try CaptureReplay(bare, with: profile)
    self.init(
      profile: bare.profile,
      profileHash: bare.profileHash,
      taken: bare.taken,
      software: bare.software,
      origin: bare.origin,
      unit: bare.unit,
      identification: bare.identification,
      tables: bare.tables,
      answers: bare.answers,
      values: replay.signals.map { Kept(signal: $0.name, reading: KeptReading($0.reading)) }
    )
  }

  /// What was read along in one group gives way to what a signal of another group is.
  private static func tables(in scans: [TrialScan]) -> TrialTables {
    var tables = TrialTables()
    for scan in scans {
      for run in scan.tables.runs { tables.take(run) }
    }
    for scan in scans {
      for location in scan.signals.compactMap(\.location) {
        guard let words = scan.tables.words(at: location) else { continue }
        tables.take(
          TrialTables.Run(table: location.table, address: Int(location.address), words: words)
        )
      }
    }
    return tables
  }

  private static func answers(in scans: [TrialScan]) -> [Answer] {
    var seen: Set<[UInt8]> = []
    return scans.flatMap(\.exchanges).compactMap { exchange in
      guard case .serial(let request) = exchange.request, let line = exchange.line,
        seen.insert(request.send).inserted
      else { return nil }
      return Answer(request: request.send, answer: line)
    }
  }
}

/// Why there is no capture.
package enum CaptureError: Error, Sendable, Hashable, CustomStringConvertible {
  case unanswered(group: String, detail: String)
  case nothingGood
  /// The profile cannot read a device at all.
  case profile(String)
  case file(String, reason: String)

  package var description: String {
    switch self {
    case .unanswered(let group, let detail):
      "nothing was recorded, because group \(group) got no answer: \(detail)"
    case .file(let path, let reason): "\(path) cannot be written: \(reason)"
    case .nothingGood:
      "nothing was recorded, because no signal is good: correct the profile first"
    case .profile(let reason): "the capture cannot be replayed: \(reason)"
    }
  }
}
