internal import Acquisition
internal import Fieldbus
internal import Profiles
internal import Settings
internal import Telemetry

extension PlannedBus {
  /// The poller that reads all devices on the bus.
  ///
  /// - Parameters:
  ///   - bus: What carries the requests.
  ///   - time: The clocks of schedules and stamps.
  ///   - observe: Takes what the poller has to say.
  /// - Returns: The poller, which asks nothing yet.
  func poller(
    over bus: any Bus,
    time: any TimeSource,
    observe: @escaping @Sendable (Observation) async -> Void
  ) -> BusPoller {
    BusPoller(bus: bus, groups: groups, rules: rules, time: time, observe: observe)
  }

  private var rules: PollRules {
    var rules = PollRules()
    rules.silentShare = settings.silentShare
    rules.timing = BusTiming(assumedOver: settings.carrier)
    return rules
  }
}
