package import LotBinding
package import Telemetry

extension ReferencePlant {
  /// What the hub should say of a lot's visit to a station.
  package struct Visit: Hashable {
    package let place: StationLane
    package let operatorName: Label
    package let from: Instant
    package let to: Instant?

    /// How many scans count for it, and the least, greatest and sum of their values; nothing
    /// without any.
    package let figures: [Int]

    /// Seconds, as the clock on the wall showed them, of which its readings cannot be relied on.
    package let doubtful: [Int]

    /// Who was there, change by change.
    package let crews: [Set<Label>]

    /// Material of other lots that stood there meanwhile.
    package let materials: Set<Material>

    package init(
      place: StationLane,
      operatorName: Label,
      from: Instant,
      to: Instant?,
      figures: [Int],
      doubtful: [Int],
      crews: [Set<Label>],
      materials: Set<Material>
    ) {
      self.place = place
      self.operatorName = operatorName
      self.from = from
      self.to = to
      self.figures = figures
      self.doubtful = doubtful
      self.crews = crews
      self.materials = materials
    }
  }

  package struct Material: Hashable {
    package let record: Int
    package let lot: LotID
    package let from: Instant
    package let to: Instant?

    package init(record: Int, lot: LotID, from: Instant, to: Instant?) {
      self.record = record
      self.lot = lot
      self.from = from
      self.to = to
    }
  }

  /// A lot's visits by the records that began them.
  package func visits(of lot: LotID, isCorrected: Bool) -> [Int: Visit] {
    let stays = isCorrected ? corrected(.lot) : recorded(.lot)
    return stays.filter { $0.value.lot == lot }.reduce(into: [:]) { visits, item in
      let (record, stay) = item
      guard let name = stay.operatorName else { return }
      let figures = figures(of: record, stay)
      visits[record] = Visit(
        place: stay.place,
        operatorName: name,
        from: clock.instant(of: stay.from),
        to: stay.to.map { clock.instant(of: $0) },
        figures: figures,
        doubtful: figures.isEmpty ? [] : doubtful(during: stay),
        crews: crews(during: stay, isCorrected),
        materials: materials(during: stay, isCorrected)
      )
    }
  }

  /// What went into a lot by the records of it, by their numbers.
  package func uses(into lot: LotID, isCorrected: Bool) -> Set<Int> {
    let changes = isCorrected ? holding.map(\.change) : []
    return Set(
      facts.filter { fact in
        guard case .used(let use) = fact.happening, use.output == lot else { return false }
        return !changes.contains(.notUsed(fact.seq))
      }.map(\.seq)
    )
  }

  /// Scans that were bound to it; where it was there at other times, those that were taken then.
  func figures(of record: Int, _ stay: PlantStay) -> [Int] {
    guard Self.measured.contains(stay.place.station) else { return [] }
    let recorded = recorded(.lot)[record]
    let isAsRecorded = recorded?.from == stay.from && recorded?.to == stay.to
    let values = scans.filter { scan in
      isAsRecorded
        ? scan.bound.contains(record) : stay.contains(PlantMoment(second: scan.second))
    }.map(\.seq)
    guard let least = values.min(), let greatest = values.max() else { return [] }
    return [values.count, least, greatest, values.reduce(0, +)]
  }

  private func crews(during stay: PlantStay, _ isCorrected: Bool) -> [Set<Label>] {
    let station = stay.place.station
    let changes = crewMoments(station, isCorrected: isCorrected).filter { moment in
      stay.from < moment && stay.contains(moment)
    }
    var crews: [Set<Label>] = []
    for moment in [stay.from] + changes {
      let there = PlantEvent.names.filter {
        wasThere($0, station, moment, isCorrected: isCorrected)
      }
      if Set(there) != crews.last ?? [] { crews.append(Set(there)) }
    }
    return crews
  }

  private func materials(during stay: PlantStay, _ isCorrected: Bool) -> Set<Material> {
    let stays = isCorrected ? corrected(.material) : recorded(.material)
    return Set(
      stays.filter { _, material in
        material.place.station == stay.place.station && material.lot != stay.lot
          && material.overlaps(stay)
      }.map { record, material in
        Material(
          record: record,
          lot: material.lot,
          from: clock.instant(of: material.from),
          to: material.to.map { clock.instant(of: $0) }
        )
      }
    )
  }
}
