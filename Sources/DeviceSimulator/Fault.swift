internal import Profiles
package import Telemetry

/// One thing that goes wrong with a simulated device: what, on which requests, when and how often.
package struct Fault: Sendable, Hashable {
  package enum Effect: Sendable, Hashable {
    /// No reply.
    case silence

    /// The reply waits for `delay` and up to `jitter` more; on a serial line it is given up when
    /// the client asks anew.
    case latency(delay: Duration, jitter: Duration)

    /// The reply comes so much later, even if the client has given up and asked anew.
    case lateReply(delay: Duration, jitter: Duration)

    /// A Modbus exception in place of the reply.
    case exception(UInt8)

    /// A text, framed as the instrument's own, in place of a serial instrument's answer.
    case errorReply(String)

    /// So many bits of the frame are wrong, check sum included.
    case bitErrors(Int)

    /// So many bytes are missing at the frame's end.
    case shortFrame(Int)

    /// So many bytes follow the frame.
    case longFrame(Int)

    /// Another unit seems to answer, with a good check sum; nil is the next one.
    case wrongUnit(UInt8?)

    /// The transaction identifier is off by so much; only Modbus TCP has one.
    case wrongTransaction(offset: Int)

    /// The reply comes twice.
    case duplicate

    /// The connection is closed, or the serial port vanishes, in place of the reply; nobody gets
    /// a connection or finds the port for so long.
    case disconnect(away: Duration)

    /// Signals, by patterns of their names, stand still at the value that they had when the fault set in, or at a forced one.
    case stuck(signals: [String], value: Value?)

    /// The device restarts when the fault sets in: its run time begins at 0.
    case restart

    /// Whether it strikes the values of a device, not its replies.
    var strikesValues: Bool {
      switch self {
      case .stuck, .restart: true
      default: false
      }
    }
  }

  /// How many of the requests that a fault could strike it does strike.
  package enum Frequency: Sendable, Hashable {
    case always
    /// Each with this chance, 0 to 1.
    case probability(Double)
    /// The n-th, the 2n-th and so on, counted within the fault's window.
    case everyNth(Int)
  }

  package let effect: Effect
  package let target: FaultTarget
  package let window: FaultWindow
  package let frequency: Frequency

  /// Where the fault is stated, for errors: `faults.yaml:3:5`.
  package let origin: String

  /// - Precondition: Values that stand still have no frequency.
  package init(
    _ effect: Effect,
    target: FaultTarget = FaultTarget(),
    window: FaultWindow = FaultWindow(),
    frequency: Frequency = .always,
    origin: String = ""
  ) {
    if effect.strikesValues { precondition(frequency == .always) }
    self.effect = effect
    self.target = target
    self.window = window
    self.frequency = frequency
    self.origin = origin
  }
}

/// The faults of a simulation; those that strike one request all act on its reply, in this order.
package struct FaultScript: Sendable, Hashable {
  package let faults: [Fault]

  package init(_ faults: [Fault] = []) { self.faults = faults }

  /// Values that stand still or are forced on one device; a serial instrument has no unit.
  func stuckValues(of unit: UnitID?) -> [StuckValue] {
    faults.compactMap { fault in
      guard case .stuck(let signals, let value) = fault.effect,
        fault.target.holds(unit: unit?.rawValue)
      else { return nil }
      return StuckValue(signals: signals.map(GlobPattern.init), value: value, window: fault.window)
    }
  }

  /// When one device restarts; a serial instrument has no unit.
  func restarts(of unit: UnitID?) -> [FaultWindow] {
    faults.compactMap { fault in
      guard case .restart = fault.effect, fault.target.holds(unit: unit?.rawValue) else {
        return nil
      }
      return fault.window
    }
  }
}

/// Signals that stand still or are forced, for a while.
struct StuckValue: Sendable, Hashable {
  let signals: [GlobPattern]
  let value: Value?
  let window: FaultWindow

  func strikes(_ signal: String) -> Bool { signals.contains { $0.matches(signal) } }
}
