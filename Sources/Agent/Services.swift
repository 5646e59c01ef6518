internal import ServiceLifecycle
internal import Telemetry
internal import UnixSignals
internal import Uplinks

/// A service that runs until it is cancelled, and is cancelled when the agent is asked to stop.
struct Cancelled: Service {
  private let body: @Sendable () async -> Void

  init(supervisor: BusSupervisor) { body = { await supervisor.run() } }

  init(reloader: Reloader) { body = { await reloader.run() } }

  init(scanners: Scanners) { body = { await scanners.run() } }

  init(uplink: HubUplink) { body = { await uplink.run() } }

  init(puller: ListPuller) { body = { await puller.run() } }

  init(stamper: CheckpointStamper) { body = { await stamper.run() } }

  init(interlock: InterlockKeeper) { body = { await interlock.run() } }

  func run() async throws {
    await cancelWhenGracefulShutdown { await body() }
  }
}

/// A service that does one thing again and again.
struct Loop: Service {
  private let period: @Sendable () async -> Duration
  private let time: any TimeSource
  private let step: @Sendable () async -> Void

  /// - Parameters:
  ///   - period: Asked anew before each wait, since a reload may change it.
  ///   - time: What the waits are measured by.
  ///   - step: What is done after each.
  init(
    every period: @escaping @Sendable () async -> Duration,
    time: any TimeSource,
    step: @escaping @Sendable () async -> Void
  ) {
    self.period = period
    self.time = time
    self.step = step
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        try? await time.sleep(for: await period())
        await step()
      }
    }
  }
}

extension Loop {
  /// Makes frames durable together, each within an interval after it was read and the time that a
  /// commit takes.
  static func committer(
    of recorder: Recorder,
    every interval: @escaping @Sendable () async -> Duration,
    time: any TimeSource
  ) -> Loop {
    Loop(every: interval, time: time) { await recorder.commitObservations() }
  }
}

/// Ends all services when the journal must be set aside.
struct SuccessionWatch: Service {
  let recorder: Recorder
  let time: any TimeSource

  func run() async throws {
    try await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        try? await time.sleep(for: Recorder.successionPeriod)
        if await recorder.isToBeSucceeded {
          throw JournalSucceeded(description: "the journal must be set aside")
        }
      }
    }
  }
}

/// Reloads the configuration whenever the process gets SIGHUP (`systemctl reload`).
struct HangUps: Service {
  let reloader: Reloader

  func run() async throws {
    let signals = await UnixSignalsSequence(trapping: .sighup)
    await cancelWhenGracefulShutdown {
      for await _ in signals { await reloader.hangUp() }
    }
  }
}

/// The local API cannot be served at its address.
package struct CannotListen: Error, Sendable, Hashable, CustomStringConvertible {
  /// What happened, where, and what to do.
  package let description: String
}
