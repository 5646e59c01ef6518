import LotBinding
import Telemetry
import TestSupport

/// What the agent records by the calendar and the clock alone.
extension ModelRun {
  /// Records what the calendar says of material.
  mutating func announce() throws -> String? {
    let events = bindings.calendarEvents(at: now)
    let told = events.compactMap { event in
      event.load.map { ReferencePlant.Happening.told($0, event.kind) }
        ?? (event.instrument == ReferencePlant.instrument ? .instrumentTold : nil)
    }
    let expected = model.calendar() + model.instrumentCalendar()
    guard told == expected, events.count == told.count else {
      return "\(events.map(\.kind)) are told, where the model has \(expected)"
    }
    for (event, happening) in zip(events, told) {
      model.add(happening, seq: journal.records.count + 1)
      try record(.event(event))
    }
    return nil
  }

  mutating func signOffWhoIsLate() throws -> String? {
    while let late = model.timedOut() {
      let moment = Moment(wall: now, uptime: uptime)
      guard let content = bindings.timeOut(at: moment) else { return "\(late) is not timed out" }
      let names = model.crew(at: late.station).names.filter { $0 != late.name }
      let expected = ReferencePlant.Happening.crew(names, late.station, came: nil)
      guard ReferencePlant.Happening(content) == expected else {
        return "\(content), not \(expected)"
      }
      model.add(expected, seq: journal.records.count + 1)
      try record(content)
    }
    let more = bindings.timeOut(at: Moment(wall: now, uptime: uptime))
    return more.map { "\($0) is timed out too early" }
  }
}
