import FaultMatrix
import TestSupport
import Testing

/// A reply of two registers, and what a strike makes of it.
@Suite("Tamper")
struct TamperTests {
  private static let request: [UInt8] = [0, 9, 0, 0, 0, 6, 17, 3, 0, 100, 0, 2]
  private static let reply: [UInt8] = [0, 9, 0, 0, 0, 7, 17, 3, 4, 1, 2, 3, 4]
  private static let plain = [Act.send(reply, after: .zero, inOrder: false)]

  private func acts(_ kind: FaultKind, askings: Int = 1, seed: UInt64 = 1) -> [[Act]] {
    var tamper = Tamper(.tcp)
    tamper.begin(
      Strike(kind: kind, position: 0, askings: askings, scans: 1, seed: seed),
      target: [3, 0, 100]
    )
    return (0..<3).map { _ in tamper.acts(on: Self.reply, answering: Self.request) }
  }

  private func sent(_ kind: FaultKind, seed: UInt64 = 1) -> [UInt8] {
    guard case .send(let bytes, _, _)? = acts(kind, seed: seed)[0].first else { return [] }
    return bytes
  }

  @Test("Only the struck request is struck, and no more often than dealt")
  func target() {
    #expect(acts(.silence) == [[], Self.plain, Self.plain])
    #expect(acts(.silence, askings: 2) == [[], [], Self.plain])
    var tamper = Tamper(.tcp)
    tamper.begin(
      Strike(kind: .silence, position: 0, askings: 1, scans: 1, seed: 1),
      target: [3, 0, 200]
    )
    #expect(tamper.acts(on: Self.reply, answering: Self.request) == Self.plain)
    #expect(tamper.fired == 0)
  }

  @Test("A reply that is damaged has the damage that its fault is named for", arguments: 1...50)
  func shapes(seed: UInt64) {
    let reply = Self.reply
    let header = zip(sent(.headerBits, seed: seed), reply).map { ($0 ^ $1).nonzeroBitCount }
    #expect((1...3).contains(header.reduce(0, +)) && header.dropFirst(9).allSatisfy { $0 == 0 })
    let values = zip(sent(.valueBits, seed: seed), reply).map { ($0 ^ $1).nonzeroBitCount }
    #expect(values.reduce(0, +) == 1 && values.prefix(9).allSatisfy { $0 == 0 })
    let short = sent(.shortFrame, seed: seed)
    #expect(!short.isEmpty && short.count < reply.count && reply.starts(with: short))
    let long = sent(.longFrame, seed: seed)
    #expect((1...20).contains(long.count - reply.count) && long.starts(with: reply))
    let unit = sent(.wrongUnit, seed: seed)
    #expect(unit[6] != 17 && unit.dropFirst(7) == reply.dropFirst(7))
    let transaction = sent(.wrongTransaction, seed: seed)
    #expect(transaction.prefix(2) != [0, 9] && transaction.dropFirst(2) == reply.dropFirst(2))
    #expect(sent(.twoReplies, seed: seed) == reply + reply)
    #expect(sent(.wrongFunction, seed: seed)[7] == 4)
    let exception = sent(.exception, seed: seed)
    #expect(exception.count == 9 && exception[7] == 0x83 && exception[5] == 3)
  }

  @Test("Pieces are the whole reply, in order")
  func pieces() {
    let bytes = acts(.split)[0].flatMap { act -> [UInt8] in
      if case .send(let bytes, _, inOrder: true) = act { bytes } else { [] }
    }
    #expect(bytes == Self.reply)
  }

  @Test(
    "A late reply is later than the timeout, and on a line within what its hygiene bears",
    arguments: 1...50
  )
  func late(seed: UInt64) {
    guard case .send(_, let delay, _)? = acts(.late, seed: seed)[0].first else {
      Issue.record("nothing is sent")
      return
    }
    #expect(delay > Carrier.tcp.timeout)
    var tamper = Tamper(.line)
    let request = Framing.rtu.frame([3, 0, 100, 0, 2], unit: 17, like: [])
    let reply = Framing.rtu.frame([3, 4, 1, 2, 3, 4], unit: 17, like: [])
    tamper.begin(
      Strike(kind: .late, position: 0, askings: 1, scans: 1, seed: seed),
      target: [3, 0, 100]
    )
    let acts = tamper.acts(on: reply, answering: request)
    guard case .send(reply, let onLine, _)? = acts.first else {
      Issue.record("nothing is sent")
      return
    }
    #expect(onLine > Carrier.line.timeout)
    #expect(onLine < Carrier.line.timeout * 3 + Carrier.line.quiet)
  }
}
