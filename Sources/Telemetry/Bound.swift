/// What a reading belongs to, by the sequence numbers of ``Binding`` records: nothing, one lot, or
/// several at once, such as one on each lane of a station.
package enum Bound: Sendable, Hashable {
  case nothing
  case one(Int)
  /// Two at least, in ascending order.
  case several([Int])

  /// - Parameter bindings: In any order; each counts once.
  package init(_ bindings: [Int]) {
    switch bindings.count {
    case 0: self = .nothing
    case 1: self = .one(bindings[0])
    default:
      // On a conveyor they mostly come in order, many at a time.
      let isInOrder = zip(bindings, bindings.dropFirst()).allSatisfy { $0 < $1 }
      let distinct = isInOrder ? bindings : Set(bindings).sorted()
      self = distinct.count == 1 ? .one(distinct[0]) : .several(distinct)
    }
  }

  package init(_ binding: Int?) { self = binding.map { .one($0) } ?? .nothing }

  package var bindings: [Int] {
    switch self {
    case .nothing: []
    case .one(let binding): [binding]
    case .several(let bindings): bindings
    }
  }
}

extension Bound: ExpressibleByNilLiteral, ExpressibleByIntegerLiteral {
  package init(nilLiteral: ()) { self = .nothing }

  package init(integerLiteral binding: Int) { self = .one(binding) }
}
