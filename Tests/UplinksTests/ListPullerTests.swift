import Foundation
import Logging
import StationAPI
import Telemetry
import TestSupport
import Testing
import Uplinks

/// A hub's lists in memory, page by page, that misbehave when they are told to.
final class ScriptedLists: ListClient {
  enum Fault: Sendable, Hashable {
    case unreachable, html, wrongHash, brokenEntry, wrongCount, noLists
  }

  struct State: Sendable {
    var revisions: [PlantListName: [(head: PlantListHead, content: PlantListContent)]] = [:]
    var fault: Fault?
    var asked: [String] = []
    var pageEntries = 1_000
  }

  let state = Locked(State())

  func put(_ list: PlantListName, _ entries: [PlantListEntry]) throws {
    var content = PlantListContent(list)
    content.change(entries)
    let head = PlantListHead(
      list: list,
      revision: (state.value.revisions[list]?.count ?? 0) + 1,
      sha256: try content.sha256(),
      count: entries.count,
      by: try Label("qa"),
      at: Instant(microseconds: 0)
    )
    state.with { [content] in $0.revisions[list, default: []].append((head, content)) }
  }

  func get(_ url: String, unless tag: String?) async throws -> TaggedAnswer {
    let components = try #require(URLComponents(string: url))
    state.with { $0.asked.append(components.path) }
    let state = state.value
    switch state.fault {
    case .unreachable: throw HubClientError.unreachable("Connection refused")
    case .html:
      return TaggedAnswer(HubAnswer(status: 200, contentType: "text/html", body: []))
    case .noLists:
      let body = Array(#"{"type":"not-found","title":"","status":404,"detail":"nothing"}"#.utf8)
      return TaggedAnswer(
        HubAnswer(status: 404, contentType: "application/problem+json", body: body)
      )
    default: break
    }
    if components.path == "/v1/lists" {
      let index = PlantListIndex(lists: state.revisions.values.compactMap { $0.last?.head })
      if index.tag == tag {
        return TaggedAnswer(HubAnswer(status: 304, contentType: nil, body: []), tag: tag)
      }
      return TaggedAnswer(try answer(index), tag: index.tag)
    }
    return TaggedAnswer(try page(components, state))
  }

  private func page(_ components: URLComponents, _ state: State) throws -> HubAnswer {
    let query = Dictionary(
      uniqueKeysWithValues: (components.queryItems ?? []).map { ($0.name, $0.value ?? "") }
    )
    let list = try #require(PlantListName(rawValue: String(components.path.dropFirst(10))))
    let revisions = state.revisions[list] ?? []
    let now = revisions[(Int(query["revision"] ?? "") ?? 0) - 1]
    let base = query["since"].flatMap { since in
      revisions.first { "\($0.head.revision)-\($0.head.sha256)" == since }
    }
    let changed = now.content.entries.values.filter { base?.content.entries[$0.key] != $0 }
    let removed = (base?.content.keys ?? []).filter { now.content.entries[$0] == nil }
    let after = query["after"] ?? ""
    let keys = (changed.map(\.key) + removed).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      .filter { after.utf8.lexicographicallyPrecedes($0.utf8) }
    let shown = Set(keys.prefix(state.pageEntries))
    let page = PlantListPage(
      head: now.head,
      base: base?.head.revision,
      entries: changed.filter { shown.contains($0.key) },
      removed: removed.filter { shown.contains($0) },
      next: keys.count > shown.count ? keys[shown.count - 1] : nil
    )
    var text = String(decoding: try JSONEncoder().encode(page), as: UTF8.self)
    switch state.fault {
    case .wrongHash: text = text.replacing("released", with: "finished")
    case .brokenEntry: text = text.replacing("\"released\"", with: "\"unknown\"")
    case .wrongCount:
      let few = PlantListPage(
        head: page.head,
        base: page.base,
        entries: Array(page.entries.dropLast()),
        removed: page.removed,
        next: page.next
      )
      return try answer(few)
    default: break
    }
    return HubAnswer(status: 200, contentType: "application/json", body: Array(text.utf8))
  }

  private func answer(_ value: some Encodable) throws -> HubAnswer {
    HubAnswer(
      status: 200,
      contentType: "application/json",
      body: Array(try JSONEncoder().encode(value))
    )
  }
}

/// What an agent holds, and was told.
final class HeldLists: Sendable {
  struct State: Sendable {
    var held: [PlantListName: ListPuller.Held] = [:]
    var parts: [PlantListPart] = []
    var refusals: [String] = []
    var isFull = false
  }

  let state = Locked(State())

  var keeper: ListPuller.Keeper {
    ListPuller.Keeper(
      held: { [state] list in state.value.held[list] },
      take: { [self] parts in try take(parts) },
      refuse: { [state] _, detail in state.with { $0.refusals.append(detail) } }
    )
  }

  private func take(_ parts: [PlantListPart]) throws {
    if state.value.isFull { throw HubClientError.unreachable("the disk is full") }
    state.with { state in
      state.parts += parts
      guard let head = parts.first?.head else { return }
      var content =
        parts[0].base == nil
        ? PlantListContent(head.list)
        : state.held[head.list]?.content ?? PlantListContent(head.list)
      for part in parts { content.change(part.entries, removing: part.removed) }
      state.held[head.list] = ListPuller.Held(head: head, content: content)
    }
  }
}

@Suite("Taking lists from the hub")
struct ListPullerTests {
  private let hub = ScriptedLists()
  private let held = HeldLists()
  private let time = ManualTime()

