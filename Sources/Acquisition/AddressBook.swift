package import Fieldbus
internal import Profiles
internal import Telemetry

/// What is known of the addresses that a device has for one scan group, and what is to be found out
/// next: pure.
///
/// A request that is refused is searched (``AddressSearch``). While that goes on the request is
/// asked as before, so that its signals stay bad with what the device says. Signals that turned out
/// to be refused are asked for again, one every ten minutes, and all after the device was gone: its
/// firmware, or the whole device, may be another one since.
struct AddressBook: Sendable {
  /// Time from one signal that is asked for again to the next.
  static let recheckInterval: Duration = .seconds(600)

  /// Searches in a row that come to nothing, after which the device is left alone for
  /// ``recheckInterval``.
  static let maximumTries = 3

  /// What requests are to go around.
  private(set) var findings = AddressFindings()

  /// Of the group's signals.
  private let locations: [ModbusLocation]

  /// One for each request that is refused; their findings count when all have ended.
  private var searches: [AddressSearch] = []
  private var found = AddressFindings()

  /// Refused signals to ask for again, in this order.
  private var rechecks: [Int] = []
  private var lastRechecked = -1
  private var nextRecheck: Duration = .zero

  /// Searches in a row without a finding, or whose question got no answer.
  private var vainTries = 0
  private var restEnd: Duration = .zero

  /// Refused signals that ``takeChange()`` has told of.
  private var told: [Int: UInt8] = [:]

  init(_ locations: [ModbusLocation]) { self.locations = locations }

  /// Takes what a scan brought.
  ///
  /// - Parameters:
  ///   - outcomes: What became of each request; where all signals are refused, what became of the one
  ///     that was asked for nevertheless.
  ///   - blocks: The requests; none where all signals are refused.
  ///   - now: Uptime.
  mutating func take(_ outcomes: [BusOutcome], of blocks: [ReadPlan.Block], at now: Duration) {
    searches.removeAll { !blocks.contains($0.block) }
    for (block, outcome) in zip(blocks, outcomes) {
      if case .success = outcome.result { searches.removeAll { $0.block == block } }
      guard outcome.isAddressRefusal, now >= restEnd,
        !searches.contains(where: { $0.block == block })
      else { continue }
      searches.append(AddressSearch(block))
    }
    if blocks.isEmpty, case .success? = outcomes.first?.result {
      recheckAll()
    } else if rechecks.isEmpty, !findings.refused.isEmpty, now >= nextRecheck {
      let refused = findings.refused.keys.sorted()
      rechecks = [refused.first { $0 > lastRechecked } ?? refused[0]]
    }
  }

  /// What to ask for beside the scans; nil for nothing.
  var question: AddressRange? {
    if let search = searches.first { return search.question }
    return rechecks.first.flatMap { signal in
      let place = locations[signal]
      return AddressRange(table: place.table, address: place.address, count: place.count)
    }
  }

  /// Takes the answer to ``question``.
  ///
  /// - Returns: Whether to ask on in this scan.
  mutating func take(_ result: Result<BusReply, BusFailure>, at now: Duration) -> Bool {
    guard let answer = AddressSearch.Answer(result) else {
      noteVainTry(at: now)
      return false
    }
    if searches.isEmpty { takeRecheck(answer, at: now) } else { takeSearch(answer, at: now) }
    return true
  }

  /// Whoever answers next may be another: the device was silent, or the connection was lost.
  mutating func forget() {
    recheckAll()
    restEnd = .zero
  }

  /// What is settled and was not told of yet.
  mutating func takeChange() -> (refused: [Int: UInt8], answered: [Int: UInt8]) {
    guard searches.isEmpty, rechecks.isEmpty else { return ([:], [:]) }
    let refused = findings.refused.filter { told[$0.key] == nil }
    let answered = told.filter { findings.refused[$0.key] == nil }
    told = findings.refused
    return (refused, answered)
  }

  private mutating func takeSearch(_ answer: AddressSearch.Answer, at now: Duration) {
    searches[0].take(answer)
    guard searches[0].question == nil else { return }
    let ended = searches.removeFirst()
    if ended.findings.isEmpty { noteVainTry(at: now) } else { vainTries = 0 }
    found.add(ended.findings)
    guard searches.isEmpty else { return }
    findings.add(found)
    found = AddressFindings()
    nextRecheck = now + Self.recheckInterval
  }

  private mutating func takeRecheck(_ answer: AddressSearch.Answer, at now: Duration) {
    guard !rechecks.isEmpty else { return }
    let signal = rechecks.removeFirst()
    lastRechecked = signal
    nextRecheck = now + Self.recheckInterval
    guard answer == .given else { return }
    findings.refused[signal] = nil
    // Where one is there, others may be.
    if rechecks.isEmpty { recheckAll() }
  }

  private mutating func recheckAll() { rechecks = findings.refused.keys.sorted() }

  private mutating func noteVainTry(at now: Duration) {
    vainTries += 1
    guard vainTries >= Self.maximumTries else { return }
    vainTries = 0
    searches.removeAll()
    findings.add(found)
    found = AddressFindings()
    rechecks.removeAll()
    restEnd = now + Self.recheckInterval
    nextRecheck = restEnd
  }
}

extension AddressSearch.Answer {
  /// - Returns: nil when there was no answer, or one that says nothing of addresses.
  package init?(_ result: Result<BusReply, BusFailure>) {
    switch result {
    case .success: self = .given
    case .failure(let failure):
      // The others ask for time, or come from a gateway (MODBUS Application Protocol V1.1b3, 7).
      guard case .exception(let code) = failure.cause, ![5, 6, 10, 11].contains(code) else {
        return nil
      }
      self = .refused(code)
    }
  }
}

extension BusOutcome {
  /// Whether the device refused the addresses, or so many of them, and not for the moment only.
  package var isAddressRefusal: Bool {
    guard case .failure(let failure) = result else { return false }
    return failure.cause == .exception(2) || failure.cause == .exception(3)
  }
}
