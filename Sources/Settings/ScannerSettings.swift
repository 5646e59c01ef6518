package import Scans
package import Telemetry

/// A barcode reader on a serial port.
package struct ScannerSettings: Sendable, Hashable {
  package let id: String
  package let line: SerialLine

  /// The station whose codes it reads.
  package let station: StationID

  /// The lane of it; nil for codes that are of no lane, and where it has none.
  package let lane: LaneID?

  /// What it sends behind each code.
  package let end: CodeEnd
}
