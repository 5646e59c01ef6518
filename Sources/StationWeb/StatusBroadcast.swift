internal import FoundationEssentials
internal import Logging
internal import ServiceLifecycle
internal import StationAPI
internal import Telemetry

/// Watches the agent's status on behalf of everybody who follows it.
///
/// The status is asked for once a tick, however many follow, and not at all while nobody does.
/// A follower is only told that there is something; it then fetches the newest. So a slow one gets
/// fewer events, never a queue of old ones.
actor StatusBroadcast {
  /// Time between two looks at the status, and so the shortest between two events.
  static let tick: Duration = .milliseconds(500)

  /// Longest silence, after which followers are told that the agent still lives.
  static let heartbeat: Duration = .seconds(15)

  /// Most followers at one time.
  static let maximumFollowers = 32

  /// One who follows the status.
  struct Follower {
    let id: Int
    /// Yields when there is something to fetch; ends when the follower has left.
    let wakes: AsyncStream<Void>
    let leave: @Sendable () -> Void
  }

  /// What is sent to a follower.
  struct Message {
    /// The number of the status that the follower then knows.
    let status: Int
    let bytes: [UInt8]
  }

  private struct Snapshot {
    var id: Int
    var status: AgentStatus
    /// The event's bytes, made when the first follower fetches them.
    var event: [UInt8]?
  }

  private let service: any StationService
  private let time: any TimeSource
  private let logger: Logger
  private var followers: [Int: AsyncStream<Void>.Continuation] = [:]
  /// Followers that have not been woken yet.
  private var newcomers: Set<Int> = []
  private var nextFollower = 1
  private var latest: Snapshot?
  private var lookedAt: Duration?
  private var wokeAt: Duration = .zero
  private var isLooking = false

  init(service: any StationService, time: any TimeSource, logger: Logger) {
    self.service = service
    self.time = time
    self.logger = logger
  }

  /// Number of followers now.
  var count: Int { followers.count }

  /// Adds a follower, who is woken at once.
  ///
  /// - Throws: ``Problem`` when there are ``maximumFollowers`` already.
  func follow() async throws(Problem) -> Follower {
    guard followers.count < Self.maximumFollowers else {
      throw .tooManyStreams(limit: Self.maximumFollowers)
    }
    let (wakes, continuation) = AsyncStream.makeStream(
      of: Void.self,
      bufferingPolicy: .bufferingNewest(1)
    )
    let id = nextFollower
    nextFollower += 1
    followers[id] = continuation
    newcomers.insert(id)
    let isFresh = lookedAt.map { time.uptime() - $0 < Self.tick } ?? false
    if isFresh { wake([id]) } else { await look() }
    return Follower(id: id, wakes: wakes) { continuation.finish() }
  }

  /// Forgets a follower.
  func forget(_ id: Int) {
    followers.removeValue(forKey: id)?.finish()
    newcomers.remove(id)
  }

  /// The newest status where the follower does not know it yet, else a sign of life.
  ///
  /// `known` is the number of the status that the follower knows; 0 for none.
  func message(after known: Int) -> Message {
    guard var snapshot = latest, snapshot.id > known else {
      return Message(status: known, bytes: Self.signOfLife(at: time.now()))
    }
    let bytes = snapshot.event ?? event(of: snapshot)
    snapshot.event = bytes
    latest = snapshot
    return Message(status: snapshot.id, bytes: bytes)
  }

  /// One tick: looks at the status, and wakes followers where it changed or silence was long.
  func lookOnce() async {
    guard !followers.isEmpty else { return }
    await look()
    if time.uptime() - wokeAt >= Self.heartbeat { wake(Array(followers.keys)) }
  }

  private func look() async {
    // The look under way wakes newcomers too.
    guard !isLooking else { return }
    isLooking = true
    defer { isLooking = false }
    let status = await service.status()
    lookedAt = time.uptime()
    let isNews = latest.map { !$0.status.tellsTheSame(as: status) } ?? true
    latest = Snapshot(id: (latest?.id ?? 0) + (isNews ? 1 : 0), status: status)
    wake(isNews ? Array(followers.keys) : Array(newcomers))
  }

  private func wake(_ ids: [Int]) {
    guard !ids.isEmpty else { return }
    if ids.count == followers.count { wokeAt = time.uptime() }
    for id in ids {
      followers[id]?.yield()
      newcomers.remove(id)
    }
  }

  private func event(of snapshot: Snapshot) -> [UInt8] {
    do {
      let json = String(decoding: try PlainJSON.encode(snapshot.status), as: UTF8.self)
      return Array("id: \(snapshot.id)\nevent: status\ndata: \(json)\n\n".utf8)
    } catch {
      logger.error("The status cannot be written as JSON: \(error)")
      return Self.signOfLife(at: time.now())
    }
  }

  /// A comment for connections, and an event for the page, which sees no comments.
  private static func signOfLife(at now: Instant) -> [UInt8] {
    Array(": heartbeat\n\nevent: heartbeat\ndata: \(now)\n\n".utf8)
  }
}

extension StatusBroadcast: Service {
  /// Looks at the status every ``tick`` until the program shuts down.
  func run() async throws {
    try await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        await self.lookOnce()
        do { try await self.time.sleep(for: Self.tick) } catch is CancellationError { return }
      }
    }
  }
}

extension AgentStatus {
  /// Whether both show the same, but for the time of asking.
  fileprivate func tellsTheSame(as other: AgentStatus) -> Bool {
    stations == other.stations && devices == other.devices && journal == other.journal
      && uplinks == other.uplinks && lists == other.lists
  }
}
