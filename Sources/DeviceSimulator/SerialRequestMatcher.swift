/// Finds the requests of an instrument in the bytes that it receives.
package struct SerialRequestMatcher: Sendable {
  /// Bytes without a request in them that are kept; older ones are dropped.
  private static let maximumLength = 512

  private let requests: [[UInt8]]
  private var buffer: [UInt8] = []

  /// - Parameter requests: What the instrument answers to; empty ones are never found.
  package init(requests: [[UInt8]]) { self.requests = requests }

  package var pendingBytes: Int { buffer.count }

  /// Takes bytes, and gives the places of the requests that are complete, in order.
  ///
  /// A request that could still become a longer one waits for more bytes or for ``silence()``.
  package mutating func receive(_ bytes: some Collection<UInt8>) -> [Int] {
    buffer.append(contentsOf: bytes.suffix(Self.maximumLength))
    if buffer.count > Self.maximumLength { buffer.removeFirst(buffer.count - Self.maximumLength) }
    return take(isSilent: false)
  }

  /// Nothing more came, so a complete request is one.
  ///
  /// An incomplete one stays, since people type slowly.
  package mutating func silence() -> [Int] { take(isSilent: true) }

  private mutating func take(isSilent: Bool) -> [Int] {
    var found: [Int] = []
    var rest = buffer[...]
    while !rest.isEmpty {
      let couldGrow = requests.contains { $0.count > rest.count && $0.starts(with: rest) }
      let complete = requests.indices.filter {
        !requests[$0].isEmpty && rest.starts(with: requests[$0])
      }
      let longest = complete.max { requests[$0].count < requests[$1].count }
      if couldGrow, longest == nil || !isSilent { break }
      if let longest { found.append(longest) }
      rest = rest.dropFirst(longest.map { requests[$0].count } ?? 1)
    }
    buffer = Array(rest)
    return found
  }
}
