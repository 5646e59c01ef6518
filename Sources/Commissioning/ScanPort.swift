package import Fieldbus
package import Telemetry

/// A serial port as a search sees it: bytes in both directions, at any setting.
package protocol ScanPort: Sendable {
  /// What comes over the line within `duration`, without anything being sent.
  func listen(on line: SerialLine, for duration: Duration) async throws(BusFailure) -> [UInt8]

  /// Sends `bytes` and gives everything that came until the line was silent again.
  func ask(
    _ bytes: [UInt8],
    on line: SerialLine,
    within wait: Duration
  ) async throws(BusFailure) -> [UInt8]

  /// Lets the port go, for a bus to take it; a later call opens it again.
  func close() async
}

extension SerialProbe: ScanPort {}

/// What a search reaches devices with.
package struct ScanAccess: Sendable {
  package typealias MakeBus = @Sendable (BusCarrier, _ timeout: Duration) -> any Bus

  /// The serial port that is searched; nil on TCP.
  package let port: (any ScanPort)?

  /// Makes the bus that asks a TCP device, and any device once it was found.
  package let makeBus: MakeBus
  package let time: any TimeSource

  package init(port: (any ScanPort)?, makeBus: @escaping MakeBus, time: any TimeSource) {
    self.port = port
    self.makeBus = makeBus
    self.time = time
  }
}
