package import Telemetry

/// Makes the bus that `carrier` names; the port or connection is opened at its first exchange.
///
/// - Parameters:
///   - carrier: Where the devices are.
///   - timeout: Longest wait for a connection, and for one Modbus reply. A serial instrument's
///     requests bring their own.
///   - quiet: How much later than `timeout` a device on a serial line may still answer; nil is as
///     long as `timeout`. After a failure the line rests that long.
///   - maximumInFlight: Requests that a TCP device takes at once; the others take one.
///   - firstTransaction: Transaction identifier of the first TCP request; random, so that no other
///     program guesses it.
///   - time: Clocks for the stamps.
/// - Returns: A bus that has opened nothing yet.
package func makeBus(
  _ carrier: BusCarrier,
  timeout: Duration,
  quiet: Duration? = nil,
  maximumInFlight: Int = 1,
  firstTransaction: UInt16,
  time: any TimeSource
) -> any Bus {
  switch carrier {
  case .tcp(let endpoint):
    TCPBus(
      to: endpoint,
      timeout: timeout,
      maximumInFlight: maximumInFlight,
      firstTransaction: firstTransaction,
      time: time
    )
  case .tls(let server):
    TCPBus(
      secured: server,
      timeout: timeout,
      maximumInFlight: maximumInFlight,
      firstTransaction: firstTransaction,
      time: time
    )
  case .rtuOverTCP(let server):
    TCPBus(through: server, timeout: timeout, quiet: quiet ?? timeout, time: time)
  case .rtu(let line):
    RTUBus(on: line, timeout: timeout, quiet: quiet ?? timeout, time: time)
  case .serial(let line):
    SerialBus(on: line, time: time)
  }
}
