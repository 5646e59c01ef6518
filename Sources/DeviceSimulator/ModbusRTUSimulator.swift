internal import NIOCore
package import Telemetry

/// Units on one serial line, which is a pseudo terminal.
package struct ModbusRTUSimulator: Sendable {
  private let units: UnitBank
  private let faults: FaultInjector
  private let link: String
  private let line: SerialLine?
  private let time: any TimeSource

  /// - Parameters:
  ///   - units: What answers, by unit identifier.
  ///   - faults: What goes wrong.
  ///   - link: Path of the symbolic link by which clients find the line.
  ///   - baud: The terminal behaves like a line of this rate with 11-bit characters, the standard's:
  ///     a request takes its time to arrive, and answers leave at that speed; nil answers as fast as
  ///     the machine can.
  ///   - time: Whose uptime the process follows.
  package init(
    units: [UnitID: SimulatedUnit],
    faults: FaultInjector = FaultInjector(),
    link: String,
    baud: Int? = nil,
    time: any TimeSource
  ) {
    self.units = UnitBank(units)
    self.faults = faults
    self.link = link
    line = baud.map { SerialLine(port: link, baud: $0) }
    self.time = time
  }

  /// Serves until the task is cancelled, then removes the link and returns.
  ///
  /// - Parameter onReady: Called once, when the link is there.
  /// - Throws: ``SimulationError``
  package func run(onReady: @escaping @Sendable () -> Void) async throws {
    let (units, faults, line, time) = (units, faults, line, time)
    try await TerminalPort(link: link, faults: faults, time: time).serve(onReady: onReady) {
      RTULineHandler(units: units, faults: faults, line: line, time: time, terminal: $0)
    }
  }
}
