package import StationAPI
package import Telemetry

/// What the agent offers to the local API and the page.
///
/// A command returns when its record is durable. A ``Problem`` that it throws is answered as it is;
/// any other error is answered as a problem of status 500 that tells nothing of the inside.
package protocol StationService: Sendable {
  /// Everything the agent knows at this moment.
  func status() async -> AgentStatus

  /// Records that the station works on a lot from now on.
  func startLot(_ command: StartLot, at station: StationID) async throws -> Receipt

  /// Records that a lot at the station has ended.
  func endLot(_ command: EndLot, at station: StationID) async throws -> Receipt

  /// Records that a board or device came to the station, or went.
  func pass(_ command: PassUnit, at station: StationID) async throws -> Receipt

  /// Records that an operator is at the station from now on.
  func signOn(_ command: SignOn, at station: StationID) async throws -> Receipt

  /// Records that an operator is no longer at the station.
  func signOff(_ who: Label, from station: StationID) async throws -> Receipt

  /// Records that a material lot stands ready at the station.
  func load(_ command: LoadMaterial, at station: StationID) async throws -> Receipt

  /// Records that a material lot has left the station.
  func unload(
    _ lot: LotID,
    from station: StationID,
    _ command: UnloadMaterial
  ) async throws -> Receipt

  /// Records that one thing went into another.
  func consume(_ command: ConsumptionOrder) async throws -> Receipt

  /// Records that an instrument was calibrated.
  func calibrate(_ calibration: Calibration) async throws -> Receipt

  /// All that is known of an instrument, and the lots that a failed calibration puts in doubt.
  func instrument(_ name: Label) async throws -> InstrumentReport

  /// Understands a code that was scanned at the station, and does what it means.
  func scan(_ command: ScanCode, at station: StationID) async throws -> ScanReceipt

  /// Whether a lot may run at a station now, or those in work there, and why not.
  func interlock(_ lot: LotID?, at station: StationID, lane: LaneID?) async throws
    -> InterlockAnswer

  /// Records that something was otherwise than is recorded.
  func correct(_ order: CorrectionOrder) async throws -> Receipt

  /// Writes a signal of a device, where the configuration permits that, and records it.
  func write(_ command: WriteSignal, to device: DeviceID) async throws -> WriteReceipt

  /// Reads configuration and profiles anew, and applies what has changed.
  func reload() async throws -> ReloadReceipt
}
