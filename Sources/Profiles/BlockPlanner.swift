internal import Telemetry

/// Shares the signals of one table out over requests, so that these take the least time.
///
/// Only runs of signals in the order of their addresses need be tried. Of two requests whose signals
/// lie among each other, one can take signals that lie within its span from the other, at no cost:
/// it has their addresses already, and the other one's span gets no longer. So the cheapest way ends
/// with some signal, and is the cheapest way for all before its last request, and that request.
struct BlockPlanner {
  /// One signal to read.
  struct Member {
    let signal: Int
    let range: Range<Int>

    /// Whether it must not share a request with signals before it.
    let beginsRequest: Bool
  }

  private let table: ModbusTable
  private let rules: BlockRules
  private let cost: BlockCosts

  /// In the order of addresses.
  private let members: [Member]

  init(table: ModbusTable, rules: BlockRules, cost: BlockCosts, members: [Member]) {
    self.table = table
    self.rules = rules
    self.cost = cost
    self.members = members.sorted {
      ($0.range.lowerBound, $0.range.count, $0.signal)
        < ($1.range.lowerBound, $1.range.count, $1.signal)
    }
  }

  /// The requests, in the order of addresses.
  var blocks: [ReadPlan.Block] {
    // The best way for the first members, and where its last request begins.
    var best: [(price: BlockCosts.Price, first: Int)?] = [(BlockCosts.Price(), 0)]
    best += Array(repeating: nil, count: members.count)
    for first in members.indices {
      guard let before = best[first]?.price else { continue }
      forEachRun(from: first) { last, span in
        let price = before + cost.price(of: span.count)
        // Of two that are equal the one that fills the earlier requests.
        if let known = best[last + 1], known.price < price { return }
        best[last + 1] = (price, first)
      }
    }
    var blocks: [ReadPlan.Block] = []
    var end = members.count
    while end > 0, let first = best[end]?.first {
      blocks.append(block(of: members[first..<end]))
      end = first
    }
    return blocks.reversed()
  }

  /// Visits every run of members that one request can read, with the addresses that it spans.
  private func forEachRun(from first: Int, _ visit: (_ last: Int, _ span: Range<Int>) -> Void) {
    var span = members[first].range
    visit(first, span)
    for last in members.indices.dropFirst(first + 1) {
      let range = members[last].range
      let gap = span.upperBound..<max(span.upperBound, range.lowerBound)
      let whole = span.lowerBound..<max(span.upperBound, range.upperBound)
      guard !members[last].beginsRequest, rules.allows(whole), rules.allows(gap: gap) else {
        return
      }
      span = whole
      visit(last, span)
    }
  }

  private func block(of run: ArraySlice<Member>) -> ReadPlan.Block {
    let start = run.first?.range.lowerBound ?? 0
    let end = run.reduce(start) { max($0, $1.range.upperBound) }
    return ReadPlan.Block(
      table: table,
      address: UInt16(start),
      count: end - start,
      parts: run.map {
        ReadPlan.Part(
          signal: $0.signal,
          offset: $0.range.lowerBound - start,
          count: $0.range.count
        )
      }
    )
  }
}

/// What a request of one table may span.
struct BlockRules {
  private let limits: ReadLimits
  private let maximumCount: Int

  /// What signals of the profile have.
  private let mapped: AddressSet

  /// What the device turned out not to have.
  private let refused: AddressSet

  init(
    _ table: ModbusTable,
    group: ModbusScanGroup,
    access: ModbusAccess,
    around findings: AddressFindings
  ) {
    limits = group.limits
    maximumCount = limits.maximumCount(in: table)
    mapped = AddressSet(
      access.groups.lazy.flatMap(\.signals).map(\.location).filter { $0.table == table }
        .map(\.addresses)
    )
    refused = AddressSet(
      findings.refused.keys.lazy.map { group.signals[$0].location }.filter { $0.table == table }
        .map(\.addresses)
    )
  }

  func allows(_ block: Range<Int>) -> Bool { block.count <= maximumCount }

  /// Whether the addresses between two signals may be read along.
  func allows(gap: Range<Int>) -> Bool {
    if gap.isEmpty { return true }
    return limits.allow(gap: gap.count, isMapped: mapped.contains(gap)) && !refused.overlaps(gap)
  }
}

/// What requests of one table cost on a bus.
struct BlockCosts {
  /// What some requests cost: their time, and of two with the same time, as on TCP, fewer requests
  /// and then fewer addresses.
  struct Price: Comparable {
    private var time: Duration = .zero
    private var requests = 0
    private var addresses = 0

    init() {}

    fileprivate init(time: Duration, addresses: Int) {
      self.time = time
      requests = 1
      self.addresses = addresses
    }

    static func + (left: Price, right: Price) -> Price {
      var sum = left
      sum.time += right.time
      sum.requests += right.requests
      sum.addresses += right.addresses
      return sum
    }

    static func < (left: Price, right: Price) -> Bool {
      (left.time, left.requests, left.addresses) < (right.time, right.requests, right.addresses)
    }
  }

  private let table: ModbusTable

  /// Of one request, by the bytes of data in its reply.
  private let times: [Duration]

  init(_ table: ModbusTable, timing: BusTiming, pause: Duration) {
    self.table = table
    times = (0...table.byteCount(of: table.maximumCount)).map { bytes in
      let length = timing.length(of: table, count: table.holdsBits ? bytes * 8 : bytes / 2)
      return timing.time(of: length, pause: pause)
    }
  }

  /// Of one request for so many addresses.
  func price(of count: Int) -> Price {
    Price(time: times[table.byteCount(of: count)], addresses: count)
  }
}
