internal import Telemetry

/// Which records of a journal tell of a lot: pure.
///
/// Those that name it; those that name one of these by its number; the frames bound to it, or that a
/// correction claims for it; what they are read by (layouts, profiles); and what was so around it: at
/// its stations, while it was there, who was signed on, what material stood ready, the clock, events,
/// gaps and writes.
struct LotSelection {
  private let lot: String

  /// The records, by number.
  private(set) var selected: Set<Int> = []

  /// Those of the journal's keys; they are of any lot.
  private var keys: Set<Int> = []

  /// The last record that a checkpoint must cover to cover the lot.
  var last: Int { selected.subtracting(keys).max() ?? 0 }

  /// Records that say which frames were pruned, and among which records those were.
  private var prunings: [(seq: Int, first: Int, last: Int)] = []

  /// Those that name the lot or one of these.
  private var direct: Set<Int> = []

  /// Records by which the lot came to a station; frames name them.
  private(set) var bindings: Set<Int> = []

  /// Where and when a correction says that the lot was.
  private var claims: [(station: String, from: Instant, to: Instant)] = []

  /// Where the lot is now, by its binding.
  private var open: [Int: Place] = [:]

  private struct Place: Hashable {
    let station: String
    let lane: String?
  }

  private struct Layout {
    let stations: [String]
    let profile: String?
  }

  private var layouts: [Int: Layout] = [:]
  private var stationsOfDevice: [String: Set<String>] = [:]

  /// The first record of each profile's text.
  private var profiles: [String: Int] = [:]

  // What is so now, for a lot that comes to be there.
  private var crew: [String: Int] = [:]
  private var loads: [String: Set<Int>] = [:]
  private var clock: Int?
  private var clockStep: Int?
  private var configuration: Int?

  init(lot: LotID) { self.lot = lot.text }

  var isEmpty: Bool { direct.isEmpty }

  /// The first record whose frames can be the lot's.
  var firstFrame: Int { claims.isEmpty ? bindings.min() ?? .max : 1 }

  /// The last record before which its frames can be.
  var lastFrame: Int { claims.isEmpty && open.isEmpty ? lastEnd : .max }

  /// The record by which the lot left a station last.
  private var lastEnd = 0

  /// The members by which a record names an earlier one that it is about.
  private static let references = ["binding", "corrects", "load", "write", "entered", "withdraws"]

  /// What says nothing about a lot that it does not name.
  private static let unrelated: Set = [
    "plant_list", "checkpoint", "timestamp", "document", "pruned",
  ]

  /// Takes the next record that is not a frame.
  ///
  /// - Returns: Whether it names the lot or a record that does.
  @discardableResult
  mutating func take(_ seq: Int, _ record: JSONValue) -> Bool {
    let type = record["type"]?.text ?? ""
    if type == "opening" || type == "key" { selected.insert(seq) }
    if type == "key" { keys.insert(seq) }
    let isDirect =
      record.holds(lot)
      || Self.references.contains { record[$0]?.number.map(direct.contains) ?? false }
    if isDirect {
      direct.insert(seq)
      selected.insert(seq)
      begin(seq, type, record)
      claim(record)
    } else if !open.isEmpty, !Self.unrelated.contains(type), isAround(record) {
      selected.insert(seq)
    }
    follow(seq, type, record)
    return isDirect
  }

  private static func place(_ record: JSONValue) -> Place? {
    record["station"]?.text.map { Place(station: $0, lane: record["lane"]?.text) }
  }

  /// The lot comes to a station, or leaves it.
  private mutating func begin(_ seq: Int, _ type: String, _ record: JSONValue) {
    guard let place = Self.place(record) else { return }
    switch type {
    case "binding" where record["lot"]?.text == lot:
      bindings.insert(seq)
      open[seq] = place
      let before = [crew[place.station], clock, clockStep, configuration].compactMap { $0 }
      selected.formUnion(before)
      selected.formUnion(loads[place.station] ?? [])
    case "binding_end": if let binding = record["binding"]?.number { leave(binding, seq) }
    default: break
    }
  }

  private mutating func leave(_ binding: Int, _ seq: Int) {
    if open.removeValue(forKey: binding) != nil { lastEnd = seq }
  }

  private mutating func claim(_ record: JSONValue) {
    guard record["type"]?.text == "correction",
      let from = record["from"]?.text.flatMap(Instant.init),
      let to = record["to"]?.text.flatMap(Instant.init)
    else { return }
    let stations = [record["lot"], record["material"], record["presence"]]
      .compactMap { $0?["station"]?.text }
    for station in stations { claims.append((station, from, to)) }
  }

  /// Whether a record is of a station where the lot is, or of all.
  private func isAround(_ record: JSONValue) -> Bool {
    var stations = Set(record["stations"]?.texts ?? [])
    if let station = record["station"]?.text { stations.insert(station) }
    let device = record["device"]?.text
    if stations.isEmpty, let device { stations = stationsOfDevice[device] ?? [] }
    if stations.isEmpty { return device == nil }
    return open.values.contains { stations.contains($0.station) }
  }

  private mutating func follow(_ seq: Int, _ type: String, _ record: JSONValue) {
    let station = record["station"]?.text
    switch type {
    case "binding":
      // A lane takes one lot at a time.
      if let place = Self.place(record) {
        for (binding, other) in open where other == place && binding != seq { leave(binding, seq) }
      }
    case "layout":
      let stations = record["stations"]?.texts ?? []
      layouts[seq] = Layout(stations: stations, profile: record["profile_sha256"]?.text)
      if let device = record["device"]?.text {
        stationsOfDevice[device, default: []].formUnion(stations)
      }
    case "document":
      guard let hash = record["sha256"]?.text else { return }
      guard record["kind"]?.text == "profile" else { return use(seq) }
      if profiles[hash] == nil { profiles[hash] = seq }
    case "crew": if let station { crew[station] = seq }
    case "material_load": if let station { loads[station, default: []].insert(seq) }
    case "material_unload":
      if let station, let load = record["load"]?.number { loads[station]?.remove(load) }
    case "pruned":
      if let first = record["from"]?.number, let last = record["to"]?.number {
        prunings.append((seq, first, last))
      }
    case "clock": clock = seq
    case "clock_step": clockStep = seq
    default: break
    }
  }

  /// A configuration is in force from here on, also for a lot that is at work.
  private mutating func use(_ seq: Int) {
    configuration = seq
    if !open.isEmpty { selected.insert(seq) }
  }

  /// Takes a frame, after all other records.
  ///
  /// - Returns: Whether it is the lot's.
  mutating func take(_ seq: Int, _ frame: Frame) -> Bool {
    let isBound = frame.bindings.contains { $0.bindings.contains { bindings.contains($0) } }
    guard isBound || isClaimed(frame) else { return false }
    selected.insert(seq)
    selected.insert(frame.layout)
    selected.formUnion(frame.crews.compactMap { $0 })
    if let profile = layouts[frame.layout]?.profile, let document = profiles[profile] {
      selected.insert(document)
    }
    return true
  }

  /// Takes note that frames are missing which may be the lot's: it takes the records that say why.
  mutating func missesFrames() {
    let overlapping = prunings.filter { $0.first <= lastFrame && $0.last >= firstFrame }
    selected.formUnion(overlapping.map(\.seq))
  }

  private func isClaimed(_ frame: Frame) -> Bool {
    guard !claims.isEmpty, let stations = layouts[frame.layout]?.stations else { return false }
    return claims.contains {
      stations.contains($0.station) && $0.from <= frame.at && frame.at <= $0.to
    }
  }
}
