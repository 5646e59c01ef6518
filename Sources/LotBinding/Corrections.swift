package import Telemetry

/// What was where and when, as it is recorded and as it is corrected: a replay of the journal.
///
/// The latest lots, material and sign-ons; what is older can no longer be corrected here.
package struct Corrections: Sendable, Hashable {
  /// A correction that is in the journal.
  package struct Recorded: Sendable, Hashable {
    package let seq: Int
    package let at: Instant
    package let correction: Correction

    /// The correction that withdraws it.
    package fileprivate(set) var withdrawnBy: Int?
  }

  /// What is corrected.
  enum Target: Sendable, Hashable {
    case lot(Int)
    case material(Int)
    case consumption(Int)
    case crew
  }

  /// Corrections that are remembered, and can be withdrawn.
  private static let limit = 4_096

  private(set) var epochs = Epochs()
  private(set) var lots = StayBook<Binding>()
  private(set) var materials = StayBook<MaterialLoad>()

  /// Who was at the stations.
  package private(set) var crews = CrewStory()

  private var consumptions = Recent<Int, Consumption>(limit: limit)

  /// What is said not to have gone in, and the correction that says so.
  private var notConsumed: [Int: Int] = [:]

  /// All corrections that are remembered, in order.
  package private(set) var all: [Recorded] = []
  private var targets: [Int: Target] = [:]

  /// The lot in work at each place.
  private var open: [StationLane: Int] = [:]

  package init() {}

  /// A lot's stay, by the record that began it; nil for one that is forgotten.
  package func lot(_ entry: Int) -> CorrectedStay<Binding>? { lots[entry] }

  /// A material's stay, by the record that began it; nil for one that is forgotten.
  package func material(_ entry: Int) -> CorrectedStay<MaterialLoad>? { materials[entry] }

  /// What went into what, by its record; nil for one that is forgotten.
  func consumption(_ entry: Int) -> Consumption? { consumptions[entry] }

  /// The correction that says that it did not; nil when none does.
  func correction(ofConsumption entry: Int) -> Int? { notConsumed[entry] }

  /// A correction, by its record.
  package func correction(_ seq: Int) -> Recorded? { all.last { $0.seq == seq } }

  func target(of correction: Int) -> Target? { targets[correction] }

  /// The latest corrections of what is recorded of a station, the latest first.
  package func latest(_ count: Int, at station: StationID) -> [Recorded] {
    Array(all.reversed().lazy.filter { self.station(of: $0) == station }.prefix(count))
  }

  private func station(of recorded: Recorded) -> StationID? {
    switch targets[recorded.seq] {
    case .lot(let entry): lots[entry].flatMap { $0.recorded ?? $0.corrected }?.content.station
    case .material(let entry):
      materials[entry].flatMap { $0.recorded ?? $0.corrected }?.content.station
    case .consumption(let entry): consumptions[entry]?.station
    case .crew:
      if case .presence(let presence, _, _) = recorded.correction.change {
        presence.station
      } else {
        nil
      }
    case nil: nil
    }
  }

  /// Takes a record that is in the journal.
  package mutating func apply(_ record: Record) {
    let now = epochs.now(record.at)
    switch record.content {
    case .opening: epochs.begin(at: record.at)
    case .clockStep(let step): epochs.take(step)
    case .binding(let binding):
      let place = binding.place
      if let before = open[place] { lots.end(before, at: now) }
      open[place] = record.seq
      lots.begin(record.seq, Stay(binding, from: now, to: nil))
    case .bindingEnd(let end):
      lots.end(end.binding, at: now)
      let place = end.place
      if open[place] == end.binding { open[place] = nil }
    case .materialLoad(let load): materials.begin(record.seq, Stay(load, from: now, to: nil))
    case .materialUnload(let unload): materials.end(unload.load, at: now)
    case .consumption(let consumption): consumptions.set(record.seq, to: consumption)
    case .crew(let change): crews.take(change, at: now)
    case .correction(let correction): take(correction, record)
    default: break
    }
  }

  private mutating func take(_ correction: Correction, _ record: Record) {
    let seq = record.seq
    all.append(Recorded(seq: seq, at: record.at, correction: correction))
    if all.count > Self.limit { targets[all.removeFirst().seq] = nil }
    if case .withdraw(let withdrawn) = correction.change {
      withdraw(withdrawn, by: seq)
      return
    }
    guard let target = target(of: correction.change, seq: seq) else { return }
    targets[seq] = target
    switch target {
    case .lot(let entry):
      if let change = StayChange<Binding>(correction.change, epochs) {
        lots.take(change, of: entry, seq: seq)
      }
    case .material(let entry):
      if let change = StayChange<MaterialLoad>(correction.change, epochs) {
        materials.take(change, of: entry, seq: seq)
      }
    case .consumption(let entry): notConsumed[entry] = seq
    case .crew:
      guard case .presence(let presence, let from, let to) = correction.change else { return }
      crews.take(presence, from: epochs.time(from), to: epochs.time(to), seq: seq)
    }
  }

  private func target(of change: Correction.Change, seq: Int) -> Target? {
    switch change {
    case .insertLot: .lot(seq)
    case .insertMaterial: .material(seq)
    case .presence: .crew
    case .replaceLot(let entry, _): .lot(entry)
    case .replaceMaterial(let entry, _): .material(entry)
    case .notConsumed(let entry, _): .consumption(entry)
    case .times(let entry, _, _), .void(let entry):
      lots[entry] != nil ? .lot(entry) : materials[entry].map { _ in .material(entry) }
    case .withdraw: nil
    }
  }

  private mutating func withdraw(_ withdrawn: Int, by seq: Int) {
    guard let index = all.lastIndex(where: { $0.seq == withdrawn }) else { return }
    all[index].withdrawnBy = seq
    switch targets[withdrawn] {
    case .lot(let entry): lots.withdraw(withdrawn, of: entry)
    case .material(let entry): materials.withdraw(withdrawn, of: entry)
    case .consumption(let entry): notConsumed[entry] = nil
    case .crew: crews.withdraw(withdrawn)
    case nil: break
    }
  }
}
