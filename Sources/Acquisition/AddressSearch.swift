package import Fieldbus
package import Profiles

/// Finds out by halving which signals of a request a device refuses, when it refuses the whole:
/// pure.
///
/// A half that is refused is halved again, down to single signals. A signal that is refused twice
/// by itself is refused for good. Where both halves of a request are given and the whole is refused
/// once more, they are not to be asked for together: what lies between them is not there, or it is
/// too long for the device. So a refusal that does not come again finds nothing.
///
/// With `k` findings in a request of `n` signals it asks `2·k·⌈log2 n⌉ + k` questions at most; for a
/// refusal that does not come again, three.
package struct AddressSearch: Sendable, Hashable {
  /// What a device said to a question.
  package enum Answer: Sendable, Hashable {
    case given
    /// The exception's code.
    case refused(UInt8)
  }

  /// Signals with the same addresses, which share their fate.
  private struct Item: Sendable, Hashable {
    var signals: [Int]

    /// In the block's reply.
    let indices: Range<Int>
  }

  private enum Step: Sendable, Hashable {
    /// Items that were not asked for by themselves yet.
    case ask(Range<Int>)
    /// An item that was refused by itself.
    case confirm(Int)
    /// Items that were refused, whose halves are settled; there were so many findings before them.
    case join(Range<Int>, middle: Int, found: Int)
  }

  /// The request that was refused.
  package let block: ReadPlan.Block
  package private(set) var findings = AddressFindings()

  private let items: [Item]

  /// What is to be done, the next last.
  private var steps: [Step] = []

  package init(_ block: ReadPlan.Block) {
    self.block = block
    var items: [Item] = []
    for part in block.parts {
      if items.last?.indices == part.indices {
        items[items.count - 1].signals.append(part.signal)
      } else {
        items.append(Item(signals: [part.signal], indices: part.indices))
      }
    }
    self.items = items
    split(items.indices)
  }

  /// What to ask for now; nil when all is settled.
  package var question: AddressRange? {
    switch steps.last {
    case nil: nil
    case .ask(let run), .join(let run, _, _): addresses(of: run)
    case .confirm(let item): addresses(of: item..<item + 1)
    }
  }

  /// Takes the answer to ``question``.
  package mutating func take(_ answer: Answer) {
    guard let step = steps.popLast() else { return }
    switch (step, answer) {
    case (_, .given): break
    case (.ask(let run), .refused): split(run)
    case (.confirm(let item), .refused(let code)):
      for signal in items[item].signals { findings.refused[signal] = code }
    case (.join(_, let middle, _), .refused): findings.cuts.insert(items[middle].signals[0])
    }
    // What was found in a half is why the whole was refused.
    while case .join(_, _, let found)? = steps.last, found < findings.count { steps.removeLast() }
  }

  private mutating func split(_ run: Range<Int>) {
    guard run.count > 1 else {
      steps += run.map(Step.confirm)
      return
    }
    let middle = run.lowerBound + run.count / 2
    steps.append(.join(run, middle: middle, found: findings.count))
    steps.append(.ask(middle..<run.upperBound))
    steps.append(.ask(run.lowerBound..<middle))
  }

  private func addresses(of run: Range<Int>) -> AddressRange? {
    let start = items[run.lowerBound].indices.lowerBound
    let end = items[run].reduce(start) { max($0, $1.indices.upperBound) }
    return AddressRange(
      table: block.table,
      address: block.address + UInt16(start),
      count: end - start
    )
  }
}

extension AddressFindings {
  fileprivate var count: Int { refused.count + cuts.count }
}
