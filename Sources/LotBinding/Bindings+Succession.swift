package import Telemetry

extension Bindings {
  /// What to record in a journal that goes on from another, so that what was in force stays so:
  /// lots, who is there, and what material stands ready.
  ///
  /// Of places that the configuration does not name any more, nothing.
  package func restated() -> [Record.Content] {
    plan.stations.keys.sorted().flatMap { station in
      lots.active(at: station).filter { (try? plan.check($0.place)) != nil }
        .map { Record.Content.binding($0.binding.with(belt: nil)) }
        + restatedCrew(at: station)
        + loaded(at: station).map { Record.Content.materialLoad($0.load) }
    }
  }

  /// The last calibration of every instrument, whatever else could be read.
  package func restatedCalibrations(at now: Instant) -> [Record.Content] {
    instruments.known.compactMap { instrument in
      instruments.history(of: instrument).last(at: now).map { .calibration($0.calibration) }
    }
  }

  private func restatedCrew(at station: StationID) -> [Record.Content] {
    let members = crews.crew(at: station)?.members ?? []
    return members.indices.map { index in
      .crew(
        CrewChange(
          station: station,
          operators: members[...index].map(\.name),
          change: .on,
          operatorName: members[index].name,
          shift: members[index].shift,
          until: members[index].until
        )
      )
    }
  }
}
