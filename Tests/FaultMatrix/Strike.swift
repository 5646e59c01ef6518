internal import TestSupport

/// One fault in one scan, with everything that chance decides about it.
package struct Strike: Sendable, Hashable {
  package let kind: FaultKind
  /// Place of the request that it strikes, in the scan.
  package let position: Int
  /// How many askings of that request it strikes: a serial bus asks the same once more.
  package let askings: Int
  /// Scans that a lasting fault lasts.
  package let scans: Int
  /// What kinds draw from: bits, bytes, delays.
  package let seed: UInt64

  package init(kind: FaultKind, position: Int, askings: Int, scans: Int, seed: UInt64) {
    self.kind = kind
    self.position = position
    self.askings = askings
    self.scans = scans
    self.seed = seed
  }
}

/// Which scan is struck by what: a function of carrier and seed alone, whatever the bus does.
///
/// The kinds come like cards of a deck that is shuffled anew when it is used up, so that each
/// strikes about as often as any other. Between the last scan that a fault may spoil and the next
/// fault lie at least two that must be good.
package struct StrikePlan: Sendable {
  private let carrier: Carrier
  private let interval: Int
  private var chance: SeededGenerator
  private var deck: [FaultKind] = []
  private var next = 3

  /// - Parameters:
  ///   - carrier: Whose faults are dealt.
  ///   - interval: Scans from one fault to the next, on average.
  ///   - seed: Another seed, other faults.
  package init(_ carrier: Carrier, interval: Int, seed: UInt64) {
    self.carrier = carrier
    self.interval = max(interval, 6)
    chance = SeededGenerator(seed: seed)
  }

  /// What strikes the scan `number`; ask for each number once, in order.
  package mutating func strike(at number: Int) -> Strike? {
    guard number == next else { return nil }
    if deck.isEmpty { deck = carrier.faults.shuffled(using: &chance) }
    let kind = deck.removeLast()
    let strike = Strike(
      kind: kind,
      position: Int.random(in: 0..<carrier.requestCount, using: &chance),
      askings: carrier.framing == .rtu ? Int.random(in: 1...2, using: &chance) : 1,
      scans: kind.isLasting ? Int.random(in: 2...5, using: &chance) : 1,
      seed: chance.next()
    )
    next += strike.scans + 4 + Int.random(in: 0...((interval - 6) * 2), using: &chance)
    return strike
  }
}
