import LotBinding
import Telemetry
import Testing

@Suite("Lists of the plant")
struct PlantListsTests {
  private var lists = PlantLists()
  private var seq = 0

  private static let at = Instant(microseconds: 1_795_521_600_000_000)

  private mutating func take(_ part: PlantListPart) {
    seq += 1
    lists.apply(Record(seq: seq, at: Self.at, content: .plantList(part)))
  }

  private func head(_ list: PlantListName, _ revision: Int) throws -> PlantListHead {
    PlantListHead(
      list: list,
      revision: revision,
      sha256: .sha256([]),
      count: 1,
      by: try Label("qa"),
      at: Self.at
    )
  }

  private func lot(_ name: String, _ state: ListedLot.State) throws -> PlantListEntry {
    .lot(ListedLot(lot: try LotID(name), state: state))
  }

  private func lots(
    _ revision: Int,
    base: Int? = nil,
    part: Int = 1,
    hasMore: Bool = false,
    _ entries: [PlantListEntry],
    removed: [String] = []
  ) throws -> PlantListPart {
    PlantListPart(
      head: try head(.lots, revision),
      uplink: "hub",
      base: base,
      part: part,
      hasMore: hasMore,
      entries: entries,
      removed: removed
    )
  }

  @Test("A whole list replaces the one before, and says from when on it is in force")
  mutating func whole() throws {
    #expect(lists.lots == nil)
    take(try lots(4, [lot("A", .released), lot("B", .hold)]))
    take(try lots(5, [lot("C", .scrapped)]))
    let list = try #require(lists.lots)
    #expect(list.revision == 5 && list.receivedAt == Self.at && list.seq == 2)
    #expect(try list[LotID("A")] == nil && list[LotID("C")]?.state == .scrapped)
    #expect(lists.heads.map(\.revision) == [5])
  }

  @Test("A change of a revision puts and takes away entries, and keeps the others")
  mutating func change() throws {
    take(try lots(4, [lot("A", .released), lot("B", .released), lot("C", .released)]))
    take(try lots(6, base: 4, [lot("B", .hold), lot("D", .released)], removed: ["C"]))
    let content = try #require(lists.content(of: .lots))
    #expect(content.keys == ["A", "B", "D"])
    #expect(try lists.lots?[LotID("B")]?.state == .hold && lists.lots?.revision == 6)
  }

  @Test("A change of a revision that is not in force is not taken")
  mutating func foreignBase() throws {
    take(try lots(4, [lot("A", .hold)]))
    take(try lots(7, base: 6, [lot("A", .released)]))
    #expect(try lists.lots?[LotID("A")]?.state == .hold && lists.lots?.revision == 4)
  }

  @Test("A list in parts comes into force with the last, and a part that is missing ends it")
  mutating func parts() throws {
    take(try lots(1, [lot("A", .released)]))
    take(try lots(2, part: 1, hasMore: true, [lot("B", .hold)]))
    #expect(lists.lots?.revision == 1)
    take(try lots(2, part: 2, [lot("C", .hold)]))
    #expect(lists.lots?.revision == 2 && lists.content(of: .lots)?.keys == ["B", "C"])
    take(try lots(3, part: 1, hasMore: true, [lot("D", .hold)]))
    take(try lots(3, part: 3, [lot("E", .hold)]))
    #expect(lists.lots?.revision == 2)
    take(try lots(3, part: 2, [lot("F", .hold)]))
    #expect(lists.lots?.revision == 2)
  }

  @Test("An operator is found by name and by badge")
  mutating func badges() throws {
    let mara = ListedOperator(name: try Label("mara"), badge: try Label("0017"))
    take(
      PlantListPart(head: try head(.operators, 1), uplink: "hub", entries: [.person(mara)])
    )
    #expect(try lists.operators?[Label("0017")] == mara)
    #expect(try lists.operators?[Label("mara")] == mara)
    #expect(try lists.operators?[Label("jon")] == nil)
  }

  @Test("A qualification covers its station and program until it ends")
  func qualified() throws {
    let station = try StationID("reflow-1")
    let other = try StationID("servo-1")
    let program = try Label("SAC305-A")
    let trained = ListedOperator(
      name: try Label("mara"),
      qualifications: [
        .init(station: station, until: Self.at.advanced(by: .seconds(10))),
        .init(station: other, program: program),
      ]
    )
    #expect(trained.isQualified(for: station, program: program, at: Self.at))
    #expect(
      !trained.isQualified(for: station, program: nil, at: Self.at.advanced(by: .seconds(10)))
    )
    #expect(trained.isQualified(for: other, program: program, at: Self.at))
    #expect(try !trained.isQualified(for: other, program: Label("OTHER"), at: Self.at))
    let untold = ListedOperator(name: try Label("jon"))
    #expect(untold.isQualified(for: station, program: nil, at: Self.at))
    let untrained = ListedOperator(name: try Label("ines"), qualifications: [])
    #expect(!untrained.isQualified(for: station, program: nil, at: Self.at))
  }
}
