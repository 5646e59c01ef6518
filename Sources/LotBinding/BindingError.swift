package import Telemetry

/// Why a command about lots, units, operators or material cannot be carried out as asked.
package enum BindingError: Error, Sendable, Hashable {
  case unknownStation(StationID, known: [StationID])
  case laneNeeded(StationID, lanes: [LaneID])
  case unknownLane(LaneID, of: StationID, lanes: [LaneID])
  case busy(StationLane, lot: LotID, since: Instant)
  case idle(StationLane)
  /// Neither the command nor a list of the plant says something that the record must hold.
  case incomplete(LotID, member: String)
  /// Nobody is named, and not exactly one is signed on.
  case operatorNeeded(StationID, crew: [Label])
  case notSignedOn(Label, at: StationID, crew: [Label])
  case crewFull(StationID, limit: Int)
  case unitInside(SerialNumber, at: StationLane, since: Instant)
  case unitNotInside(SerialNumber, at: StationLane, inside: Int)
  case unitScrapped(SerialNumber, at: StationLane, since: Instant)
  case tooManyUnits(StationLane, limit: Int)
  case alreadyLoaded(StationID, lot: LotID, since: Instant)
  case notLoaded(StationID, lot: LotID, loaded: [LotID])
  case intoItself(LotID)
  case unknownOutput(Label?)
  case unknownInput(Label?)
  case notAUDI(UDIError)
  case calibrationDates(reason: String)
  /// The plant's rules do not let it.
  case refused([BindingNote])
}

extension BindingError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unknownStation(let station, let known):
      "there is no station \"\(station)\"; this agent has "
        + known.map(\.text).joined(separator: ", ")
    case .laneNeeded(let station, let lanes):
      "\(station) has several lanes; say which: --lane "
        + lanes.map(\.text).joined(separator: " or ")
    case .unknownLane(let lane, let station, let lanes):
      lanes.isEmpty
        ? "\(station) has no lanes, so there is no lane \(lane); leave it out, or name the lanes "
          + "in the configuration"
        : "\(station) has no lane \(lane); it has " + lanes.map(\.text).joined(separator: ", ")
    case .busy(let place, let lot, let since):
      "\(place) works on lot \(lot) since \(since); end it first: lotline lot end "
        + place.arguments
    case .idle(let place): "\(place) works on no lot; start one first: lotline lot start"
    case .incomplete(let lot, let member):
      "the \(member) of lot \(lot) is not said, and no list of the plant names it; add it: --"
        + member.replacing(" ", with: "-")
    case .operatorNeeded(let station, let crew): Self.operatorNeeded(station, crew)
    case .notSignedOn(let name, let station, let crew):
      "\(name) is not signed on at \(station); signed on there: \(Self.list(crew))"
    case .crewFull(let station, let limit):
      "\(limit) operators are signed on at \(station), which is the most; sign off who is gone: "
        + "lotline operator off \(station)"
    case .unitInside(let serial, let place, let since):
      "\(serial) is at \(place) since \(since); record first that it went: lotline unit leave "
        + "\(place.arguments) \(serial)"
    case .unitNotInside(let serial, let place, let inside):
      "\(serial) did not come to \(place), or has gone; units there: \(inside)"
    case .unitScrapped(let serial, let place, let since):
      "\(serial) was scrapped at \(place) on \(since); take it off the line"
    case .tooManyUnits(let place, let limit):
      "\(limit) units of the lot at \(place) are recorded, which is the most; end the lot, and "
        + "start it again"
    case .alreadyLoaded(let station, let lot, let since):
      "material lot \(lot) is loaded at \(station) since \(since)"
    case .notLoaded(let station, let lot, let loaded):
      "material lot \(lot) is not loaded at \(station); loaded there: "
        + (loaded.isEmpty ? "nothing" : loaded.map(\.text).joined(separator: ", "))
    case .intoItself(let lot): "lot \(lot) cannot go into itself"
    case .unknownOutput(let serial):
      "which lot was made is not known" + (serial.map { " of serial \($0)" } ?? "")
        + "; state it as output, or the station that works on it"
    case .unknownInput(let serial):
      "which lot went in is not known" + (serial.map { " of serial \($0)" } ?? "")
        + "; state it as input"
    case .notAUDI(let error): error.description
    case .calibrationDates(let reason): reason
    case .refused(let notes): notes.map(\.description).joined(separator: "; ")
    }
  }

  private static func operatorNeeded(_ station: StationID, _ crew: [Label]) -> String {
    crew.isEmpty
      ? "nobody is signed on at \(station); say who it is: --operator NAME, or sign on: lotline "
        + "operator on \(station) NAME"
      : "several are signed on at \(station); say who it is: --operator NAME, one of "
        + list(crew)
  }

  private static func list(_ names: [Label]) -> String {
    names.isEmpty ? "nobody" : names.map(\.text).joined(separator: ", ")
  }
}
