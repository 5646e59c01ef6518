internal import Acquisition
internal import Fieldbus
internal import JournalStore
internal import LotBinding
package import Logging
internal import Profiles
internal import ServiceLifecycle
package import Settings
internal import StationWeb
package import Telemetry
internal import UnixSignals
internal import Uplinks

/// The agent, put together from its configuration: devices are polled, readings are bound to lots
/// and kept in the journal, the journal is sent to the hub.
package struct EdgeAgent: Sendable {
  private let settings: AgentSettings
  private let pollers: [BusPoller]
  private let recorder: Recorder
  private let client: HTTPHubClient
  private let uplinks: [HubUplink]
  private let server: StationServer
  private let time: any TimeSource
  private let logger: Logger

  /// Opens the journal and prepares everything that the configuration names.
  ///
  /// - Throws: The error of the part that cannot be prepared: a profile, the journal.
  package init(
    _ settings: AgentSettings,
    time: any TimeSource,
    logger: Logger
  ) async throws {
    let devices = try Self.devices(in: settings)
    let journal = try Self.openJournal(settings, time: time)
    let recorder = Recorder(
      journal: journal,
      bindings: Bindings(stations: settings.stations.map(\.id)),
      board: DeviceBoard(devices: devices),
      time: time,
      logger: logger
    )
    try await recorder.start(
      documents: Self.documents(settings, devices),
      layouts: Self.layouts(devices)
    )
    client = HTTPHubClient()
    do {
      uplinks = try Self.uplinks(
        settings,
        journal: journal,
        client: client,
        time: time,
        logger: logger
      )
    } catch {
      try? await client.shutdown()
      throw error
    }
    server = StationServer(
      address: settings.api,
      service: LocalService(
        settings: settings,
        recorder: recorder,
        uplinks: uplinks,
        time: time
      ),
      time: time,
      logger: logger
    )
    pollers = Self.pollers(settings, devices, recorder: recorder, time: time)
    self.settings = settings
    self.recorder = recorder
    self.time = time
    self.logger = logger
  }

  /// Runs until the process is asked to stop (SIGTERM, SIGINT) or a part fails.
  ///
  /// - Throws: ``CannotListen`` when the address of the local API cannot be had.
  package func run() async throws {
    logger.notice(
      """
      \(settings.agent) at \(settings.site): devices: \(settings.devices.count), buses: \
      \(settings.buses.count); page and API at http://\(settings.api)/
      """
    )
    let committer = Loop(every: settings.journal.commitInterval, time: time) {
      await recorder.commitObservations()
    }
    let services: [any Service] =
      pollers.map(Cancelled.init(poller:)) + uplinks.map(Cancelled.init(uplink:))
      + [committer, server]
    let group = ServiceGroup(
      services: services,
      gracefulShutdownSignals: [.sigterm, .sigint],
      logger: logger
    )
    let result = await Result { try await group.run() }
    await recorder.stop()
    try await client.shutdown()
    do {
      try result.get()
    } catch let error as StationServerError {
      throw CannotListen(description: error.description)
    }
  }
}

/// The local API cannot be served at its address.
package struct CannotListen: Error, Sendable, Hashable, CustomStringConvertible {
  /// What happened, where, and what to do.
  package let description: String
}

extension Result where Failure == any Error {
  /// The outcome of `body`, so that what comes after it is done whether it throws or not.
  fileprivate init(_ body: () async throws -> Success) async {
    do {
      self = .success(try await body())
    } catch {
      self = .failure(error)
    }
  }
}

// MARK: The parts

extension EdgeAgent {
  private static func devices(in settings: AgentSettings) throws -> [DeviceBoard.Device] {
    let library = ProfileLibrary(folder: settings.profiles)
    var profiles: [String: DeviceProfile] = [:]
    return try settings.devices.map { device in
      // Devices of one kind share their profile's memory.
      let profile = try profiles[device.profile] ?? library.profile(named: device.profile)
      profiles[device.profile] = profile
      return DeviceBoard.Device(
        id: device.id,
        profile: profile,
        stations: device.stations,
        groups: try ScanGroup.groups(of: profile, device: device.id, unit: device.unit)
      )
    }
  }

  private static func openJournal(
    _ settings: AgentSettings,
    time: any TimeSource
  ) throws -> Journal {
    let opening = JournalOpening(
      agent: settings.agent,
      site: settings.site,
      journal: Self.newJournalName(),
      software: Software.version
    )
    return try Journal.open(at: settings.journal.path, opening: opening, time: time)
  }

  /// 128 random bits, as 32 hexadecimal digits.
  private static func newJournalName() -> String {
    (0..<2).map { _ in
      let half = String(UInt64.random(in: 0...UInt64.max), radix: 16)
      return String(repeating: "0", count: 16 - half.count) + half
    }.joined()
  }

  private static func documents(
    _ settings: AgentSettings,
    _ devices: [DeviceBoard.Device]
  ) -> [DocumentRevision] {
    var seen: Set<Digest> = []
    let profiles = devices.map(\.profile).filter { seen.insert($0.hash).inserted }
    return [
      DocumentRevision(
        kind: .configuration,
        name: "agent.yaml",
        sha256: settings.hash,
        text: settings.text
      )
    ]
      + profiles.map {
        DocumentRevision(kind: .profile, name: $0.name, sha256: $0.hash, text: $0.text)
      }
  }

  private static func layouts(_ devices: [DeviceBoard.Device]) -> [FrameLayout] {
    devices.flatMap { device in
      device.groups.map { group in
        FrameLayout(
          device: device.id,
          group: group.id.group,
          profile: device.profile.name,
          profileHash: device.profile.hash,
          periodMilliseconds: group.isListening
            ? nil : Int(group.period.wholeMicroseconds / 1_000),
          heartbeatMilliseconds: group.rules.heartbeat.map { Int($0.wholeMicroseconds / 1_000) },
          stations: device.stations,
          signals: group.descriptions
        )
      }
    }
  }

  private static func uplinks(
    _ settings: AgentSettings,
    journal: Journal,
    client: HTTPHubClient,
    time: any TimeSource,
    logger: Logger
  ) throws -> [HubUplink] {
    try settings.uplinks.map { uplink in
      try HubUplink(
        id: uplink.id,
        url: uplink.url,
        batchRecords: uplink.batchRecords,
        journal: journal,
        client: client,
        time: time,
        random: { Double.random(in: 0..<1) },
        logger: logger
      )
    }
  }

  private static func pollers(
    _ settings: AgentSettings,
    _ devices: [DeviceBoard.Device],
    recorder: Recorder,
    time: any TimeSource
  ) -> [BusPoller] {
    settings.buses.compactMap { bus in
      let names = Set(settings.devices.filter { $0.bus == bus.id }.map(\.id))
      let members = devices.filter { names.contains($0.id) }
      let groups = members.flatMap(\.groups)
      if groups.isEmpty { return nil }
      return BusPoller(
        bus: makeBus(
          bus.carrier,
          timeout: bus.timeout,
          maximumInFlight: members.map(\.profile.requestsInFlight).min() ?? 1,
          firstTransaction: .random(in: 0...UInt16.max),
          time: time
        ),
        groups: groups,
        time: time
      ) { observation in await recorder.take(observation) }
    }
  }
}
