import Foundation
import Telemetry
import TestSupport
import Testing

@testable import HubStore

/// On a real file, since what is in force and what was is a matter of its queries.
@Suite("The plant's lists in the hub's file")
struct PlantListStoreTests {
  private let folder: TemporaryFolder
  private let hub: HubDatabase
  private static let at = Instant(microseconds: 1_795_521_600_000_000)

  init() throws {
    folder = try TemporaryFolder()
    hub = try HubDatabase(path: folder.path("hub.sqlite"))
  }

  private static func lot(_ name: String, _ state: ListedLot.State = .released) throws
    -> PlantListEntry
  {
    .lot(ListedLot(lot: try LotID(name), state: state))
  }

  @discardableResult
  private func put(
    _ changed: [PlantListEntry],
    removing removed: [String] = [],
    by: String = "mes",
    expecting: Int? = nil
  ) async throws -> PlantListChange {
    try await hub.change(
      .lots,
      by: Label(by),
      reason: nil,
      expecting: expecting,
      at: Self.at
    ) { $0.change(changed, removing: removed) }
  }

  @Test("Each change is one revision with its hash, and a change of nothing is none")
  func revisions() async throws {
    #expect(try await hub.reader.listHeads().isEmpty)
    let first = try await put([Self.lot("A"), Self.lot("B")])
    #expect(first.head.revision == 1 && first.head.count == 2 && first.changed == 2)
    let second = try await put([Self.lot("B", .hold)], removing: ["A"], by: "qa")
    #expect(second.head.revision == 2 && second.changed == 1 && second.removed == 1)
    #expect(try await put([Self.lot("B", .hold)]).head == second.head)
    #expect(try await hub.reader.listHeads() == [second.head])
    let content = try #require(PlantListContent(.lots, [Self.lot("B", .hold)]))
    #expect(try second.head.sha256 == content.sha256())
    #expect(try await hub.reader.history(of: .lots, limit: 9).map(\.head.by.text) == ["qa", "mes"])
  }

  @Test("An empty list that somebody puts is in force all the same")
  func empty() async throws {
    #expect(try await put([]).head.revision == 1)
    #expect(try await hub.reader.page(of: .lots, limit: 5).entries.isEmpty)
  }

  @Test("Whoever states the revision that they saw changes no other")
  func expected() async throws {
    try await put([Self.lot("A")], expecting: 0)
    await #expect(throws: PlantListError.changedMeanwhile(.lots, expected: 0, now: 1)) {
      try await put([Self.lot("B")], expecting: 0)
    }
    #expect(try await put([Self.lot("B")], expecting: 1).head.revision == 2)
  }

  @Test("What the change throws leaves everything as it was")
  func thrown() async throws {
    try await put([Self.lot("A")])
    await #expect(throws: CancellationError.self) {
      try await hub.change(.lots, by: Label("x"), reason: nil, at: Self.at) { content in
        content = PlantListContent(.lots)
        throw CancellationError()
      }
    }
    #expect(try await hub.reader.listHeads().map(\.revision) == [1])
  }

  @Test("Pages of a revision are its entries in the order of their bytes, whatever comes meanwhile")
  func pages() async throws {
    try await put([Self.lot("b"), Self.lot("a"), Self.lot("Z"), Self.lot("ä")])
    let first = try await hub.reader.page(of: .lots, limit: 3)
    #expect(first.entries.map(\.key) == ["Z", "a", "b"] && first.next == "b")
    try await put([Self.lot("aa")], removing: ["ä"])
    let second = try await hub.reader.page(of: .lots, revision: 1, after: first.next, limit: 3)
    #expect(second.entries.map(\.key) == ["ä"] && second.next == nil && second.head == first.head)
  }

  @Test("What differs from a revision that was in force, and the whole list where it never was")
  func difference() async throws {
    let first = try await put([Self.lot("A"), Self.lot("B"), Self.lot("C")]).head
    try await put([Self.lot("B", .hold), Self.lot("D")], removing: ["C"])
    try await put([Self.lot("B"), Self.lot("D", .scrapped)])
    let page = try await hub.reader.page(
      of: .lots,
      since: (first.revision, first.sha256),
      limit: 10
    )
    #expect(page.base == 1 && page.removed == ["C"] && page.head.revision == 3)
    // B is as it was, but it was another one in between; to say it again does no harm.
    #expect(try page.entries == [Self.lot("B"), Self.lot("D", .scrapped)])
    let stranger = try await hub.reader.page(of: .lots, since: (1, .sha256([])), limit: 10)
    #expect(stranger.base == nil && stranger.entries.map(\.key) == ["A", "B", "D"])
  }

  /// The definition of a difference, on random changes.
  @Test("A revision with the difference to another is that other", arguments: 0..<20)
  func differencesAddUp(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    var contents: [PlantListContent] = []
    var heads: [PlantListHead] = []
    for _ in 0..<8 {
      let keys = ["A", "B", "C", "D", "E"].filter { _ in Bool.random(using: &random) }
      let gone = ["A", "B", "C", "D", "E"].filter { _ in Int.random(in: 0..<4, using: &random) == 0
      }
      let entries = try keys.map {
        try Self.lot($0, ListedLot.State.allCases.randomElement(using: &random) ?? .hold)
      }
      let head = try await put(entries, removing: gone).head
      if head == heads.last { continue }
      heads.append(head)
      var content = contents.last ?? PlantListContent(.lots)
      content.change(entries, removing: gone)
      contents.append(content)
    }
    for (from, old) in zip(heads, contents) {
      var content = old
      var after: String?
      repeat {
        let page = try await hub.reader.page(
          of: .lots,
          since: (from.revision, from.sha256),
          after: after,
          limit: 2
        )
        content.change(page.entries, removing: page.removed)
        after = page.next
      } while after != nil
      #expect(content == contents.last, "from revision \(from.revision)")
      #expect(try content.sha256() == heads.last?.sha256)
    }
  }

  @Test("The history of an entry says who did what, also that it was taken off and came back")
  func history() async throws {
    try await put([Self.lot("A")], by: "mes")
    try await put([Self.lot("A", .hold)], by: "qa")
    try await put([], removing: ["A"], by: "mes")
    try await put([Self.lot("A", .scrapped)], by: "qa")
    let moments = try await hub.reader.history(of: .lots, "A", limit: 9)
    #expect(moments.map(\.revision) == [4, 3, 2, 1])
    #expect(moments.map(\.by.text) == ["qa", "mes", "qa", "mes"])
    #expect(moments.map { $0.entry == nil } == [false, true, false, false])
    #expect(try await hub.reader.entry(of: .lots, "A").revision == 4)
    await #expect(throws: PlantListError.noSuchEntry(.lots, "AB", near: ["A"])) {
      try await hub.reader.entry(of: .lots, "AB")
    }
    await #expect(throws: PlantListError.missing(.programs)) {
      try await hub.reader.entry(of: .programs, "P")
    }
  }

  @Test("Lists outlive a rebuild of what is derived, and the program")
  func durable() async throws {
    let head = try await put([Self.lot("A", .hold)]).head
    try await hub.rebuild()
    try hub.close()
    let again = try HubDatabase(path: folder.path("hub.sqlite"))
    #expect(try await again.reader.listHeads() == [head])
    #expect(try await again.reader.page(of: .lots, limit: 5).entries == [Self.lot("A", .hold)])
    try again.close()
  }
}
