package import Telemetry

/// What decides how long a bus takes to carry requests.
package enum BusTiming: Sendable, Hashable {
  /// Modbus RTU; `turnaround` is what a device needs between a request's end and its answer.
  case rtu(SerialLine, turnaround: Duration)

  /// A serial instrument, whose frames need no silence between them.
  case serial(SerialLine, turnaround: Duration)

  /// Modbus TCP, where bytes cost next to nothing; `roundTrip` is from a request to its reply.
  case tcp(roundTrip: Duration)

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
    case .rtu(let line, _), .serial(let line, _): line
    case .tcp: nil
    }
  }

  /// The same line at another speed; TCP has none.
  package func with(baud: Int) -> BusTiming {
    switch self {
    case .rtu(let line, let turnaround): .rtu(line.with(baud: baud), turnaround: turnaround)
    case .serial(let line, let turnaround): .serial(line.with(baud: baud), turnaround: turnaround)
    case .tcp: self
    }
  }
}

extension SerialLine {
  fileprivate func with(baud: Int) -> SerialLine {
    SerialLine(port: port, baud: baud, parity: parity, dataBits: dataBits, stopBits: stopBits)
  }
}
