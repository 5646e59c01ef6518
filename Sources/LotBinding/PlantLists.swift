package import Telemetry

/// What the plant's systems say of lots, operators, programs and certificates, as it is in force at
/// this agent: a replay of the records `plant_list`.
///
/// A list that is nil never came: then nothing is judged by it.
package struct PlantLists: Sendable, Hashable {
  package private(set) var lots: PlantList<ListedLot>?

  /// By name, and by badge.
  package private(set) var operators: PlantList<ListedOperator>?
  package private(set) var workOrders: PlantList<ListedWorkOrder>?
  package private(set) var programs: PlantList<ListedProgram>?

  /// By the certificate's identifier.
  package private(set) var certificates: PlantList<ListedCertificate>?

  /// Lists of which a part is recorded, and the last is not.
  private var pending: [PlantListName: Pending] = [:]

  package init() {}

  /// The revisions in force.
  package var heads: [PlantListHead] {
    [lots?.head, workOrders?.head, operators?.head, programs?.head, certificates?.head]
      .compactMap { $0 }
  }

  /// The revision of a list that is in force, or nil.
  package func head(of list: PlantListName) -> PlantListHead? { heads.first { $0.list == list } }

  /// The entries of a list in force, or nil.
  package func content(of list: PlantListName) -> PlantListContent? {
    switch list {
    case .lots: lots?.content
    case .workOrders: workOrders?.content
    case .operators: operators?.content
    case .programs: programs?.content
    case .certificates: certificates?.content
    }
  }

  /// Takes a record that is in the journal; only parts of lists change something.
  package mutating func apply(_ record: Record) {
    guard case .plantList(let part) = record.content else { return }
    let list = part.head.list
    // A list whose last part never came is followed by one that begins anew.
    guard part.part == 1 || pending[list]?.isContinued(by: part) == true else {
      pending[list] = nil
      return
    }
    var taken = part.part == 1 ? Pending(head: part.head, base: part.base) : pending[list]
    taken?.take(part)
    pending[list] = part.hasMore ? taken : nil
    guard !part.hasMore, let taken else { return }
    switch list {
    case .lots: lots = taken.list(after: lots, record, part)
    case .workOrders: workOrders = taken.list(after: workOrders, record, part)
    case .operators: operators = taken.list(after: operators, record, part)
    case .programs: programs = taken.list(after: programs, record, part)
    case .certificates: certificates = taken.list(after: certificates, record, part)
    }
  }
}

/// The parts of a list until its last.
private struct Pending: Sendable, Hashable {
  let head: PlantListHead
  let base: Int?
  private var parts = 0
  private var entries: [PlantListEntry] = []
  private var removed: [String] = []

  init(head: PlantListHead, base: Int?) {
    self.head = head
    self.base = base
  }

  func isContinued(by part: PlantListPart) -> Bool {
    part.head == head && part.base == base && part.part == parts + 1
  }

  mutating func take(_ part: PlantListPart) {
    parts += 1
    entries += part.entries
    removed += part.removed
  }

  /// The list that is in force from now on: the old one where the parts change another revision.
  func list<Entry: Listed>(
    after old: PlantList<Entry>?,
    _ record: Record,
    _ part: PlantListPart
  ) -> PlantList<Entry>? {
    var content = PlantListContent(head.list)
    if let base {
      guard let old, old.revision == base else { return old }
      content = old.content
    }
    content.change(entries, removing: removed)
    return PlantList(
      content.entries.values.compactMap { Entry($0) },
      head: head,
      record: record,
      uplink: part.uplink
    )
  }
}

extension PlantList {
  fileprivate var content: PlantListContent {
    var content = PlantListContent(head.list)
    content.change(all.map(\.entry))
    return content
  }
}
