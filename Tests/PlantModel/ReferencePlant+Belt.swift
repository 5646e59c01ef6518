import LotBinding
import Telemetry

extension ReferencePlant {
  /// A scan of the conveyor that became a frame.
  struct BeltScan {
    let second: Int

    /// The lots that each zone was bound to, and whether that was sure.
    let zones: [Zone]

    struct Zone {
      let bound: Set<Int>
      let isSure: Bool
    }
  }

  /// Scans of a zone that count for a lot, by their numbers.
  package struct ZoneScans {
    /// As the frames say it, so that a hub must say the same.
    package let isExact: Bool
    package let sure: Set<Int>

    /// Those of which the frames are not sure, or of which nobody can tell.
    package let maybe: Set<Int>
  }

  /// Lots that are at a zone of the conveyor, or anywhere on it, by their records.
  func onBelt(at zone: Int?, second: Int) -> Set<Int> {
    let now = belt.run(at: second)
    return Set(
      recorded(.lot).filter { record, stay in
        stay.place.station == Self.wave && stay.from <= PlantMoment(second: second)
          && PlantBelt.isThere(
            zone,
            from: run(stay.from).latest,
            to: recordedTail(of: record, stay),
            at: now
          )
      }.keys
    )
  }

  /// What counts for a lot at the conveyor, zone by zone.
  package func zoneScans(of record: Int, isCorrected: Bool) -> [ZoneScans] {
    let recorded = recorded(.lot)[record]
    let stay = isCorrected ? corrected(.lot)[record] : recorded
    guard let stay else { return [] }
    if recorded?.from == stay.from, recorded?.to == stay.to {
      return PlantBelt.zones.indices.map { zone in asRecorded(record, zone) }
    }
    let heads = run(stay.from)
    // An end that no correction tells of is where the tail of the last board was.
    let isEndRecorded = recorded != nil && recorded?.to == stay.to
    let tails = isEndRecorded ? recordedTail(of: record, stay).map { ($0, $0) } : stay.to.map(run)
    return PlantBelt.zones.map { zone in
      let scans = beltScans.indices.map { index in
        let run = belt.run(at: beltScans[index].second)
        let most = PlantBelt.isThere(zone, from: heads.earliest, to: tails?.1, at: run)
        let least = PlantBelt.isThere(zone, from: heads.latest, to: tails?.0, at: run)
        return (index, most, least)
      }
      return ZoneScans(
        isExact: false,
        sure: Set(scans.filter { $0.2 }.map(\.0)),
        maybe: Set(scans.filter { $0.1 && !$0.2 }.map(\.0))
      )
    }
  }

  private func asRecorded(_ record: Int, _ zone: Int) -> ZoneScans {
    let scans = beltScans.indices.filter { beltScans[$0].zones[zone].bound.contains(record) }
    return ZoneScans(
      isExact: true,
      sure: Set(scans.filter { beltScans[$0].zones[zone].isSure }),
      maybe: Set(scans.filter { !beltScans[$0].zones[zone].isSure })
    )
  }

  /// Where the belt was at a moment; at one that the clock never showed, between the last scan before
  /// it and when the clock was set.
  private func run(_ moment: PlantMoment) -> (earliest: Int, latest: Int) {
    if moment.half.isMultiple(of: 2) {
      let run = belt.run(at: moment.half / 2)
      return (run, run)
    }
    let next = (moment.half + 1) / 2
    let last = beltScans.last { $0.second < next }?.second ?? 0
    return (belt.run(at: last), belt.run(at: next))
  }

  /// Where the rear edge of a lot's last board was, or where the belt was when it ended.
  private func recordedTail(of record: Int, _ stay: PlantStay) -> Int? {
    guard let to = stay.to else { return nil }
    let rears = facts.compactMap { fact -> Int? in
      guard case .unit(_, .entered, let place, record) = fact.happening,
        place.station == Self.wave
      else { return nil }
      return belt.run(at: fact.second) + PlantBelt.boardLength
    }
    return max(run(to).latest, rears.max() ?? .min)
  }
}
