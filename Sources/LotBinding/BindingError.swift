package import Telemetry

/// Why a lot, or material, cannot be started, ended, loaded or unloaded as asked.
package enum BindingError: Error, Sendable, Hashable {
  case unknownStation(StationID, known: [StationID])
  case busy(StationID, lot: LotID, since: Instant)
  case idle(StationID)
  case alreadyLoaded(StationID, lot: LotID, since: Instant)
  case notLoaded(StationID, lot: LotID, loaded: [LotID])
  case intoItself(LotID)
  /// The plant's rules do not let it.
  case refused([BindingNote])
}

extension BindingError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unknownStation(let station, let known):
      "there is no station \"\(station)\"; this agent has "
        + known.map(\.text).joined(separator: ", ")
    case .busy(let station, let lot, let since):
      "\(station) works on lot \(lot) since \(since); end it first: lotline lot end \(station)"
    case .idle(let station): "\(station) works on no lot, so there is none to end"
    case .alreadyLoaded(let station, let lot, let since):
      "material lot \(lot) is loaded at \(station) since \(since)"
    case .notLoaded(let station, let lot, let loaded):
      "material lot \(lot) is not loaded at \(station); loaded there: "
        + (loaded.isEmpty ? "nothing" : loaded.map(\.text).joined(separator: ", "))
    case .intoItself(let lot): "lot \(lot) cannot go into itself"
    case .refused(let notes): notes.map(\.description).joined(separator: "; ")
    }
  }
}
