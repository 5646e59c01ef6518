package import Logging
internal import MerkleLog
package import StationAPI
package import Telemetry

/// How a time-stamping authority is reached: the network, or a script in a test.
package protocol TimestampClient: Sendable {
  /// Sends a request (RFC 3161, 3.4).
  ///
  /// - Throws: ``HubClientError`` when there is no whole answer.
  func post(timestampQuery query: [UInt8], to url: String) async throws -> HubAnswer
}

/// Has a time-stamping authority say when checkpoints were there: the last one, once an interval.
///
/// An authority that does not answer is asked again, and nothing else waits for it.
package actor CheckpointStamper {
  /// Wait for a checkpoint that has no timestamp yet.
  static let pollInterval = Duration.seconds(2)

  /// Where checkpoints come from, and timestamps go.
  package struct Desk: Sendable {
    /// The last timestamp that is recorded, and when it was; nil for none.
    let last: @Sendable () async throws -> (timestamp: CheckpointTimestamp, at: Instant)?

    /// The last checkpoint that is durable: its record and its signed note; nil for none.
    let checkpoint: @Sendable () async throws -> (seq: Int, note: String)?
    let record: @Sendable (CheckpointTimestamp) async throws -> Void

    package init(
      last: @escaping @Sendable () async throws -> (timestamp: CheckpointTimestamp, at: Instant)?,
      checkpoint: @escaping @Sendable () async throws -> (seq: Int, note: String)?,
      record: @escaping @Sendable (CheckpointTimestamp) async throws -> Void
    ) {
      self.last = last
      self.checkpoint = checkpoint
      self.record = record
    }
  }

  private let url: String
  private let interval: Duration
  private let client: any TimestampClient
  private let desk: Desk
  private let time: any TimeSource
  private let random: @Sendable () -> UInt64
  private let logger: Logger
  private var policy: UplinkPolicy

  /// Whether the journal was asked for its last timestamp, and that or a later one.
  private var isGreeted = false
  private var last: (timestamp: CheckpointTimestamp, at: Instant)?

  /// - Parameters:
  ///   - url: The authority's address.
  ///   - interval: Least time from one timestamp to the next.
  ///   - client: The way to it.
  ///   - desk: The journal.
  ///   - time: Stamps the state, and waits.
  ///   - random: Random numbers; an answer must repeat that of its request.
  ///   - logger: Told when the state changes.
  package init(
    url: String,
    interval: Duration,
    client: any TimestampClient,
    desk: Desk,
    time: any TimeSource,
    random: @escaping @Sendable () -> UInt64,
    logger: Logger
  ) {
    self.url = url
    self.interval = interval
    self.client = client
    self.desk = desk
    self.time = time
    self.random = random
    self.logger = logger
    policy = UplinkPolicy(batchRecords: 1, at: time.now())
  }

  /// Asks until the task is cancelled.
  package func run() async {
    while !Task.isCancelled {
      let pause = await stampOnce()
      // Only cancellation ends a sleep early, and the loop's condition sees it.
      try? await time.sleep(for: pause)
    }
  }

  /// How it stands.
  package var status: TimestampStatus {
    TimestampStatus(
      url: url,
      state: policy.state,
      since: policy.since,
      last: last.map {
        TimestampStatus.Last(
          time: $0.timestamp.time,
          authority: $0.timestamp.authority,
          // Its checkpoint is of the records before it.
          records: $0.timestamp.checkpoint - 1
        )
      },
      detail: policy.detail
    )
  }

  /// Asks for a timestamp of the last checkpoint, when it has none and it is time to.
  ///
  /// - Returns: How long to wait before the next.
  package func stampOnce() async -> Duration {
    do {
      if !isGreeted {
        last = try await desk.last()
        isGreeted = true
      }
      if let last {
        let wait = interval - time.now().duration(since: last.at)
        // Longer than that only after the clock was set back.
        if wait > .zero, wait <= interval { return wait }
      }
      guard let (seq, note) = try await desk.checkpoint(), seq > last?.timestamp.checkpoint ?? 0
      else { return Self.pollInterval }
      let request = TimestampRequest(.sha256(note.utf8), nonce: random())
      let answer = try await client.post(timestampQuery: try request.encoded, to: url)
      let token = try request.token(in: try Self.body(of: answer))
      let timestamp = CheckpointTimestamp(checkpoint: seq, token)
      try await desk.record(timestamp)
      last = (timestamp, time.now())
      policy.confirmed(at: time.now())
      return interval
    } catch is CancellationError {
      return Self.pollInterval
    } catch HubClientError.timedOut {
      return away("it did not answer in time")
    } catch HubClientError.unreachable(let reason) {
      return away("it cannot be reached: \(reason)")
    } catch let error as TimestampError {
      let reason = "\(error)"
      if policy.detail != reason { logger.error("no timestamp of \(url): \(reason)") }
      return policy.refused(reason, at: time.now(), random: unit())
    } catch {
      return away("\(error)")
    }
  }

  /// What an authority sent: nothing else says what it is (RFC 3161, 3.4).
  private static func body(of answer: HubAnswer) throws -> [UInt8] {
    let type = answer.contentType?.split(separator: ";").first.map { $0.lowercased() }
    guard type == "application/timestamp-reply" else {
      throw TimestampAbsence(
        description: "something other than a timestamp authority answered: HTTP "
          + "\(answer.status), \(answer.contentType ?? "without a content type")"
      )
    }
    guard answer.status == 200 else {
      throw TimestampAbsence(description: "it answered HTTP \(answer.status)")
    }
    return answer.body
  }

  private func away(_ reason: String) -> Duration {
    if policy.state != .away {
      logger.notice("no timestamp of \(url), recording goes on: \(reason)")
    }
    return policy.away(reason, at: time.now(), random: unit())
  }

  /// A random number from 0 up to 1.
  private func unit() -> Double { Double(random() >> 11) / Double(1 << 53) }
}

/// No authority answered; what may pass by itself.
private struct TimestampAbsence: Error, CustomStringConvertible {
  let description: String
}
