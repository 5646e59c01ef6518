internal import Acquisition
internal import Settings
internal import StationAPI
internal import Telemetry

/// How a plan differs from the one that runs: pure.
///
/// A bus that is in none of the lists is unchanged, and what runs for it goes on undisturbed.
struct PlantChanges: Sendable, Hashable {
  let buses: Differences
  let devices: Differences
  let stations: Differences

  /// Buses that go on.
  let undisturbed: [String]

  /// Groups of other buses whose scans fall due as before.
  let kept: Set<ScanGroupID>

  /// Files whose content is another one than before.
  let documents: [DocumentRevision]

  init(from old: PlantPlan, to new: PlantPlan) {
    buses = Differences(from: old.buses, to: new.buses, name: \.id) { $1.isSame(as: $0) }
    devices = Differences(from: old.members, to: new.members, name: \.device.id.text) {
      $0.isRead(like: $1) && $0.settings.bus == $1.settings.bus
        && $0.device.stations == $1.device.stations
        && $0.settings.writes.map(\.permit) == $1.settings.writes.map(\.permit)
        && $0.device.hasLayouts(of: $1.device)
    }
    stations = Differences(
      from: old.settings.stations,
      to: new.settings.stations,
      name: \.id.text,
      isSame: ==
    )
    let disturbed = Set(buses.added + buses.changed)
    undisturbed = new.buses.map(\.id).filter { !disturbed.contains($0) }
    kept = Set(
      new.buses.flatMap { bus in
        let before = old.buses.first { $0.id == bus.id }
        return (before?.groups ?? []).filter { group in
          !group.isListening && before.map { bus.keepsSchedule(of: group.id, from: $0) } == true
        }.map(\.id)
      }
    )
    let before = Set(old.documents.map(\.sha256))
    documents = new.documents.filter { !before.contains($0.sha256) }
  }

  /// Whether nothing at all has changed, not even a comment in a file.
  var isEmpty: Bool {
    documents.isEmpty && buses.isEmpty && devices.isEmpty && stations.isEmpty
  }

  /// What has changed, for the journal and for people.
  var summary: String {
    var parts = [
      Self.part("buses", buses), Self.part("devices", devices), Self.part("stations", stations),
    ]
    .compactMap { $0 }
    if parts.isEmpty { parts = ["nothing that is read or bound has changed"] }
    if !documents.isEmpty {
      let names = documents.map { "\($0.kind.rawValue) \($0.name) with SHA-256 \($0.sha256)" }
      parts.append("new: " + names.joined(separator: ", "))
    }
    if !undisturbed.isEmpty {
      parts.append("undisturbed: bus " + undisturbed.joined(separator: ", "))
    }
    return parts.joined(separator: "; ")
  }

  private static func part(_ noun: String, _ differences: Differences) -> String? {
    let parts = [
      ("added", differences.added), ("changed", differences.changed),
      ("removed", differences.removed),
    ]
    .filter { !$0.1.isEmpty }
    .map { "\($0.0) \($0.1.joined(separator: ", "))" }
    return parts.isEmpty ? nil : "\(noun): " + parts.joined(separator: "; ")
  }
}

extension PlantPlan {
  /// The devices with their settings, those of buses without anything to read included.
  fileprivate var members: [PlannedBus.Member] {
    zip(settings.devices, devices).map { PlannedBus.Member(settings: $0, device: $1) }
  }
}
