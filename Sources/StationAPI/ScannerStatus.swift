package import Telemetry

/// One barcode scanner on a serial port, and what it read last.
package struct ScannerStatus: Sendable, Hashable, Codable {
  package enum State: String, Sendable, Codable {
    /// It was not tried yet.
    case starting
    case connected
    /// Its port cannot be read.
    case lost
  }

  /// A code that it read, and what became of it.
  package struct Scan: Sendable, Hashable, Codable {
    package let at: Instant

    /// The code, control characters made visible.
    package let code: String

    /// Whether it was taken; one that is refused did nothing.
    package let isTaken: Bool

    /// What was done, or why nothing was.
    package let outcome: String

    package init(at: Instant, code: String, isTaken: Bool, outcome: String) {
      self.at = at
      self.code = code
      self.isTaken = isTaken
      self.outcome = outcome
    }

    private enum CodingKeys: String, CodingKey {
      case at, code, outcome
      case isTaken = "taken"
    }
  }

  package let id: String
  package let port: String
  package let station: StationID
  package let lane: LaneID?
  package let state: State

  /// Since when it is so; nil before the first try.
  package let since: Instant?

  /// Why it is lost, and what to check; nil otherwise.
  package let detail: String?

  /// Nil until a code came.
  package let last: Scan?

  package init(
    id: String,
    port: String,
    station: StationID,
    lane: LaneID?,
    state: State,
    since: Instant?,
    detail: String?,
    last: Scan?
  ) {
    self.id = id
    self.port = port
    self.station = station
    self.lane = lane
    self.state = state
    self.since = since
    self.detail = detail
    self.last = last
  }
}
