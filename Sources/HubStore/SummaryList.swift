internal import GRDB
internal import Genealogy
internal import Telemetry

/// Summaries by device and signal: those of several layouts, one after each start of the agent, are
/// one.
struct SummaryList {
  private struct Key: Hashable {
    let device: DeviceID
    let signal: SignalDescription
  }

  private var order: [Key] = []
  private var tallies: [Key: SignalTally] = [:]
  private var unsure: [Key: SignalTally] = [:]
  private var signals: [Int: [SignalDescription]] = [:]

  /// Adds what a signal of a device read; not sure is what may be another's.
  mutating func add(
    _ tally: SignalTally,
    device: DeviceID,
    signal: SignalDescription,
    isSure: Bool
  ) {
    let key = Key(device: device, signal: signal.withoutDeadband)
    if tallies[key] == nil, unsure[key] == nil { order.append(key) }
    if isSure {
      tallies[key, default: SignalTally()].merge(tally)
    } else {
      unsure[key, default: SignalTally()].merge(tally)
    }
  }

  /// Adds a row of a summary table, with its layout's device and signals.
  mutating func add(_ row: Row, isSure: Bool) throws {
    let layout: Int = row["layout"]
    let index: Int = row["signal"]
    let described: [SignalDescription]
    if let known = signals[layout] {
      described = known
    } else {
      described = try row.json("signals")
      signals[layout] = described
    }
    guard described.indices.contains(index) else {
      throw HubStoreError.damaged("layout \(layout) has no signal \(index)")
    }
    add(
      try SummaryTable.tally(row),
      device: DeviceID(checked: row["device"]),
      signal: described[index],
      isSure: isSure
    )
  }

  var all: [SignalSummary] {
    order.map { Self.summary($0, tallies[$0] ?? SignalTally(), unsure: unsure[$0]) }
  }

  private static func summary(
    _ key: Key,
    _ tally: SignalTally,
    unsure: SignalTally?
  ) -> SignalSummary {
    let hasNumbers = tally.numbers > 0
    return SignalSummary(
      device: key.device,
      signal: key.signal.name,
      quantity: key.signal.quantity,
      unit: key.signal.unit,
      minimum: hasNumbers ? tally.minimum : nil,
      mean: tally.mean,
      maximum: hasNumbers ? tally.maximum : nil,
      good: tally.good,
      bad: tally.bad,
      causes: tally.causes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        .map { SignalSummary.CauseCount(cause: $0.key, count: $0.value) },
      texts: tally.texts,
      hasMoreTexts: tally.hasMoreTexts,
      unsure: unsure.map { tally in
        SignalSummary.Unsure(
          readings: tally.good + tally.bad,
          minimum: tally.numbers > 0 ? tally.minimum : nil,
          maximum: tally.numbers > 0 ? tally.maximum : nil
        )
      },
      calibration: key.signal.calibration.map { SignalCalibration(instrument: $0) }
    )
  }
}
