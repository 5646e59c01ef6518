package import JournalStore
internal import Telemetry

/// Makes rows of a journal's frames.
///
/// Layouts, lots and crews are looked up where frames name them, so that one can begin anywhere; those
/// that were looked up last are kept.
package struct RowMaker {
  /// A layout, and which of its signals are wanted.
  private struct Layout {
    let layout: FrameLayout
    let places: [Place]
    let placesOfSignals: [[Int]]
    let wanted: [Int]

    /// The index of each place's station.
    let stations: [Int]
  }

  /// Records of a kind that are kept.
  private static let limit = 10_000

  private let reader: JournalReader
  private let selection: ReadingSelection
  private var layouts: [Int: Layout] = [:]
  private var bindings: [Int: Binding] = [:]
  private var crews: [Int: String] = [:]

  package init(_ reader: JournalReader, _ selection: ReadingSelection) {
    self.reader = reader
    self.selection = selection
  }

  /// The rows of a record; none of one that is no frame, or holds nothing that is wanted.
  ///
  /// - Throws: `JournalError` when what a frame names is not there.
  package mutating func rows(of stored: StoredRecord) throws -> [ReadingRow] {
    guard FrameCoding.isFrame(stored.body) else { return [] }
    if selection.hasTimes, let time = FrameCoding.time(of: stored.body), !selection.wants(time) {
      return []
    }
    guard case .frame(let frame) = try RecordCoding.decode(stored.body).content else { return [] }
    let layout = try layout(frame.layout, of: stored.seq)
    if layout.wanted.isEmpty { return [] }
    let bound = try frame.bindings.map { bound in
      try bound.bindings.map { try binding($0, of: stored.seq) }
    }
    let crews = try frame.crews.map { try $0.map { try crew($0, of: stored.seq) } }
    var rows: [ReadingRow] = []
    for signal in layout.wanted {
      func add(_ place: Int?, _ binding: Binding?) {
        let station = place.map { layout.places[$0].station }
        guard selection.wants(station, binding) else { return }
        let index = place.map { layout.stations[$0] }
        rows.append(
          ReadingRow(
            seq: stored.seq,
            at: frame.at,
            device: layout.layout.device,
            signal: layout.layout.signals[signal].name,
            reading: frame.readings[signal],
            unit: layout.layout.signals[signal].unit,
            station: station,
            binding: binding,
            isUnsure: place.map(frame.unsure.contains) ?? false,
            crew: index.flatMap { crews.indices.contains($0) ? crews[$0] : nil }
          )
        )
      }
      if layout.placesOfSignals[signal].isEmpty { add(nil, nil) }
      for place in layout.placesOfSignals[signal] {
        let here = bound.indices.contains(place) ? bound[place] : []
        if here.isEmpty { add(place, nil) }
        for binding in here { add(place, binding) }
      }
    }
    return rows
  }

  // MARK: What frames name

  private mutating func layout(_ seq: Int, of frame: Int) throws -> Layout {
    if let known = layouts[seq] { return known }
    guard case .layout(let layout) = try content(seq, of: frame) else {
      throw missing(seq, "layout", of: frame)
    }
    let isWanted = selection.devices.isEmpty || selection.devices.contains(layout.device)
    let places = layout.boundPlaces
    let made = Layout(
      layout: layout,
      places: places,
      placesOfSignals: layout.placesOfSignals,
      wanted: layout.signals.indices.filter {
        isWanted && selection.wants(signal: layout.signals[$0].name)
      },
      stations: places.map { layout.stations.firstIndex(of: $0.station) ?? 0 }
    )
    if layouts.count == Self.limit { layouts.removeAll() }
    layouts[seq] = made
    return made
  }

  private mutating func binding(_ seq: Int, of frame: Int) throws -> Binding {
    if let known = bindings[seq] { return known }
    guard case .binding(let binding) = try content(seq, of: frame) else {
      throw missing(seq, "lot", of: frame)
    }
    if bindings.count == Self.limit { bindings.removeAll() }
    bindings[seq] = binding
    return binding
  }

  private mutating func crew(_ seq: Int, of frame: Int) throws -> String {
    if let known = crews[seq] { return known }
    guard case .crew(let change) = try content(seq, of: frame) else {
      throw missing(seq, "crew", of: frame)
    }
    let names = change.operators.map(\.text).joined(separator: ", ")
    if crews.count == Self.limit { crews.removeAll() }
    crews[seq] = names
    return names
  }

  private func content(_ seq: Int, of frame: Int) throws -> Record.Content? {
    try reader.record(seq).map { try RecordCoding.decode($0.body).content }
  }

  private func missing(_ seq: Int, _ noun: String, of frame: Int) -> JournalError {
    .damaged(
      path: reader.path,
      reason: "frame \(frame) names record \(seq) as its \(noun), and that is none"
    )
  }
}
