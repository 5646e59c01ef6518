internal import Acquisition
package import Fieldbus
internal import Profiles
package import Telemetry

/// How many requests a device takes at once, found by asking it.
///
/// Each step asks with twice as many in flight as the one before, until one is not answered as it
/// should be. Every step has a connection of its own, so that what one upset does not meet the next.
package struct InFlightTrial: Sendable, Hashable {
  /// What came of one number of requests in flight.
  package struct Step: Sendable, Hashable {
    package let inFlight: Int
    package let requests: Int

    /// From the first request to the last reply.
    package let elapsed: Duration

    /// The first request that had no answer; nil when all had one.
    package let failure: BusFailure?

    package var requestsPerSecond: Double {
      elapsed > .zero ? Double(requests) / elapsed.inSeconds : 0
    }
  }

  /// What is tried, in this order; the guide advises devices to take no more than 16
  /// (MODBUS Messaging on TCP/IP V1.0b, 4.4.1.3).
  package static let levels = [1, 2, 4, 8, 16]

  /// How much faster twice as many must be to be worth it.
  package static let worthwhile = 1.1

  /// The steps that were taken; the last one may have failed.
  package let steps: [Step]

  /// The fewest in flight that are as fast as any that were answered; nil when not even one was.
  package var recommended: Int? {
    let answered = steps.filter { $0.failure == nil }
    guard var best = answered.first else { return nil }
    for step in answered.dropFirst()
    where step.requestsPerSecond >= best.requestsPerSecond * Self.worthwhile { best = step }
    return best.inFlight
  }

  /// Asks a device.
  ///
  /// - Parameters:
  ///   - requests: What is asked again and again; at least one, and such as the device answers.
  ///   - time: The clock that it is timed by.
  ///   - connect: Makes a bus that keeps so many requests in flight.
  package init(
    asking requests: [BusRequest],
    time: any TimeSource,
    connect: (Int) -> any Bus
  ) async {
    precondition(!requests.isEmpty)
    var steps: [Step] = []
    for level in Self.levels {
      let bus = connect(level)
      let step = await Self.step(level, requests, bus, time)
      await bus.close()
      steps.append(step)
      if step.failure != nil { break }
    }
    self.steps = steps
  }

  private static func step(
    _ level: Int,
    _ requests: [BusRequest],
    _ bus: any Bus,
    _ time: any TimeSource
  ) async -> Step {
    // Connecting is not what is timed.
    let first = await bus.exchange([requests[0]])
    let asked = (0..<max(32, level * 4)).map { requests[$0 % requests.count] }
    let began = time.uptime()
    let outcomes = await bus.exchange(asked)
    return Step(
      inFlight: level,
      requests: asked.count,
      elapsed: time.uptime() - began,
      failure: (first + outcomes).lazy.compactMap { outcome in
        if case .failure(let failure) = outcome.result { failure } else { nil }
      }.first
    )
  }

  /// The steps as lines for people, then what to write into the profile.
  package func lines(stated: Int) -> [String] {
    let rows = steps.map { step in
      [
        "\(step.inFlight) in flight",
        step.failure.map { "\($0.cause.code): \($0.detail)" }
          ?? "\(step.requests) requests in \(TrialReport.milliseconds(step.elapsed)), "
          + "\(Int(step.requestsPerSecond.rounded())) a second",
      ]
    }
    return ["Requests at once:"] + TrialReport.columns(rows).map { "  " + $0 } + [
      "  " + advice(stated)
    ]
  }

  private func advice(_ stated: Int) -> String {
    guard let recommended else {
      return "The device did not answer one at a time; find out why before you ask for more."
    }
    if recommended == stated { return "requests_in_flight: \(stated) of the profile is right." }
    return
      "Write requests_in_flight: \(recommended) under modbus: in the profile; it says \(stated)."
  }
}

extension Trial {
  /// Finds how many requests the device takes at once.
  ///
  /// - Parameter connect: Makes a bus that keeps so many requests in flight.
  /// - Returns: nil for a device that is asked nothing, or that wants to rest between requests.
  package func inFlight(connect: (Int) -> any Bus) async -> InFlightTrial? {
    guard case .modbus = profile.access, groups.allSatisfy({ $0.pause == .zero }),
      let requests = groups.map(\.requests).max(by: { $0.count < $1.count }), !requests.isEmpty
    else { return nil }
    return await InFlightTrial(asking: requests, time: time, connect: connect)
  }
}
