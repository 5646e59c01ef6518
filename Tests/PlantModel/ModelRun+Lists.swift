import LotBinding
import Telemetry

extension ModelRun {
  static func part(
    _ list: PlantListName,
    _ entries: [PlantListEntry]
  ) -> PlantListPart {
    PlantListPart(
      head: PlantListHead(
        list: list,
        revision: 1,
        sha256: .sha256([]),
        count: entries.count,
        by: Label(checked: "qa"),
        at: PlantClock.zero
      ),
      uplink: "hub",
      base: nil,
      part: 1,
      hasMore: false,
      entries: entries,
      removed: []
    )
  }

  static func entries(of states: [LotID: ListedLot.State]) -> [PlantListEntry] {
    states.map { .lot(ListedLot(lot: $0.key, state: $0.value)) }
  }

  static func entries(of certificates: [Label: ListedCertificate]) -> [PlantListEntry] {
    certificates.values.map { .certificate($0) }
  }

  static func entries(of stations: [Label: [StationID]]) -> [PlantListEntry] {
    stations.map { name, stations in
      .person(
        ListedOperator(
          name: name,
          qualifications: stations.map { ListedOperator.Qualification(station: $0) }
        )
      )
    }
  }
}

/// Clocks on the wall that show UTC.
struct NoZone: LocalTime {
  func offsetSeconds(at instant: Instant) -> Int { 0 }
}
