internal import Fieldbus
internal import Telemetry

/// Whether the machine that runs the matrix was itself too slow for the timeouts of a few
/// milliseconds, by what proxy and bus stamped with the same clock.
enum Lateness {
  /// How long a request took to the proxy, or its reply took there beyond what was wanted: the worst
  /// of the scan.
  ///
  /// One that has not left yet has taken until now. A reply that was taken long after the timeout
  /// shows that the bus itself was as late.
  ///
  /// - Parameters:
  ///   - outcomes: What the bus answered.
  ///   - requests: What it was asked.
  ///   - log: What passed the proxy.
  ///   - struck: Place of the request whose reply the proxy may keep on purpose.
  ///   - timeout: What the bus waits for a reply.
  /// - Returns: That time.
  static func worst(
    _ outcomes: [BusOutcome],
    _ requests: [BusRequest],
    _ log: ByteProxy.Log,
    struck: Int?,
    timeout: Duration
  ) -> Duration {
    var worst = Duration.zero
    for (index, outcome) in outcomes.enumerated() {
      if case .success = outcome.result, outcome.elapsed > timeout * 6 / 5 {
        worst = max(worst, outcome.elapsed)
      }
      guard let passages = passages(of: requests[index], log), let first = passages.first else {
        continue
      }
      if outcome.elapsed > .zero { worst = max(worst, first.came - outcome.sent.uptime) }
      for passage in passages {
        guard let left = passage.left ?? (index == struck ? nil : Clock.uptime()) else { continue }
        worst = max(worst, left - passage.came - passage.delay)
      }
    }
    return worst
  }

  /// Whether a request that timed out has not come yet, or was not answered yet.
  static func isOpen(
    _ outcomes: [BusOutcome],
    _ requests: [BusRequest],
    _ log: ByteProxy.Log,
    struck: Int?
  ) -> Bool {
    outcomes.enumerated().contains { index, outcome in
      guard index != struck, case .failure(let failure) = outcome.result,
        failure.cause == .timeout, outcome.elapsed > .zero
      else { return false }
      let passages = passages(of: requests[index], log) ?? []
      return passages.isEmpty || passages.contains { $0.left == nil }
    }
  }

  private static func passages(
    of request: BusRequest,
    _ log: ByteProxy.Log
  ) -> [ByteProxy.Log.Passage]? {
    guard case .modbus(let request) = request, let range = request.range else { return nil }
    return log.passages[range.key]
  }
}

extension AddressRange {
  /// What the protocol data unit of a request begins with.
  var key: [UInt8] {
    [table == .input ? 4 : 3, UInt8(address >> 8), UInt8(truncatingIfNeeded: address)]
  }
}
