internal import Acquisition
internal import ServiceLifecycle
internal import Telemetry
internal import Uplinks

/// A service that runs until it is cancelled, and is cancelled when the agent is asked to stop.
struct Cancelled: Service {
  private let body: @Sendable () async -> Void

  init(poller: BusPoller) { body = { await poller.run() } }

  init(uplink: HubUplink) { body = { await uplink.run() } }

  func run() async throws {
    await cancelWhenGracefulShutdown { await body() }
  }
}

/// A service that does one thing again and again.
struct Loop: Service {
  private let period: Duration
  private let time: any TimeSource
  private let step: @Sendable () async -> Void

  init(every period: Duration, time: any TimeSource, step: @escaping @Sendable () async -> Void) {
    self.period = period
    self.time = time
    self.step = step
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        try? await time.sleep(for: period)
        await step()
      }
    }
  }
}