  private func puller() -> ListPuller {
    ListPuller(
      uplink: "hub",
      url: "http://hub",
      interval: .seconds(2),
      client: hub,
      keeper: held.keeper,
      time: time,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
  }

  private func lot(_ name: String, _ state: ListedLot.State = .released) throws -> PlantListEntry {
    .lot(ListedLot(lot: try LotID(name), state: state))
  }

  @Test("A list that is new is taken whole, then only what differs, and nothing when nothing does")
  func changes() async throws {
    try hub.put(.lots, [lot("A"), lot("B"), lot("C")])
    let puller = puller()
    #expect(await puller.pullOnce() == .seconds(2))
    #expect(await puller.status.state == .connected)
    #expect(held.state.value.parts.map(\.base) == [nil])
    try hub.put(.lots, [lot("A"), lot("B", .hold)])
    _ = await puller.pullOnce()
    let part = try #require(held.state.value.parts.last)
    #expect(try part.base == 1 && part.entries == [lot("B", .hold)] && part.removed == ["C"])
    let asked = hub.state.value.asked.count
    _ = await puller.pullOnce()
    #expect(hub.state.value.asked.count == asked + 1)
    #expect(held.state.value.parts.count == 2)
  }

  @Test("A long list comes in parts, the last of which says so")
  func parts() async throws {
    hub.state.with { $0.pageEntries = 2 }
    try hub.put(.lots, ["A", "B", "C", "D", "E"].map { try lot($0) })
    _ = await puller().pullOnce()
    let parts = held.state.value.parts
    #expect(parts.map(\.part) == [1, 2, 3] && parts.map(\.hasMore) == [true, true, false])
    #expect(held.state.value.held[.lots]?.content.keys == ["A", "B", "C", "D", "E"])
  }

  @Test("While the hub is away the waits grow to a bound, and then all that was missed is taken")
  func away() async throws {
    hub.state.with { $0.fault = .unreachable }
    let puller = puller()
    var waits: [Duration] = []
    for _ in 0..<6 { waits.append(await puller.pullOnce()) }
    #expect(waits == [2, 4, 8, 10, 10, 10].map { .seconds($0) })
    #expect(await puller.status.state == .away)
    #expect(await puller.status.detail?.contains("Connection refused") == true)
    hub.state.with { $0.fault = nil }
    try hub.put(.lots, [lot("A", .hold)])
    #expect(await puller.pullOnce() == .seconds(2))
    #expect(held.state.value.held[.lots]?.head.revision == 1)
  }

  @Test(
    "What is no hub's answer changes nothing, and is asked for again",
    arguments: [ScriptedLists.Fault.html, .noLists]
  )
  func stranger(fault: ScriptedLists.Fault) async throws {
    try hub.put(.lots, [lot("A")])
    hub.state.with { $0.fault = fault }
    let puller = puller()
    _ = await puller.pullOnce()
    #expect(await puller.status.state == .away && held.state.value.held.isEmpty)
    #expect(held.state.value.refusals.isEmpty)
  }

  @Test(
    "A list that cannot be trusted is refused once with its place, and the one before stays",
    arguments: [
      (ScriptedLists.Fault.wrongHash, "do not have the hash"),
      (.brokenEntry, "entries[0].state: "), (.wrongCount, "and the hub says 2"),
    ]
  )
  func broken(fault: ScriptedLists.Fault, reason: String) async throws {
    try hub.put(.lots, [lot("A", .hold)])
    let puller = puller()
    _ = await puller.pullOnce()
    hub.state.with { $0.fault = fault }
    try hub.put(.lots, [lot("A"), lot("B")])
    for _ in 0..<3 { _ = await puller.pullOnce() }
    #expect(held.state.value.held[.lots]?.head.revision == 1)
    #expect(held.state.value.refusals.count == 1)
    #expect(
      held.state.value.refusals.first?.contains(reason) == true,
      "\(held.state.value.refusals)"
    )
    #expect(await puller.status.state == .refused)
    hub.state.with { $0.fault = nil }
    try hub.put(.lots, [lot("A", .scrapped)])
    _ = await puller.pullOnce()
    #expect(held.state.value.held[.lots]?.head.revision == 3)
    #expect(await puller.status.state == .connected)
  }

  @Test("A list that could not be recorded is taken at the next look")
  func full() async throws {
    try hub.put(.lots, [lot("A")])
    held.state.with { $0.isFull = true }
    let puller = puller()
    _ = await puller.pullOnce()
    #expect(await puller.status.state == .away && held.state.value.refusals.isEmpty)
    held.state.with { $0.isFull = false }
    _ = await puller.pullOnce()
    #expect(held.state.value.held[.lots]?.head.revision == 1)
  }

  @Test("A hub that lost its lists and begins anew is believed, whatever its revision")
  func anew() async throws {
    try hub.put(.lots, [lot("A")])
    try hub.put(.lots, [lot("B")])
    _ = await puller().pullOnce()
    hub.state.with { $0.revisions = [:] }
    try hub.put(.lots, [lot("C")])
    _ = await puller().pullOnce()
    #expect(held.state.value.held[.lots]?.content.keys == ["C"])
    #expect(held.state.value.parts.last?.base == nil)
  }
}
