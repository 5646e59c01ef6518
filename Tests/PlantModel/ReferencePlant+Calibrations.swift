import LotBinding
package import Telemetry

/// Instruments, told by their calibrations in the order in which they were performed.
extension ReferencePlant {
  package static let instrument = Label(checked: "TC-1")

  /// Stations whose readings come from it.
  static let measured: Set<StationID> = [oven, stand]

  /// A calibration, and its record.
  private typealias Performed = (seq: Int, calibration: Calibration)

  private func performed(on instrument: Label) -> [Performed] {
    facts.compactMap { fact -> Performed? in
      guard case .calibrated(let calibration) = fact.happening,
        calibration.instrument == instrument
      else { return nil }
      return (fact.seq, calibration)
    }.sorted { ($0.calibration.done, $0.seq) < ($1.calibration.done, $1.seq) }
  }

  func calibrate(_ calibration: Calibration) -> Expectation {
    let now = clock.instant(at: second)
    let done = calibration.done(by: now)
    let isLate = done.performedUntil.map { $0 <= done.performed } ?? false
    if done.performed > now || isLate || done.due <= done.done { return .impossible(["dates"]) }
    let isKnown = calibration.instrument == Self.instrument
    return judged(.calibrated(done), isKnown ? [] : [.instrumentUnknown])
  }

  /// Whether nothing was said at a time against the instrument.
  func isCalibrated(at now: Instant) -> Bool {
    let last = performed(on: Self.instrument).last { $0.calibration.done <= now }?.calibration
    return last.map { $0.isGood && now < $0.due } ?? false
  }

  /// What is to be said of the instrument now, and was not said since its last calibration.
  func instrumentCalendar() -> [Happening] {
    let told = facts.last { fact in
      switch fact.happening {
      case .calibrated(let calibration): calibration.instrument == Self.instrument
      case .instrumentTold: true
      default: false
      }
    }
    if isCalibrated(at: clock.instant(at: second)) || told?.happening == .instrumentTold {
      return []
    }
    return [.instrumentTold]
  }

  /// Whether a reading of a time cannot be relied on, as is known by now: what was found wrong later
  /// may have been wrong since it was last known to be right.
  private func isDoubtful(_ time: Instant) -> Bool {
    !isCalibrated(at: time)
      || failures().contains { failure in
        time < failure.calibration.done && failure.start.map { $0 <= time } ?? true
      }
  }

  /// A calibration that found the instrument wrong, and when it was last known to be right.
  private func failures() -> [(seq: Int, calibration: Calibration, start: Instant?)] {
    let performed = performed(on: Self.instrument)
    return performed.indices.filter { performed[$0].calibration.asFound == .outside }.map { index in
      let good = performed[..<index].last { $0.calibration.isGood }
      return (performed[index].seq, performed[index].calibration, good?.calibration.performed)
    }
  }

  package static func wall(_ instant: Instant) -> Int { PlantClock.wall(instant) }

  /// Seconds that the clock on the wall showed during a stay and of which readings cannot be relied
  /// on.
  func doubtful(during stay: PlantStay) -> [Int] {
    let from = PlantClock.wall(clock.instant(of: stay.from))
    let to = PlantClock.wall(clock.instant(of: stay.to ?? PlantMoment(second: second)))
    return (min(from, to)..<max(from, to)).filter { isDoubtful(PlantClock.instant($0)) }
  }

  /// Lots of which readings are in doubt since an instrument was found wrong, by the record that found
  /// it and those that began the lots.
  package func inDoubt() -> [Int: Set<Int>] {
    let stays = corrected(.lot).filter { record, stay in
      Self.measured.contains(stay.place.station)
        && !figures(of: record, stay).isEmpty
    }
    return failures().reduce(into: [:]) { lists, failure in
      lists[failure.seq] = Set(
        stays.filter { _, stay in
          let to = stay.to.map { clock.instant(of: $0) }
          return clock.instant(of: stay.from) <= failure.calibration.done
            && failure.start.map { start in to.map { start <= $0 } ?? true } ?? true
        }.keys
      )
    }
  }
}
