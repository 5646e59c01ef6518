internal import Acquisition
internal import Fieldbus
internal import JournalStore
internal import Logging
internal import MerkleLog
internal import Settings
internal import Telemetry
internal import Uplinks

/// The parts of the agent, each made from what the configuration says of it.
extension EdgeAgent {
  static func openJournal(
    _ settings: AgentSettings,
    credentials: String?,
    time: any TimeSource,
    logger: Logger
  ) throws -> Journal {
    let opening = JournalOpening(
      agent: settings.agent,
      site: settings.site,
      journal: Self.newJournalName(),
      software: Software.version
    )
    return try Journal.openTrusted(
      at: settings.journal.path,
      opening: opening,
      time: time,
      keepsCopy: settings.journal.copiesBeforeMigration,
      signer: { origin in
        let keys = JournalKeys(path: settings.journal.key, credentials: credentials)
        return (try? keys.read(.current)).flatMap { NoteSigner(name: origin, secret: $0) }
      }
    ) {
      logger.notice("\($0)")
    }
  }

  static func signing(
    of journal: Journal,
    _ settings: AgentSettings,
    credentials: String?
  ) async throws -> JournalSigning {
    let keys = JournalKeys(path: settings.journal.key, credentials: credentials)
    guard case .key(let recorded) = try await journal.latest("key")?.content else {
      return try JournalSigning(keys, origin: journal.opening.origin, recorded: nil)
    }
    return try JournalSigning(keys, origin: journal.opening.origin, recorded: recorded)
  }

  /// 128 random bits, as 32 hexadecimal digits.
  private static func newJournalName() -> String {
    (0..<2).map { _ in
      let half = String(UInt64.random(in: 0...UInt64.max), radix: 16)
      return String(repeating: "0", count: 16 - half.count) + half
    }.joined()
  }

  static func uplinks(
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

  static func puller(
    _ lists: ListSettings,
    recorder: Recorder,
    client: HTTPHubClient,
    time: any TimeSource,
    logger: Logger
  ) -> ListPuller {
    ListPuller(
      uplink: lists.uplink,
      url: lists.url,
      interval: lists.interval,
      client: client,
      keeper: ListPuller.Keeper(
        held: { await recorder.held($0) },
        take: { parts in for part in parts { try await recorder.take(part) } },
        refuse: { await recorder.refuse($0, $1) }
      ),
      time: time,
      logger: logger
    )
  }

  static func stamper(
    _ settings: TimestampSettings,
    recorder: Recorder,
    client: HTTPHubClient,
    time: any TimeSource,
    logger: Logger
  ) -> CheckpointStamper {
    CheckpointStamper(
      url: settings.url,
      interval: settings.interval,
      client: client,
      desk: CheckpointStamper.Desk(
        last: { try await recorder.lastTimestamp() },
        checkpoint: { try await recorder.lastCheckpoint() },
        record: { try await recorder.record($0) }
      ),
      time: time,
      random: { UInt64.random(in: 0...UInt64.max) },
      logger: logger
    )
  }

  static func interlock(
    _ settings: InterlockSettings,
    recorder: Recorder,
    time: any TimeSource,
    logger: Logger
  ) -> InterlockKeeper {
    InterlockKeeper(
      settings,
      desk: InterlockKeeper.Desk(
        answer: { await recorder.interlock($0) },
        record: { await recorder.record($0) }
      ),
      time: time,
      logger: logger
    )
  }

  static func supervisor(
    _ plan: PlantPlan,
    recorder: Recorder,
    time: any TimeSource
  ) -> BusSupervisor {
    BusSupervisor(
      plan.buses,
      time: time,
      makeBus: { connection in
        makeBus(
          connection.carrier,
          timeout: connection.timeout,
          maximumInFlight: connection.maximumInFlight,
          firstTransaction: .random(in: 0...UInt16.max),
          time: time
        )
      },
      observe: { await recorder.take($0) }
    )
  }
}
