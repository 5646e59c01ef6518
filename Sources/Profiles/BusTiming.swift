package import Telemetry

/// What decides how long a bus takes to carry requests.
package enum BusTiming: Sendable, Hashable {
  /// Modbus RTU; `turnaround` is what a device needs between a request's end and its answer.
  case rtu(SerialLine, turnaround: Duration)

  /// RTU over TCP: the line's time, and the `roundTrip` to the device server and back.
  case rtuOverTCP(SerialLine, turnaround: Duration, roundTrip: Duration)

  /// A serial instrument, whose frames need no silence between them.
  case serial(SerialLine, turnaround: Duration)

  /// Modbus TCP, where bytes cost next to nothing; `roundTrip` is from a request to its reply.
  case tcp(roundTrip: Duration)

  /// What a device is taken to need before it answers, where nobody has said.
  package static let assumedTurnaround: Duration = .milliseconds(5)

  /// What a request and its reply are taken to need on TCP, where nobody has said.
  package static let assumedRoundTrip: Duration = .milliseconds(2)

  /// Modbus TCP, where nobody has said more.
  package static let assumedTCP = BusTiming.tcp(roundTrip: assumedRoundTrip)

  /// A carrier, with what is assumed of the devices on it.
  package init(assumedOver carrier: BusCarrier) {
    switch carrier {
    case .tcp, .tls: self = .assumedTCP
    case .rtuOverTCP(let server):
      self = .rtuOverTCP(
        server.line,
        turnaround: Self.assumedTurnaround,
        roundTrip: Self.assumedRoundTrip
      )
    case .rtu(let line): self = .rtu(line, turnaround: Self.assumedTurnaround)
    case .serial(let line): self = .serial(line, turnaround: Self.assumedTurnaround)
    }
  }

  /// The same carrier, with what is assumed of the devices on it: what an agent cuts its requests
  /// by, whatever a device was measured to need.
  package var assumed: BusTiming {
    switch self {
    case .tcp: .assumedTCP
    case .rtuOverTCP(let line, _, _):
      .rtuOverTCP(
        line,
        turnaround: Self.assumedTurnaround,
        roundTrip: Self.assumedRoundTrip
      )
    case .rtu(let line, _): .rtu(line, turnaround: Self.assumedTurnaround)
    case .serial(let line, _): .serial(line, turnaround: Self.assumedTurnaround)
    }
  }

  /// The bytes of a request for so many addresses, and of its reply.
  package func length(of table: ModbusTable, count: Int) -> ExchangeLength {
    switch self {
    case .tcp: .tcp(table, count: count)
    case .rtu, .rtuOverTCP, .serial: .rtu(table, count: count)
    }
  }

  /// Time from one request until the bus may carry the next.
  ///
  /// - Parameters:
  ///   - length: The bytes of request and reply.
  ///   - pause: The rest that the device wants after its reply.
  /// - Returns: That time.
  package func time(of length: ExchangeLength, pause: Duration = .zero) -> Duration {
    switch self {
    case .rtu(let line, let turnaround):
      line.rtuTime(of: length, turnaround: turnaround, pause: pause)
    case .rtuOverTCP(let line, let turnaround, let roundTrip):
      line.rtuTime(of: length, turnaround: turnaround, pause: pause) + roundTrip
    case .serial(let line, let turnaround):
      // A listener's line comes unasked.
      line.transferTime(of: length) + (length.request == 0 ? .zero : turnaround) + pause
    case .tcp(let roundTrip): roundTrip + pause
    }
  }

  /// Time that a whole scan occupies the bus.
  ///
  /// On TCP so many requests share a round trip as are in flight, unless the device wants to rest
  /// after each.
  package func time(of scan: PlannedScan) -> Duration {
    if case .tcp(let roundTrip) = self, scan.pause == .zero {
      let rounds = (scan.requests.count + scan.requestsInFlight - 1) / scan.requestsInFlight
      return roundTrip * rounds
    }
    return scan.requests.reduce(.zero) { $0 + time(of: $1.length, pause: scan.pause) }
  }

  /// The serial line; nil on TCP.
  package var line: SerialLine? {
    switch self {
    case .rtu(let line, _), .rtuOverTCP(let line, _, _), .serial(let line, _): line
    case .tcp: nil
    }
  }

  /// The same line at another speed; TCP has none.
  package func with(baud: Int) -> BusTiming {
    switch self {
    case .rtu(let line, let turnaround): .rtu(line.with(baud: baud), turnaround: turnaround)
    case .rtuOverTCP(let line, let turnaround, let roundTrip):
      .rtuOverTCP(line.with(baud: baud), turnaround: turnaround, roundTrip: roundTrip)
    case .serial(let line, let turnaround): .serial(line.with(baud: baud), turnaround: turnaround)
    case .tcp: self
    }
  }
}
