internal import FoundationEssentials
package import Logging
package import StationAPI
package import Telemetry

/// Takes the plant's lists from one hub: asks at an interval whether one has changed, fetches what
/// differs, checks it whole, and hands it on.
///
/// A list that cannot be trusted is refused as a whole, with its place; the one before stays in force.
/// While the hub is away, all stay in force.
package actor ListPuller {
  /// Longest wait after failures, which begins at the interval and doubles.
  static let longestWait = Duration.seconds(10)

  /// Entries that are asked for at once.
  static let pageEntries = 1_000

  /// What it does with lists.
  package struct Keeper: Sendable {
    /// A list that is in force, and its entries; nil for none.
    let held: @Sendable (PlantListName) async -> Held?

    /// Takes the parts of a list, which was checked; they come into force with the last.
    let take: @Sendable ([PlantListPart]) async throws -> Void

    /// Records that a list was refused, and why.
    let refuse: @Sendable (PlantListName, String) async -> Void

    package init(
      held: @escaping @Sendable (PlantListName) async -> Held?,
      take: @escaping @Sendable ([PlantListPart]) async throws -> Void,
      refuse: @escaping @Sendable (PlantListName, String) async -> Void
    ) {
      self.held = held
      self.take = take
      self.refuse = refuse
    }
  }

  package struct Held: Sendable, Hashable {
    package let head: PlantListHead
    package let content: PlantListContent

    package init(head: PlantListHead, content: PlantListContent) {
      self.head = head
      self.content = content
    }
  }

  private let uplink: String
  private let url: String
  private let interval: Duration
  private let client: any ListClient
  private let keeper: Keeper
  private let time: any TimeSource
  private let logger: Logger

  /// The tag of the last look after which everything was in force.
  private var tag: String?
  private var state = UplinkStatus.State.starting
  private var since: Instant
  private var detail: String?
  private var failures = 0

  /// Revisions that were refused, and why, so that each is said once.
  private var refused: [PlantListName: String] = [:]

  /// - Parameters:
  ///   - uplink: The name of the hub's uplink, for records.
  ///   - url: The hub's address, without a slash at its end.
  ///   - interval: From one look to the next.
  ///   - client: The way to the hub.
  ///   - keeper: What is done with lists.
  ///   - time: Stamps the state, and waits.
  ///   - logger: Told when the state changes.
  package init(
    uplink: String,
    url: String,
    interval: Duration,
    client: any ListClient,
    keeper: Keeper,
    time: any TimeSource,
    logger: Logger
  ) {
    self.uplink = uplink
    self.url = url
    self.interval = interval
    self.client = client
    self.keeper = keeper
    self.time = time
    self.logger = logger
    since = time.now()
  }

  /// Looks until the task is cancelled.
  package func run() async {
    while !Task.isCancelled {
      let pause = await pullOnce()
      // Only cancellation ends a sleep early, and the loop's condition sees it.
      try? await time.sleep(for: pause)
    }
  }

  /// How it stands.
  package var status: ListSourceStatus {
    ListSourceStatus(uplink: uplink, state: state, since: since, detail: detail)
  }

  /// One look: whether a list has changed, and those that have.
  ///
  /// - Returns: How long to wait before the next.
  package func pullOnce() async -> Duration {
    do {
      let look = try await client.get("\(url)/v1/lists", unless: tag)
      if look.answer.status == 304 {
        // What was refused is so still, until the hub has another revision.
        return settle(refused.isEmpty ? .connected : .refused, refused.values.first)
      }
      let index = try Self.decode(PlantListIndex.self, from: look.answer)
      var problems: [String] = []
      for head in index.lists {
        if let problem = try await take(head) { problems.append(problem) }
      }
      tag = look.tag
      return settle(problems.isEmpty ? .connected : .refused, problems.first)
    } catch is CancellationError {
      return interval
    } catch {
      tag = nil
      return settle(.away, "\(error)")
    }
  }

  // MARK: One list

  /// Brings a revision into force where another one is.
  ///
  /// - Returns: Why it was refused; nil where it was not.
  /// - Throws: What may pass by itself.
  private func take(_ head: PlantListHead) async throws -> String? {
    let held = await keeper.held(head.list)
    if held?.head == head {
      refused[head.list] = nil
      return nil
    }
    do throws(ListFault) {
      let parts: [PlantListPart]
      do throws(ListFault) {
        parts = try await fetch(head, since: held)
      } catch .broken where held != nil {
        // Perhaps the hub's idea of what we have is another one: the whole list says it all.
        parts = try await fetch(head, since: nil)
      }
      do { try await keeper.take(parts) } catch { throw .passing("\(error)") }
      refused[head.list] = nil
      logger.notice(
        "list \(head.list.rawValue), revision \(head.revision) is in force",
        metadata: ["by": "\(head.by.text.debugDescription)", "entries": "\(head.count)"]
      )
      return nil
    } catch {
      switch error {
      case .cancelled: throw CancellationError()
      case .passing(let reason): throw PassingFault(description: reason)
      case .broken(let reason):
        let text =
          "the list \(head.list.rawValue), revision \(head.revision), is refused: \(reason)"
        if refused.updateValue(text, forKey: head.list) != text {
          logger.error("\(text)")
          await keeper.refuse(head.list, text)
        }
        return text
      }
    }
  }

  private func fetch(
    _ head: PlantListHead,
    since held: Held?
  ) async throws(ListFault) -> [PlantListPart] {
    var pages: [PlantListPage] = []
    var content: PlantListContent
    var after: String?
    var entries = 0
    repeat {
      let page = try await page(of: head, since: held?.head, after: after)
      guard page.head == head, page.base == pages.first?.base || pages.isEmpty else {
        throw .passing("the list \(head.list.rawValue) was changed while it was fetched")
      }
      entries += page.entries.count + page.removed.count
      guard entries <= 2 * PlantListName.entriesLimit else {
        throw .broken("it has more than \(PlantListName.entriesLimit) entries")
      }
      if let next = page.next, let after, next <= after {
        throw .broken("its pages do not go on after \(next.debugDescription)")
      }
      after = page.next
      pages.append(page)
    } while after != nil
    let base = pages.first?.base
    content = PlantListContent(head.list)
    if let base {
      guard let held, held.head.revision == base else {
        throw .broken("it is said to change revision \(base), which is not in force here")
      }
      content = held.content
    }
    for page in pages { content.change(page.entries, removing: page.removed) }
    try Self.check(content, head)
    return pages.enumerated().map { index, page in
      PlantListPart(
        head: head,
        uplink: uplink,
        base: base,
        part: index + 1,
        hasMore: index + 1 < pages.count,
        entries: page.entries,
        removed: page.removed
      )
    }
  }

  private static func check(
    _ content: PlantListContent,
    _ head: PlantListHead
  ) throws(ListFault) {
    guard content.entries.count == head.count, head.count <= PlantListName.entriesLimit else {
      throw .broken("it has \(content.entries.count) entries, and the hub says \(head.count)")
    }
    guard (try? content.sha256()) == head.sha256 else {
      throw .broken(
        "its entries do not have the hash that the hub states; a hub that is newer than this agent "
          + "may say what it does not understand: update the agent"
      )
    }
  }

  private func page(
    of head: PlantListHead,
    since held: PlantListHead?,
    after: String?
  ) async throws(ListFault) -> PlantListPage {
    var address =
      "\(url)/v1/lists/\(head.list.rawValue)?revision=\(head.revision)&limit=\(Self.pageEntries)"
    if let held { address += "&since=\(held.revision)-\(held.sha256)" }
    if let after { address += "&after=\(PercentEncoding.encode(after))" }
    let answer: HubAnswer
    do {
      answer = try await client.get(address, unless: nil).answer
    } catch is CancellationError {
      throw .cancelled
    } catch {
      throw .passing("\(error)")
    }
    do {
      return try Self.decode(PlantListPage.self, from: answer)
    } catch let error as DecodingError {
      throw .broken(Self.place(error))
    } catch {
      throw .passing("\(error)")
    }
  }

  // MARK: Answers

  /// - Throws: `DecodingError`, or a ``PassingFault`` for an answer that is no hub's.
  private static func decode<Answer: Decodable>(
    _: Answer.Type,
    from answer: HubAnswer
  ) throws -> Answer {
    guard answer.isJSON else {
      throw PassingFault(
        description: "something other than a hub answered: HTTP \(answer.status), "
          + (answer.contentType ?? "without a content type")
      )
    }
    guard answer.status == 200 else {
      let detail = (try? JSONDecoder().decode(Problem.self, from: Data(answer.body)))?.detail
      throw PassingFault(
        description: "the hub answered HTTP \(answer.status): \(detail ?? "no reason given")"
      )
    }
    return try JSONDecoder().decode(Answer.self, from: Data(answer.body))
  }

  private struct Problem: Decodable { let detail: String? }

  /// Where a list is broken, and what there is: `entries[17].state: …`.
  private static func place(_ error: DecodingError) -> String {
    let context: DecodingError.Context
    var missing: String?
    switch error {
    case .keyNotFound(let key, let known):
      context = known
      missing = "the member \"\(key.stringValue)\" is missing"
    case .typeMismatch(_, let known), .valueNotFound(_, let known), .dataCorrupted(let known):
      context = known
    @unknown default: return "\(error)"
    }
    var path = ""
    for key in context.codingPath {
      if let index = key.intValue {
        path += "[\(index)]"
      } else {
        path += (path.isEmpty ? "" : ".") + key.stringValue
      }
    }
    return (path.isEmpty ? "" : "\(path): ") + (missing ?? context.debugDescription)
  }

  private func settle(_ next: UplinkStatus.State, _ reason: String?) -> Duration {
    if next != state {
      if next == .away {
        logger.notice(
          "lists cannot be looked for, those in force stay: \(reason ?? "")",
          metadata: ["uplink": "\(uplink)"]
        )
      }
      state = next
      since = time.now()
    }
    detail = reason
    failures = next == .away ? failures + 1 : 0
    // 2^6 intervals are above the bound already, or the interval is.
    let wait = interval * (1 << min(max(failures - 1, 0), 6))
    return max(interval, min(wait, Self.longestWait))
  }
}

/// Why a list does not come into force.
private enum ListFault: Error {
  case cancelled
  /// It may be there the next time.
  case passing(String)
  /// It cannot be used as it is.
  case broken(String)
}

/// What may pass by itself.
private struct PassingFault: Error, CustomStringConvertible {
  let description: String
}
