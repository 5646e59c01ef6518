package import DeviceSimulator
package import Telemetry

/// The faults that our own device simulator knows, each in its own stretch of simulated seconds:
/// one scan is taken each second, and every eighth is struck.
package struct SimulatorPlan: Sendable {
  package struct Entry: Sendable {
    package let kind: FaultKind
    let effect: Fault.Effect
    /// Which causes it may have; empty leaves every value right.
    package let causes: Set<Cause>
    /// Whether no value can be right.
    package let isFatal: Bool
    /// Scans after it that may have the same causes.
    package var tail = 0
  }

  /// Scans from one fault to the next.
  static let interval = 8

  package let entries: [Entry]

  /// Seconds after which the first fault strikes again.
  var period: Int { entries.count * Self.interval }

  package init(onLine isLine: Bool, timeout: Duration, quiet: Duration) {
    let late = isLine ? timeout * 2 : timeout * 3 / 2
    // Not here: two replies on a line, which the simulator writes one after the other. When the
    // second comes only after the next request, nobody can tell it from the answer.
    let common: [Entry] = [
      Entry(.latency, .latency(delay: timeout / 5, jitter: .zero)),
      Entry(.jitter, .latency(delay: .zero, jitter: timeout / 4)),
      Entry(.silence, .silence, [.timeout]),
      Entry(.exception, .exception(6), [.exception(6)]),
      Entry(.shortFrame, .shortFrame(2), [.timeout]),
      Entry(.wrongUnit, .wrongUnit(nil), [.foreignReply, .noConnection]),
      Entry(.late, .lateReply(delay: late, jitter: timeout / 2), [.timeout], isFatal: !isLine),
      Entry(.stuck, .stuck(signals: ["v0", "v5"], value: nil)),
    ]
    entries =
      isLine
      ? common + [
        Entry(.longFrame, .longFrame(4)),
        Entry(.headerBits, .bitErrors(2), [.checksum, .foreignReply, .timeout, .malformedReply]),
        Entry(
          .unpluggedWhileAsked,
          .disconnect(away: .milliseconds(2_500)),
          [.noConnection],
          tail: 2
        ),
      ]
      : common + [
        Entry(
          .longFrame,
          .longFrame(4),
          [.noConnection, .foreignReply, .malformedReply, .timeout],
          isFatal: false,
          tail: 1
        ),
        Entry(
          .twoReplies,
          .duplicate,
          [.foreignReply, .noConnection],
          isFatal: false,
          tail: 1
        ),
        Entry(.wrongTransaction, .wrongTransaction(offset: 99), [.foreignReply, .noConnection]),
        Entry(.hangUp, .disconnect(away: .milliseconds(2_500)), [.noConnection], tail: 2),
      ]
  }

  /// What strikes the scan `number`, and how many scans ago it began.
  package func entry(at number: Int) -> (entry: Entry, since: Int)? {
    let place = number % period
    let entry = entries[place / Self.interval]
    let since = place % Self.interval - 3
    return (0...entry.tail).contains(since) ? (entry, since) : nil
  }

  /// The same as a script of the simulator.
  package var script: FaultScript {
    FaultScript(
      entries.enumerated().map { index, entry in
        Fault(
          entry.effect,
          window: FaultWindow(
            from: .seconds(index * Self.interval + 3),
            repetition: .init(every: .seconds(period), for: .seconds(1))
          )
        )
      }
    )
  }
}

extension SimulatorPlan.Entry {
  fileprivate init(
    _ kind: FaultKind,
    _ effect: Fault.Effect,
    _ causes: Set<Cause> = [],
    isFatal: Bool = true,
    tail: Int = 0
  ) {
    self.init(
      kind: kind,
      effect: effect,
      causes: causes,
      isFatal: isFatal && !causes.isEmpty,
      tail: tail
    )
  }
}
