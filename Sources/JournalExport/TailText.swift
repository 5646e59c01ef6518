package import JournalStore
internal import Telemetry

/// What happens at an agent, a line for each record, as a person follows it.
package struct TailText {
  private let reader: JournalReader
  private let selection: ReadingSelection
  private var maker: RowMaker

  package init(_ reader: JournalReader, _ selection: ReadingSelection) {
    self.reader = reader
    self.selection = selection
    maker = RowMaker(reader, selection)
  }

  /// The lines of a record, without line feeds; none of one that is not wanted.
  package mutating func lines(of stored: StoredRecord) throws -> [String] {
    if FrameCoding.isFrame(stored.body) {
      let rows = try maker.rows(of: stored)
      return selection.signals.isEmpty ? Self.summary(rows) : rows.map(Self.line)
    }
    guard let event = try reader.events(after: stored.seq - 1, limit: 1).first,
      event.seq == stored.seq, selection.wants(event)
    else { return [] }
    let facts = [event.station, event.device, event.lot.map { "lot \($0)" }, event.operatorName]
      .compactMap { $0 }.joined(separator: ", ")
    let detail = event.detail.map { "\(facts.isEmpty ? "" : ": ")\($0)" } ?? ""
    return ["\(Self.head(event.seq, event.at))  \(event.type)  \(facts)\(detail)"]
  }

  private static func head(_ seq: Int, _ time: String) -> String {
    "\(seq)  \(time.prefix(23))Z"
  }

  private static func place(_ row: ReadingRow) -> String {
    guard let station = row.station else { return "no station" }
    let lane = row.binding?.lane.map { " lane \($0)" } ?? ""
    let lot = row.binding.map { "lot \($0.lot)\(row.isUnsure ? "?" : "")" } ?? "no lot"
    return "\(station)\(lane) \(lot)"
  }

  /// A whole frame: how many readings of what quality, and whose they are.
  private static func summary(_ rows: [ReadingRow]) -> [String] {
    guard let first = rows.first else { return [] }
    var seen: Set<String> = []
    let readings = rows.filter { seen.insert($0.signal).inserted }
    let bad = readings.filter { !$0.reading.quality.isGood }
    var places: [String] = []
    for place in rows.map(place) where !places.contains(place) { places.append(place) }
    let causes = Set(bad.map(\.reading.quality.code)).sorted().joined(separator: ", ")
    let quality = bad.isEmpty ? "all good" : "\(bad.count) bad: \(causes)"
    let count = readings.count == 1 ? "1 reading" : "\(readings.count) readings"
    return [
      "\(head(first.seq, first.at.description))  \(first.device)  \(count), \(quality)  "
        + places.joined(separator: "; ")
    ]
  }

  private static func line(_ row: ReadingRow) -> String {
    let value = row.reading.value.map(\.description) ?? "-"
    let unit = row.unit.map { " \($0)" } ?? ""
    let quality = row.reading.quality.isGood ? "" : "  \(row.reading.quality.code)"
    return "\(head(row.seq, row.at.description))  \(row.device)  \(row.signal) \(value)\(unit)"
      + "\(quality)  \(place(row))"
  }
}

extension ReadingSelection {
  /// Whether a line of the story is of what is wanted.
  package func wants(_ event: EventRow) -> Bool {
    func has<ID: Hashable>(_ wanted: Set<ID>, _ text: String?, _ name: (ID) -> String) -> Bool {
      wanted.isEmpty || text.map { text in wanted.contains { name($0) == text } } == true
    }
    return has(stations, event.station, \.text) && has(devices, event.device, \.text)
      && has(lots, event.lot, \.text) && Instant(event.at).map(wants) != false
  }
}
