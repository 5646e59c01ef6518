package import Telemetry

/// Why something cannot be corrected as asked.
package enum CorrectionError: Error, Sendable, Hashable {
  /// What is asked for needs something that is not said; the member as the API names it.
  case missing(String, for: CorrectionOrder.What)
  case future(Instant, now: Instant)
  case beforeJournal(Instant, began: Instant?)
  case emptySpan(from: Instant, to: Instant)
  /// No record of that number can be corrected so.
  case unknownRecord(Int, noun: String)
  case notACorrection(Int)
  case alreadyWithdrawn(Int, by: Int)
  /// An earlier correction says that it never was.
  case voided(Int, by: Int)
  /// It says already what is asked for.
  case noChange(String)
  case notFound(LotID, at: StationLane, noun: String)
  case ambiguous(LotID, at: StationLane, records: [Int])
  /// Another lot was there at that time, or the same material lot.
  case overlap(LotID, at: StationLane, record: Int, from: Instant, to: Instant?)
  /// It is recorded to be there still.
  case stillThere(LotID, at: StationLane, isMaterial: Bool)
  case operatorStillThere(Label, at: StationID)
  case operatorNotThere(Label, at: StationID, Instant)
  case endNeeded(Label, at: StationID)
  /// The clock was set back since, and showed the time of the end once more.
  case endShownAgain(Instant)
  /// A lot or place is not as it must be for any command.
  case binding(BindingError)
}

extension CorrectionError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missing(let member, let what):
      "a correction \(what.rawValue) must say \(member); add it: --"
        + (Self.options[member] ?? member.replacing("_", with: "-"))
    case .future(let time, let now):
      "\(time) is in the future, and a correction is about what was; it is \(now) now"
    case .beforeJournal(let time, let began):
      "\(time) is before the journal began\(began.map { " (\($0))" } ?? ""), so there is nothing "
        + "to correct; check date and time zone"
    case .emptySpan(let from, let to):
      "the end \(to) is not after the beginning \(from); check both times"
    case .unknownRecord(let seq, let noun):
      "record \(seq) does not say that \(noun), or is older than what can be corrected; look its "
        + "number up in the lot's trace"
    case .notACorrection(let seq):
      "record \(seq) is no correction that can be withdrawn; see them: lotline correct list"
    case .alreadyWithdrawn(let seq, let by): "correction \(seq) was withdrawn by record \(by)"
    case .voided(let seq, let by):
      "record \(seq) is said never to have been, by correction \(by); withdraw that first: "
        + "lotline correct withdraw \(by)"
    case .noChange(let what): "\(what) already, so there is nothing to correct"
    case .notFound(let lot, let place, let noun):
      "no record says that \(noun) \(lot) was at \(place) at that time; check lot, station and "
        + "times"
    case .ambiguous(let lot, let place, let records):
      "lot \(lot) was at \(place) \(records.count) times; say which one is meant: --record "
        + records.map(String.init).joined(separator: " or ")
    case .overlap(let lot, let place, let record, let from, let to):
      "lot \(lot) was at \(place) from \(from) to \(to.map(\.description) ?? "now") (record "
        + "\(record)); correct first when it was there, or that it never was"
    case .stillThere(let lot, let place, let isMaterial):
      isMaterial
        ? "\(lot) is still loaded at \(place); unload it first: lotline material unload "
          + "\(place.arguments) \(lot)"
        : "lot \(lot) still runs at \(place); end it first: lotline lot end \(place.arguments)"
    case .operatorStillThere(let name, let station):
      "\(name) is still signed on at \(station); sign off first: lotline operator off \(station) "
        + "\(name)"
    case .operatorNotThere(let name, let station, let time):
      "\(name) was not signed on at \(station) at \(time); check name, station and time"
    case .endNeeded(let name, let station):
      "\(name) did not sign on at \(station) after that; say until when: --to"
    case .endShownAgain(let time):
      "the clock was set back and showed \(time), when that ended by the records, once more; say "
        + "until when: --to"
    case .binding(let error): error.description
    }
  }

  /// Members that the command line calls otherwise.
  private static let options = [
    "operator": "operator", "was_there": "there or --not-there", "from": "from", "to": "to",
  ]
}
