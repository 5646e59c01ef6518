internal import Telemetry

/// How long a search takes.
package struct ScanEstimate: Sendable, Hashable {
  /// When nobody answers at all.
  package let worst: Duration

  /// When a device with one of the likely units answers at one of the settings, and the line is
  /// searched to its end for others.
  package let likely: Duration

  /// Part of both: nothing is sent meanwhile.
  package let listening: Duration
  package let questions: Int
}

extension ScanPlan {
  /// A line that talks without being understood is listened to so much longer, once.
  static let patience = 4

  /// How long the search takes.
  ///
  /// A device that is found adds the time in which profiles are tried. `instrumentTimeout` is the
  /// time for all instruments' questions at one setting.
  ///
  /// - Precondition: There is something to ask.
  package func estimate(instrumentTimeout: Duration = .zero) -> ScanEstimate {
    let listening = self.listening * listeningLines.count
    let perUnit = places.map {
      ScanAttempt(place: $0, unit: likelyUnits.first ?? otherUnits[0], probe: .holding)
        .wait(turnaround: turnaround)
    }
    let probes = ScanProbe.allCases.count
    let sweep = perUnit.reduce(Duration.zero, +)
    let instruments = instrumentTimeout * lines.count
    let everything = sweep * (probes * (likelyUnits.count + otherUnits.count))
    let first = sweep * likelyUnits.count
    let rest = (perUnit.first ?? .zero) * (probes * otherUnits.count + likelyUnits.count)
    return ScanEstimate(
      worst: listening * (1 + Self.patience) + everything + instruments,
      likely: min(listening + first + rest, listening + everything) + instruments,
      listening: listening,
      questions: attempts.count
    )
  }
}
