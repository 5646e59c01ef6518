internal import Fieldbus
internal import Telemetry

/// A row of the matrix: what carries the requests, and what the device promises.
package struct Carrier: Sendable, Hashable {
  package let name: String
  package let framing: Framing
  package let requestsInFlight: Int
  /// Requests of one scan.
  package let requestCount: Int
  package private(set) var timeout: Duration
  /// How much later than the timeout a device on a serial line may answer.
  package private(set) var quiet: Duration
  package private(set) var faults: [FaultKind]
  /// Whether the line lies behind a device server.
  package private(set) var isTunnel = false

  package static let tcp = Carrier(
    name: "TCP, 1 in flight",
    framing: .mbap,
    requestsInFlight: 1,
    requestCount: 3,
    timeout: .milliseconds(60),
    quiet: .zero,
    faults: FaultKind.onTCP
  )

  package static let pipelinedTCP = Carrier(
    name: "TCP, 8 in flight",
    framing: .mbap,
    requestsInFlight: 8,
    requestCount: 12,
    timeout: .milliseconds(60),
    quiet: .zero,
    faults: FaultKind.onTCP
  )

  package static let line = Carrier(
    name: "RTU on a pty",
    framing: .rtu,
    requestsInFlight: 1,
    requestCount: 3,
    timeout: .milliseconds(80),
    quiet: .milliseconds(60),
    faults: FaultKind.onLine
  )

  package static let tunnel = Carrier(
    name: "RTU over TCP",
    framing: .rtu,
    requestsInFlight: 1,
    requestCount: 3,
    timeout: .milliseconds(80),
    quiet: .milliseconds(60),
    faults: FaultKind.onTunnel,
    isTunnel: true
  )

  package static let all = [tcp, pipelinedTCP, line, tunnel]

  /// The same carrier with these faults alone.
  package func with(_ faults: FaultKind...) -> Carrier {
    var carrier = self
    carrier.faults = faults
    return carrier
  }

  /// The same carrier with so many times its timeouts, for a machine that has more to do.
  package func patient(_ factor: Int) -> Carrier {
    var carrier = self
    carrier.timeout *= factor
    carrier.quiet *= factor
    return carrier
  }

  /// How long after a request its reply may come without being taken for another's, on a line.
  var promisedLatency: Duration { timeout * 3 + quiet }

  var isLine: Bool { framing == .rtu }

  var usesTerminal: Bool { isLine && !isTunnel }

  /// The bus under test, for the proxy at `place`.
  func bus(at place: ProxyPlace, firstTransaction: UInt16) -> any Bus {
    let carrier: BusCarrier =
      switch place {
      case .tcp(let port) where isTunnel:
        .rtuOverTCP(DeviceServer(Endpoint(host: "127.0.0.1", port: port)))
      case .tcp(let port): .tcp(Endpoint(host: "127.0.0.1", port: port))
      case .terminal(let link):
        .rtu(SerialLine(port: link, baud: 115_200))
      }
    return makeBus(
      carrier,
      timeout: timeout,
      quiet: quiet,
      maximumInFlight: requestsInFlight,
      firstTransaction: firstTransaction,
      time: SystemTime()
    )
  }
}
