package import Telemetry

/// The lots that were at a station while an instrument measured there that turned out to be wrong: a
/// replay of the journal.
///
/// A lot counts when it was at a station of the instrument at any moment between two times; rather
/// one too many than one too few.
package struct AffectedLots: Sendable, Hashable {
  /// One visit of a lot.
  package struct Visit: Sendable, Hashable {
    /// Its ``Binding``'s record.
    package let seq: Int
    package let binding: Binding
    package let from: Instant

    /// Nil while it goes on.
    package let to: Instant?
  }

  /// A scan group of a device.
  private struct Group: Sendable, Hashable {
    let device: DeviceID
    let name: String
  }

  private struct Open: Sendable, Hashable {
    let seq: Int
    let binding: Binding
    let from: Instant
    var isMeasured: Bool
  }

  private let instrument: Label

  /// Nil when no good calibration is recorded before: then from the beginning on.
  private let from: Instant?
  private let to: Instant
  private var groups: [Group: [StationID]] = [:]
  private var open: [Int: Open] = [:]
  private var closed: [Visit] = []

  package init(_ failure: Instruments.History.Failure) {
    instrument = failure.found.calibration.instrument
    from = failure.start
    to = failure.found.calibration.done
  }

  /// Takes the next record that is not a frame.
  package mutating func take(_ record: Record) {
    switch record.content {
    case .layout(let layout):
      let isUsed = layout.signals.contains { $0.calibration == instrument.text }
      groups[Group(device: layout.device, name: layout.group)] = isUsed ? layout.stations : nil
      for (seq, visit) in open where isUsed && layout.stations.contains(visit.binding.station) {
        open[seq]?.isMeasured = true
      }
    case .binding(let binding):
      open[record.seq] = Open(
        seq: record.seq,
        binding: binding,
        from: record.at,
        isMeasured: groups.values.contains { $0.contains(binding.station) }
      )
    case .bindingEnd(let end):
      guard let visit = open.removeValue(forKey: end.binding) else { return }
      close(visit, at: record.at)
    default: break
    }
  }

  /// The visits in doubt, in the order of their records.
  package var visits: [Visit] {
    var all = self
    for visit in open.values { all.close(visit, at: nil) }
    return all.closed.sorted { $0.seq < $1.seq }
  }

  private mutating func close(_ visit: Open, at end: Instant?) {
    guard visit.isMeasured, visit.from <= to else { return }
    if let from, let end, end < from { return }
    closed.append(Visit(seq: visit.seq, binding: visit.binding, from: visit.from, to: end))
  }
}
