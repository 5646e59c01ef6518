package import Telemetry

/// Which readings are wanted; what is left out is wanted whatever it is.
package struct ReadingSelection: Sendable, Hashable {
  package var lots: Set<LotID> = []
  package var stations: Set<StationID> = []
  package var devices: Set<DeviceID> = []
  package var signals: [SignalPattern] = []

  /// The first and the last moment, by the agent's clock.
  package var from: Instant?
  package var to: Instant?

  package init() {}

  /// Whether only readings of some time are wanted.
  var hasTimes: Bool { from != nil || to != nil }

  func wants(_ time: Instant) -> Bool {
    (from.map { $0 <= time } ?? true) && (to.map { time <= $0 } ?? true)
  }

  func wants(signal: String) -> Bool {
    signals.isEmpty || signals.contains { $0.matches(signal) }
  }

  /// Whether only readings with a lot or station are wanted, and these are not of one.
  func wants(_ station: StationID?, _ binding: Binding?) -> Bool {
    if !stations.isEmpty, station.map(stations.contains) != true { return false }
    return lots.isEmpty || binding.map { lots.contains($0.lot) } == true
  }
}

/// A signal's name, in which `*` stands for anything: `zone*.temperature`.
package struct SignalPattern: Sendable, Hashable {
  private let parts: [String]

  package init(_ text: String) {
    parts = text.split(separator: "*", omittingEmptySubsequences: false).map(String.init)
  }

  package func matches(_ name: String) -> Bool {
    guard let first = parts.first, let last = parts.last, parts.count > 1 else {
      return name == parts.first
    }
    guard name.hasPrefix(first), name.hasSuffix(last), name.count >= first.count + last.count else {
      return false
    }
    var rest = name.dropFirst(first.count).dropLast(last.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let found = rest.firstRange(of: part) else { return false }
      rest = rest[found.upperBound...]
    }
    return true
  }
}
