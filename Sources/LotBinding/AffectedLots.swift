package import Telemetry

/// The lots that were at a station while an instrument measured there that turned out to be wrong: a
/// replay of the journal, with its corrections.
///
/// A lot counts when it was at a station of the instrument at any moment between two times, as far as
/// is known by now; rather one too many than one too few.
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

  private struct RecordedStay: Sendable, Hashable {
    let binding: Binding
    let from: Instant
    var to: Instant?
    var isMeasured: Bool
  }

  private let instrument: Label

  /// Nil when no good calibration is recorded before: then from the beginning on.
  private let from: Instant?
  private let to: Instant
  private var groups: [Group: [StationID]] = [:]
  private var stays: [Int: RecordedStay] = [:]
  private var open: Set<Int> = []

  /// Stations where it ever measured.
  private var measured: Set<StationID> = []
  private var corrections = Corrections()

  package init(_ failure: Instruments.History.Failure) {
    instrument = failure.found.calibration.instrument
    from = failure.start
    to = failure.found.calibration.done
  }

  /// Takes the next record that is not a frame.
  package mutating func take(_ record: Record) {
    corrections.apply(record)
    switch record.content {
    case .layout(let layout):
      let isUsed = layout.signals.contains { $0.calibration == instrument.text }
      groups[Group(device: layout.device, name: layout.group)] = isUsed ? layout.stations : nil
      if isUsed { measured.formUnion(layout.stations) }
      for seq in open where isUsed && isAt(layout.stations, seq) { stays[seq]?.isMeasured = true }
    case .binding(let binding):
      let isMeasured = groups.values.contains { $0.contains(binding.station) }
      stays[record.seq] = RecordedStay(binding: binding, from: record.at, isMeasured: isMeasured)
      open.insert(record.seq)
    case .bindingEnd(let end):
      stays[end.binding]?.to = record.at
      open.remove(end.binding)
    default: break
    }
  }

  private func isAt(_ stations: [StationID], _ seq: Int) -> Bool {
    stays[seq].map { stations.contains($0.binding.station) } ?? false
  }

  /// The visits in doubt, in the order of their records.
  package var visits: [Visit] {
    let recorded = stays.filter(\.value.isMeasured).compactMap { seq, stay -> Visit? in
      guard let corrected = corrections.lot(seq) else {
        return Visit(seq: seq, binding: stay.binding, from: stay.from, to: stay.to)
      }
      return corrected.corrected.map { visit(seq, $0) }
    }
    // Of what nobody scanned only a correction tells.
    let inserted = corrections.lots.corrected.filter { entry, stay in
      stays[entry] == nil && measured.contains(stay.content.station)
    }.map { visit($0.entry, $0.stay) }
    return (recorded + inserted).filter(isInDoubt).sorted { $0.seq < $1.seq }
  }

  private func visit(_ seq: Int, _ stay: Stay<Binding>) -> Visit {
    Visit(seq: seq, binding: stay.content, from: stay.from.at, to: stay.to?.at)
  }

  private func isInDoubt(_ visit: Visit) -> Bool {
    guard visit.from <= to else { return false }
    if let from, let end = visit.to, end < from { return false }
    return true
  }
}
