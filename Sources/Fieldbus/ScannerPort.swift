package import Telemetry

/// A serial port with a barcode reader, which speaks when somebody scans.
///
/// An actor on a thread of its own, because reading a port blocks. The port is opened when it is
/// first read and, after it was lost, anew: an adapter that is plugged in again is found by its
/// lasting name.
package actor ScannerPort {
  private let line: SerialLine
  private let executor: ThreadExecutor
  private var port: SerialPortHandle?

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  package init(on line: SerialLine) {
    self.line = line
    executor = ThreadExecutor(name: line.port)
  }

  /// What has come, waited for no longer than `duration`.
  ///
  /// - Returns: Nothing when the scanner was silent.
  /// - Throws: ``BusFailure`` with ``Cause/noConnection`` when the port cannot be opened, or was
  ///   lost.
  package func read(within duration: Duration) throws(BusFailure) -> [UInt8] {
    if port == nil { port = try SerialPortHandle(line) }
    guard let descriptor = port?.descriptor else { throw lost }
    switch waitForInput(on: descriptor.descriptor, until: monotonicNow() + duration) {
    case .silent: return []
    case .hungUp: throw forget()
    case .readable:
      guard let bytes = descriptor.read() else { throw forget() }
      return bytes
    }
  }

  /// Lets the port go.
  package func close() { port = nil }

  private func forget() -> BusFailure {
    port = nil
    return lost
  }

  private var lost: BusFailure {
    BusFailure(.noConnection, "serial port \(line.port) was lost: is the scanner plugged in?")
  }
}
