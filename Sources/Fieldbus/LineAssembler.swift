package import Telemetry

/// Cuts what a serial instrument sends into lines, however it arrives.
///
/// Lines that nobody has asked for yet wait here, ``maximumLines`` at most; a line that is too long
/// is given up, and the next one begins after the next terminator.
package struct LineAssembler: Sendable {
  /// Lines that may wait; beyond that the oldest are dropped, and counted.
  package static let maximumLines = 256

  /// When bytes were seen, by both clocks.
  package struct Stamp: Sendable, Hashable {
    package let wall: Instant
    package let uptime: Duration

    package init(wall: Instant, uptime: Duration) {
      self.wall = wall
      self.uptime = uptime
    }
  }

  /// What came out of the stream.
  package enum Content: Sendable, Hashable {
    /// Without its terminator.
    case line([UInt8])
    /// More bytes than allowed came before a terminator.
    case tooLong
    /// So many lines came faster than they were asked for, and were dropped.
    case dropped(Int)
  }

  package struct Item: Sendable, Hashable {
    package let content: Content
    package let began: Stamp
    package let ended: Stamp
  }

  package let terminator: [UInt8]
  package let maximumLength: Int

  private var partial: [UInt8] = []
  private var began: Stamp?
  /// Whether bytes are thrown away until the next terminator.
  private var isSkipping: Bool
  private var items: [Item] = []
  private var dropped = 0

  /// With `startsInLine` the first bytes may be the rest of a line whose beginning nobody saw; they
  /// are thrown away.
  package init(terminator: [UInt8], maximumLength: Int, startsInLine: Bool) {
    precondition(!terminator.isEmpty && maximumLength > 0)
    self.terminator = terminator
    self.maximumLength = maximumLength
    isSkipping = startsInLine
  }

  /// Bytes of a line that has not ended.
  package var partialCount: Int { isSkipping ? 0 : partial.count }

  /// The stream was silent for so long that the next byte begins a line.
  package mutating func beginLine() {
    guard isSkipping else { return }
    isSkipping = false
    partial.removeAll()
  }

  /// Takes what was read at `stamp`.
  package mutating func take(_ bytes: some Sequence<UInt8>, at stamp: Stamp) {
    for byte in bytes {
      if partial.isEmpty { began = stamp }
      partial.append(byte)
      if endsWithTerminator {
        endLine(at: stamp)
      } else if isSkipping {
        if partial.count > terminator.count { partial.removeFirst() }
      } else if partial.count >= maximumLength + terminator.count {
        append(.tooLong, at: stamp)
        isSkipping = true
        partial.removeFirst(partial.count - min(partial.count, terminator.count))
      }
    }
  }

  /// The oldest item that waits.
  package mutating func next() -> Item? {
    guard !items.isEmpty else { return nil }
    guard dropped == 0 else {
      defer { dropped = 0 }
      return Item(content: .dropped(dropped), began: items[0].began, ended: items[0].began)
    }
    return items.removeFirst()
  }

  private var endsWithTerminator: Bool {
    partial.count >= terminator.count && partial.suffix(terminator.count).elementsEqual(terminator)
  }

  private mutating func endLine(at stamp: Stamp) {
    if !isSkipping { append(.line(partial.dropLast(terminator.count)), at: stamp) }
    isSkipping = false
    partial.removeAll(keepingCapacity: true)
  }

  private mutating func append(_ content: Content, at stamp: Stamp) {
    if items.count == Self.maximumLines {
      items.removeFirst()
      dropped += 1
    }
    items.append(Item(content: content, began: began ?? stamp, ended: stamp))
  }
}
