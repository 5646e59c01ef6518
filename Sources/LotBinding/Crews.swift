package import Telemetry

/// Who is at each station.
package struct Crews: Sendable, Hashable {
  package struct Member: Sendable, Hashable {
    package let name: Label
    package let since: Instant
    package let shift: Label?

    /// When the agent signs them off.
    package let until: Instant?

    /// The same on the monotonic clock; nil for who signed on in an earlier run.
    fileprivate let deadline: Duration?
  }

  /// Everybody at a station, and the record that says so.
  package struct Crew: Sendable, Hashable {
    package let seq: Int

    /// In the order in which they signed on.
    package let members: [Member]
  }

  private struct Track: Sendable, Hashable {
    var crew: Crew?
    var spans = Spans()
  }

  /// Most operators at one station.
  static let limit = 16

  private var tracks: [StationID: Track] = [:]

  init() {}

  /// Who is at a station; nil when nobody is.
  package func crew(at station: StationID) -> Crew? { tracks[station]?.crew }

  /// Their names, in the order in which they signed on.
  package func names(at station: StationID) -> [Label] {
    (crew(at: station)?.members ?? []).map(\.name)
  }

  /// See ``Bindings/crewInForce(at:uptime:)``.
  func inForce(at station: StationID, uptime: Duration) -> Int? {
    guard let track = tracks[station] else { return nil }
    return track.spans.inForce(at: uptime, now: track.crew?.seq)
  }

  mutating func apply(_ record: Record, uptime: Duration?) {
    guard case .crew(let change) = record.content else { return }
    var track = tracks[change.station] ?? Track()
    let before = track.crew?.members ?? []
    let members = change.operators.map { name in
      let isNew = change.operatorName == name && change.change != .off
      if !isNew, let member = before.first(where: { $0.name == name }) { return member }
      return Member(
        name: name,
        since: record.at,
        shift: change.shift,
        until: change.until,
        deadline: change.until.flatMap { until in
          uptime.map { $0 + until.duration(since: record.at) }
        }
      )
    }
    let crew = members.isEmpty ? nil : Crew(seq: record.seq, members: members)
    track.spans.change(from: track.crew?.seq, to: crew?.seq, at: uptime)
    track.crew = crew
    tracks[change.station] = track
  }

  func signOn(
    _ name: Label,
    at station: StationID,
    replacing: Bool,
    term: (shift: Label?, until: Instant),
    notes: [BindingNote]
  ) throws(BindingError) -> Judgement {
    let there = replacing ? [] : names(at: station)
    let operators = there.filter { $0 != name } + [name]
    guard operators.count <= Self.limit else { throw .crewFull(station, limit: Self.limit) }
    let change = CrewChange(
      station: station,
      operators: operators,
      change: replacing ? .replaced : .on,
      operatorName: name,
      shift: term.shift,
      until: term.until,
      notes: notes.codes
    )
    return Judgement(.crew(change), notes: notes)
  }

  func signOff(_ name: Label, from station: StationID) throws(BindingError) -> Judgement {
    let there = names(at: station)
    guard there.contains(name) else { throw .notSignedOn(name, at: station, crew: there) }
    return Judgement(.crew(change(without: name, at: station, .off)))
  }

  /// What to record of the next one whose time is over; nil when there is none.
  func timeOut(at now: Moment) -> Record.Content? {
    for station in tracks.keys.sorted() {
      let over = crew(at: station)?.members.first { member in
        if let deadline = member.deadline { return now.uptime >= deadline }
        return member.until.map { now.wall >= $0 } ?? false
      }
      if let over { return .crew(change(without: over.name, at: station, .timedOut)) }
    }
    return nil
  }

  private func change(
    without name: Label,
    at station: StationID,
    _ change: CrewChange.Change
  ) -> CrewChange {
    let members = crew(at: station)?.members ?? []
    return CrewChange(
      station: station,
      operators: members.map(\.name).filter { $0 != name },
      change: change,
      operatorName: name,
      shift: members.first { $0.name == name }?.shift
    )
  }
}
