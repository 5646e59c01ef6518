internal import Profiles
internal import Telemetry

/// What was read of a Modbus device, as evidence for and against its profile.
struct TrialEvidence: Sendable {
  let signals: [ModbusSignal]

  /// For each signal, the scans of its group.
  private let scans: [[TrialTables]]
  private let merged: TrialTables

  /// - Parameters:
  ///   - profile: The profile that was tried.
  ///   - scans: All scans, in the order in which they were taken.
  ///   - adjoining: What lies beside the signals, as far as it was read.
  init(_ profile: DeviceProfile, scans: [TrialScan], adjoining: TrialTables) {
    var merged = adjoining
    for scan in scans {
      for run in scan.tables.runs { merged.take(run) }
    }
    self.merged = merged
    guard case .modbus(let access) = profile.access else {
      signals = []
      self.scans = []
      return
    }
    signals = access.groups.flatMap(\.signals)
    self.scans = access.groups.enumerated().flatMap { index, group in
      let tables = scans.filter { $0.index == index }.map(\.tables)
      return group.signals.map { _ in tables }
    }
  }

  /// What a signal's registers held, scan by scan.
  func samples(_ index: Int) -> [[UInt16]] {
    scans[index].compactMap { $0.words(at: signals[index].location) }
  }

  /// What lies so many addresses beside a signal.
  func shifted(_ index: Int, by shift: Int) -> [UInt16]? {
    merged.words(at: signals[index].location, shiftedBy: shift)
  }

  /// Whether a signal's values look right when they are decoded another way.
  ///
  /// - Returns: nil where nothing was read.
  func isPlausible(
    _ index: Int,
    with decoding: ModbusSignal.Decoding,
    within bounds: TrialPlausibility.Bounds = TrialPlausibility.usual
  ) -> Bool? {
    let samples = samples(index)
    guard !samples.isEmpty else { return nil }
    let signal = signals[index]
    let readings = samples.map { decoding.reading(from: $0, range: signal.signal.range) }
    guard readings.allSatisfy({ TrialPlausibility.holds($0, of: signal, within: bounds) }) else {
      return false
    }
    return !TrialPlausibility.jumps(readings.compactMap { $0.value?.number }, of: signal)
  }
}

extension ModbusSignal.Decoding {
  /// The same with another order or type.
  func with(order: RegisterOrder? = nil, type: RegisterType? = nil) -> Self {
    Self(
      type: type ?? self.type,
      order: order ?? self.order,
      scaling: scaling,
      notAvailable: notAvailable,
      names: names
    )
  }
}
