package import Telemetry

/// What a list can hold as its entries.
package protocol Listed: Sendable, Hashable {
  associatedtype Key: Sendable, Hashable

  /// What it is found by.
  var listKey: Key { get }

  /// What it is also found by, where no entry has that as its key.
  var otherKey: Key? { get }

  /// The same as an entry of any list.
  var entry: PlantListEntry { get }

  /// - Returns: Nil for an entry of another list.
  init?(_ entry: PlantListEntry)
}

/// One list, in the revision that is in force.
package struct PlantList<Entry: Listed>: Sendable, Hashable {
  /// Which revision it is, and who put it upstream.
  package let head: PlantListHead

  /// The record that brought it into force, and when.
  package let seq: Int
  package let receivedAt: Instant

  /// The uplink that it came from.
  package let uplink: String
  private var entries: [Entry.Key: Entry]
  private var others: [Entry.Key: Entry.Key] = [:]

  /// - Parameters:
  ///   - entries: What the list holds; of two with the same key, the later one.
  ///   - head: Which revision it is.
  ///   - record: The record that brought it into force.
  ///   - uplink: Where it came from.
  package init(
    _ entries: some Sequence<Entry>,
    head: PlantListHead,
    record: Record,
    uplink: String
  ) {
    self.head = head
    seq = record.seq
    receivedAt = record.at
    self.uplink = uplink
    self.entries = Dictionary(entries.map { ($0.listKey, $0) }) { _, later in later }
    for entry in self.entries.values {
      if let other = entry.otherKey { others[other] = entry.listKey }
    }
  }

  package var revision: Int { head.revision }

  package var all: some Collection<Entry> & Sendable { entries.values }

  package var keys: some Collection<Entry.Key> & Sendable { entries.keys }

  /// The entry with this key, or with this other key.
  package subscript(key: Entry.Key) -> Entry? {
    entries[key] ?? others[key].flatMap { entries[$0] }
  }
}

extension ListedLot: Listed {
  package var listKey: LotID { lot }
  package var otherKey: LotID? { nil }
  package var entry: PlantListEntry { .lot(self) }

  package init?(_ entry: PlantListEntry) {
    guard case .lot(let own) = entry else { return nil }
    self = own
  }
}

extension ListedWorkOrder: Listed {
  package var listKey: Label { workOrder }
  package var otherKey: Label? { nil }
  package var entry: PlantListEntry { .workOrder(self) }

  package init?(_ entry: PlantListEntry) {
    guard case .workOrder(let own) = entry else { return nil }
    self = own
  }
}

extension ListedOperator: Listed {
  package var listKey: Label { name }
  package var otherKey: Label? { badge }
  package var entry: PlantListEntry { .person(self) }

  package init?(_ entry: PlantListEntry) {
    guard case .person(let own) = entry else { return nil }
    self = own
  }
}

extension ListedProgram: Listed {
  package var listKey: Label { program }
  package var otherKey: Label? { nil }
  package var entry: PlantListEntry { .program(self) }

  package init?(_ entry: PlantListEntry) {
    guard case .program(let own) = entry else { return nil }
    self = own
  }
}

extension ListedCertificate: Listed {
  package var listKey: Label { id }
  package var otherKey: Label? { nil }
  package var entry: PlantListEntry { .certificate(self) }

  package init?(_ entry: PlantListEntry) {
    guard case .certificate(let own) = entry else { return nil }
    self = own
  }
}
