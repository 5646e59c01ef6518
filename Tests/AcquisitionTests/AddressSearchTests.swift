import Fieldbus
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Acquisition

@Suite("Search for refused addresses")
struct AddressSearchTests {
  /// A device that lacks some addresses, or gives only so many at once.
  struct Oracle {
    let missing: Set<Int>
    var longest = 125

    func answer(_ first: UInt16, _ count: Int) -> AddressSearch.Answer {
      if count > longest { return .refused(3) }
      let asked = Int(first)..<(Int(first) + count)
      return asked.contains(where: missing.contains) ? .refused(2) : .given
    }
  }

  private static func block(_ ranges: [Range<Int>]) -> ReadPlan.Block {
    let start = ranges.reduce(65_536) { min($0, $1.lowerBound) }
    let end = ranges.reduce(0) { max($0, $1.upperBound) }
    return ReadPlan.Block(
      table: .holding,
      address: UInt16(start),
      count: end - start,
      parts: ranges.enumerated().map {
        ReadPlan.Part(signal: $0, offset: $1.lowerBound - start, count: $1.count)
      }
    )
  }

  /// Searches to the end.
  private static func run(
    _ block: ReadPlan.Block,
    _ oracle: Oracle
  ) -> (findings: AddressFindings, questions: Int) {
    var search = AddressSearch(block)
    var questions = 0
    while let question = search.question {
      search.take(oracle.answer(question.address, question.count))
      questions += 1
    }
    return (search.findings, questions)
  }

  /// 2·k·⌈log2 n⌉ + k.
  private static func bound(_ count: Int, of signals: Int) -> Int {
    var levels = 0
    while 1 << levels < signals { levels += 1 }
    return 2 * count * levels + count
  }

  @Test("One register that is not there among 125 is found with 15 questions at most")
  func one() {
    let block = Self.block((0..<125).map { $0..<($0 + 1) })
    for missing in 0..<125 {
      let (findings, questions) = Self.run(block, Oracle(missing: [missing]))
      #expect(findings == AddressFindings(refused: [missing: 2]))
      #expect(questions <= 15)
    }
  }

  @Test("Exactly the signals that are not there are found, with few questions")
  func exactness() {
    for seed in 0..<2_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var ranges: [Range<Int>] = []
      var end = 0
      while end < 110, ranges.isEmpty || Int.random(in: 0..<40, using: &generator) > 0 {
        let start = end + [0, 0, 0, 1, 3].randomElement(using: &generator)!
        end = start + [1, 1, 2, 4].randomElement(using: &generator)!
        ranges.append(start..<end)
      }
      let missing = Set(
        (0..<Int.random(in: 1...6, using: &generator)).map { _ in
          Int.random(in: 0..<end, using: &generator)
        }
      )
      let (oracle, block) = (Oracle(missing: missing), Self.block(ranges))
      guard oracle.answer(block.address, block.count) != .given else { continue }
      let (findings, questions) = Self.run(block, oracle)
      let bad = ranges.indices.filter { ranges[$0].contains(where: missing.contains) }
      #expect(findings.refused.keys.sorted() == bad, "seed \(seed)")
      #expect(findings.refused.values.allSatisfy { $0 == 2 })
      let found = findings.refused.count + findings.cuts.count
      #expect(questions <= Self.bound(found, of: ranges.count), "seed \(seed)")
    }
  }

  @Test("Plans around what was found end with a device that gives all that it has")
  func convergence() {
    for seed in 0..<300 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let signals = (0..<100).filter { _ in Int.random(in: 0..<3, using: &generator) > 0 }
      let missing = Set((0..<8).map { _ in Int.random(in: 0..<100, using: &generator) })
      let longest = Int.random(in: 10...60, using: &generator)
      let oracle = Oracle(missing: missing, longest: longest)
      let group = ModbusScanGroup(
        name: "g",
        period: .seconds(1),
        signals: signals.map {
          ModbusSignal(
            signal: Signal(name: "s\($0)"),
            location: ModbusLocation(table: .holding, address: UInt16($0), count: 1),
            decoding: ModbusSignal.Decoding(type: .uint16)
          )
        }
      )
      var findings = AddressFindings()
      var rounds = 0
      while true {
        let plan = ReadPlan(
          group: group,
          access: ModbusAccess(groups: [group]),
          over: .assumedTCP,
          around: findings
        )
        let refused = plan.blocks.filter { oracle.answer($0.address, $0.count) != .given }
        if refused.isEmpty { break }
        for block in refused { findings.add(Self.run(block, oracle).findings) }
        rounds += 1
        guard rounds < 30 else {
          Issue.record("seed \(seed) does not come to an end")
          return
        }
      }
      let bad = signals.indices.filter { missing.contains(signals[$0]) }
      #expect(findings.refused.keys.sorted() == bad, "seed \(seed)")
    }
  }

  @Test("A gap that is not there leaves both its sides good, and divides them")
  func gap() {
    let block = Self.block([0..<2, 2..<4, 9..<10, 10..<12])
    let (findings, _) = Self.run(block, Oracle(missing: [6]))
    #expect(findings == AddressFindings(cuts: [2]))
  }

  @Test("A request that is only too long is divided")
  func length() {
    let block = Self.block((0..<100).map { $0..<($0 + 1) })
    let (findings, _) = Self.run(block, Oracle(missing: [], longest: 60))
    #expect(findings == AddressFindings(cuts: [50]))
  }

  @Test("A refusal that does not come again finds nothing, with three questions")
  func fluke() {
    let block = Self.block((0..<60).map { $0..<($0 + 1) })
    let (findings, questions) = Self.run(block, Oracle(missing: []))
    #expect(findings.isEmpty && questions == 3)
    let (single, once) = Self.run(Self.block([4..<6]), Oracle(missing: []))
    #expect(single.isEmpty && once == 1)
  }

  @Test("Signals of one register share its fate and one question")
  func shared() {
    let block = Self.block([0..<1, 1..<2, 1..<2, 1..<2, 2..<3])
    let (findings, questions) = Self.run(block, Oracle(missing: [1]))
    #expect(findings == AddressFindings(refused: [1: 2, 2: 2, 3: 2]))
    #expect(questions <= Self.bound(1, of: 3))
  }
}
