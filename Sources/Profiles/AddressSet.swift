/// Addresses of one table.
struct AddressSet: Sendable, Hashable {
  /// Neither touching nor overlapping, in ascending order.
  private let ranges: [Range<Int>]

  init(_ parts: some Sequence<Range<Int>>) {
    var ranges: [Range<Int>] = []
    for range in parts.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = ranges.last, range.lowerBound <= last.upperBound {
        ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        ranges.append(range)
      }
    }
    self.ranges = ranges
  }

  /// Whether all addresses of a range are in the set.
  func contains(_ range: Range<Int>) -> Bool {
    guard let last = last(upTo: range.lowerBound) else { return false }
    return range.upperBound <= last.upperBound
  }

  /// Whether any address of a range is in the set.
  func overlaps(_ range: Range<Int>) -> Bool {
    guard !range.isEmpty, let last = last(upTo: range.upperBound - 1) else { return false }
    return last.upperBound > range.lowerBound
  }

  /// The last range that begins not behind an address, by halving.
  private func last(upTo address: Int) -> Range<Int>? {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].lowerBound <= address { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? ranges[low - 1] : nil
  }
}
