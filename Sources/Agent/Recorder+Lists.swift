internal import JournalStore
internal import Logging
internal import LotBinding
internal import StationAPI
internal import Telemetry
internal import Uplinks

extension Recorder {
  /// A list in force with its entries, for whoever compares it with the hub's; nil for none.
  func held(_ list: PlantListName) -> ListPuller.Held? {
    guard let head = bindings.lists.head(of: list), let content = bindings.lists.content(of: list)
    else { return nil }
    return ListPuller.Held(head: head, content: content)
  }

  /// Takes a part of a list; with the last one the list comes into force, and what that means for
  /// the lots in work is recorded with it.
  ///
  /// - Throws: `JournalError` when the journal cannot take it; the list before stays in force then.
  func take(_ part: PlantListPart) throws {
    try settleUndecided()
    followClock()
    let before = part.hasMore ? [] : bindings.listDoubts()
    let record = try append(.plantList(part))
    bindings.apply(record, uptime: time.uptime())
    if part.hasMore { return }
    tell(before, bindings.listDoubts())
    // Records that the disk does not take now stay in order in the journal's buffer.
    commitNow()
  }

  /// Records what stands against lots in work since a list came, and what no longer does.
  private func tell(_ before: [ListDoubt], _ after: [ListDoubt]) {
    for doubt in after where !before.contains(where: { $0.isSame(as: doubt) }) {
      logger.warning("\(doubt.event.detail)")
      write(.event(doubt.event), at: time.now())
    }
    for doubt in before where !after.contains(where: { $0.isSame(as: doubt) }) {
      logger.notice("\(doubt.endEvent.detail)")
      write(.event(doubt.endEvent), at: time.now())
    }
  }

  /// Records that a list from the hub was refused; the one before stays in force.
  func refuse(_ list: PlantListName, _ detail: String) {
    record(Event(.listRefused, detail: detail))
  }

  /// The lists in force.
  func listStatuses() -> [ListStatus] { bindings.lists.statuses }
}

extension PlantLists {
  fileprivate var statuses: [ListStatus] {
    [
      lots.map { ListStatus($0.head, since: $0.receivedAt, seq: $0.seq) },
      workOrders.map { ListStatus($0.head, since: $0.receivedAt, seq: $0.seq) },
      operators.map { ListStatus($0.head, since: $0.receivedAt, seq: $0.seq) },
      programs.map { ListStatus($0.head, since: $0.receivedAt, seq: $0.seq) },
      certificates.map { ListStatus($0.head, since: $0.receivedAt, seq: $0.seq) },
    ].compactMap { $0 }
  }
}
