package import Telemetry

/// What is searched for devices.
package enum ScanTarget: Sendable, Hashable, CustomStringConvertible {
  /// A serial port, by its device file.
  case serial(port: String)
  case tcp(Endpoint)

  package var description: String {
    switch self {
    case .serial(let port): port
    case .tcp(let endpoint): endpoint.description
    }
  }
}

/// Where a device may answer: a serial port with settings, or a TCP endpoint.
package enum ScanPlace: Sendable, Hashable, CustomStringConvertible {
  case serial(SerialLine)
  case tcp(Endpoint)

  /// `19200 8E1`, or `10.0.0.7:502`.
  package var description: String {
    switch self {
    case .serial(let line): line.settingsText
    case .tcp(let endpoint): endpoint.description
    }
  }
}

/// One question that does no harm: a register that is read, and not used.
package enum ScanProbe: Sendable, Hashable, CaseIterable {
  case holding
  case input

  package var table: ModbusTable { self == .holding ? .holding : .input }
}

/// One unit at one place, asked one question.
package struct ScanAttempt: Sendable, Hashable, CustomStringConvertible {
  package let place: ScanPlace
  package let unit: UnitID
  package let probe: ScanProbe

  package init(place: ScanPlace, unit: UnitID, probe: ScanProbe) {
    self.place = place
    self.unit = unit
    self.probe = probe
  }

  package var description: String { "unit \(unit.rawValue) at \(place)" }

  /// How long it takes when nobody answers: the request's characters, the device's time, the
  /// silence before and the first characters of the answer.
  ///
  /// A TCP device's time holds everything.
  package func wait(turnaround: Duration) -> Duration {
    guard case .serial(let line) = place else { return turnaround }
    let requestCharacters = 8
    let shortestReply = 5
    return line.characterTime * (requestCharacters + shortestReply) + line.frameGap + turnaround
  }
}
