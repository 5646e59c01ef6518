package import Telemetry

/// Cuts what a serial instrument sends into frames, however it arrives.
///
/// Where a frame begins:
/// - A line begins after the last one's end. When that was missed or given up, bytes are thrown
///   away until the next terminator, and the check sum after it.
/// - An enclosed frame begins at its start mark; what stands before one is thrown away. A start mark
///   within a frame may be a byte of a check sum, or the frame before it was cut off: of all start
///   marks before an end, the last one whose check sum is right counts, and without check sums the
///   last one.
/// - Only silence tells where a frame of fixed length begins. After one with a wrong check sum, bytes
///   are thrown away until the line was silent.
///
/// Where it ends: a content holds no end mark, but a binary check sum may. One that stands before the
/// mark can make it seem to come too early; so where the check sum is wrong, an end that comes later,
/// by as many bytes as check sum and mark can overlap, is tried too. The bytes after the first end
/// count again when that fails.
///
/// Frames that nobody has asked for yet wait here, ``maximumFrames`` at most.
package struct FrameAssembler: Sendable {
  /// Frames that may wait; beyond that the oldest are dropped, and counted.
  package static let maximumFrames = 256

  /// When bytes were seen, by both clocks.
  package typealias Stamp = Moment

  /// What came out of the stream.
  package enum Content: Sendable, Hashable {
    /// What a frame carries, without marks and check sum.
    case frame([UInt8])
    /// A whole frame whose check sum is wrong.
    case damaged([UInt8])
    /// More bytes than allowed came without an end.
    case tooLong
    /// So many frames came faster than they were asked for, and were dropped.
    case dropped(Int)
  }

  package struct Item: Sendable, Hashable {
    package let content: Content
    package let began: Stamp
    package let ended: Stamp
  }

  package let framing: SerialFraming

  /// Longest content of a frame that ends by a mark.
  package let maximumLength: Int

  private let start: [UInt8]
  private let end: [UInt8]

  /// Bytes of the check sum after the end mark.
  private let trailing: Int

  /// Bytes by which the end may be later than it seemed.
  private let slack: Int

  private var buffer: [UInt8] = []
  private var stamps: [Stamp] = []

  /// Where the first end mark in the buffer ends.
  private var firstEnd: Int?

  /// Whether the next byte begins a frame, or may.
  private var isSynchronised: Bool

  /// Bytes to throw away after a line whose beginning was missed: its check sum.
  private var toSkip = 0

  /// Whether too long a frame was reported, and none has ended since.
  private var hasGivenUp = false
  private var items: [Item] = []
  private var dropped = 0

  /// Bytes that were thrown away because they belong to no frame.
  package private(set) var ignoredCount = 0

  /// With `startsInFrame` the first bytes may be the rest of a frame whose beginning nobody saw.
  package init(framing: SerialFraming, maximumLength: Int, startsInFrame: Bool) {
    precondition(maximumLength > 0)
    self.framing = framing
    self.maximumLength = maximumLength
    start = framing.start
    end = framing.end
    let sum = framing.checksum?.byteCount ?? 0
    trailing = framing.checksum?.place == .afterEnd ? sum : 0
    slack =
      framing.checksum?.place == .beforeEnd && framing.checksum?.form != .hex
      ? sum + end.count - 1 : 0
    let isEnclosed = if case .enclosed = framing.shape { true } else { false }
    isSynchronised = isEnclosed || !startsInFrame
  }

  /// Bytes of a frame that has not ended.
  package var partialCount: Int { isSynchronised ? buffer.count : 0 }

  /// Whether an end was seen, and it is open whether the frame ended there.
  package var isDoubtful: Bool { firstEnd != nil }

  /// The line was silent for so long that the next byte begins a frame.
  package mutating func beginFrame() {
    settle()
    if case .enclosed = framing.shape { return }
    if case .line = framing.shape, isSynchronised { return }
    ignoredCount += buffer.count
    clear()
    isSynchronised = true
    toSkip = 0
  }

  /// Nothing more comes that could belong to a frame whose end is in doubt: it is damaged.
  package mutating func settle() {
    guard let firstEnd else { return }
    let frame = min(firstEnd + trailing, buffer.count)
    append(.damaged(Array(buffer[..<frame])), from: 0)
    switch framing.shape {
    case .line: scanAgain(from: frame)
    // The bytes of a check sum may be the next start.
    case .enclosed: scanAgain(from: firstEnd)
    case .fixed: clear()
    }
  }

  /// Takes what was read at `stamp`.
  package mutating func take(_ bytes: some Sequence<UInt8>, at stamp: Stamp) {
    for byte in bytes { take(byte, stamp) }
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

  // MARK: One byte

  private mutating func take(_ byte: UInt8, _ stamp: Stamp) {
    buffer.append(byte)
    stamps.append(stamp)
    switch framing.shape {
    case .fixed(let length): extendFixed(to: length)
    case .line, .enclosed: if isSynchronised { extend() } else { skip() }
    }
  }

  private mutating func extendFixed(to length: Int) {
    guard isSynchronised else { return ignore(buffer.count) }
    guard buffer.count >= length else { return }
    if let content = framing.content(of: buffer) {
      append(.frame(content), from: 0)
    } else {
      append(.damaged(buffer), from: 0)
      isSynchronised = false
    }
    clear()
  }

  /// Throws bytes away until a line has ended.
  private mutating func skip() {
    if endsInMark {
      ignore(buffer.count)
      isSynchronised = true
      hasGivenUp = false
      toSkip = trailing
    } else if buffer.count >= end.count {
      ignore(buffer.count - end.count + 1)
    }
  }

  private mutating func extend() {
    guard toSkip == 0 else {
      toSkip -= 1
      return ignore(1)
    }
    guard beginsWithMark, !isEmptyLine, !isEmptyBetweenMarks else { return }
    if firstEnd == nil, endsInMark { firstEnd = buffer.count }
    guard let firstEnd else { return giveUpIfTooLong() }
    if trailing == 0 ? endsInMark : buffer.count == firstEnd + trailing, let found = verified() {
      append(.frame(found.content), from: found.start)
      return clear()
    }
    if buffer.count >= firstEnd + max(trailing, slack) { settle() }
  }

  /// Whether the buffer begins with the start mark and goes on; drops what begins nothing.
  private var beginsWithMark: Bool {
    mutating get {
      if buffer.count > start.count { return true }
      while !start.starts(with: buffer) { ignore(1) }
      return false
    }
  }

  /// A line without even a check sum says nothing; drops it.
  private var isEmptyLine: Bool {
    mutating get {
      guard case .line = framing.shape, framing.checksum != nil, buffer == end else { return false }
      ignore(buffer.count)
      return true
    }
  }

  /// Where both marks are the same, two of them in a row are an end and a start; drops the first.
  private var isEmptyBetweenMarks: Bool {
    mutating get {
      guard start == end, !start.isEmpty, buffer.count == start.count + end.count, endsInMark else {
        return false
      }
      ignore(start.count)
      return true
    }
  }

  private mutating func giveUpIfTooLong() {
    let sum = trailing == 0 ? framing.checksum?.byteCount ?? 0 : 0
    guard buffer.count >= start.count + maximumLength + sum + end.count else { return }
    if !hasGivenUp { append(.tooLong, from: 0) }
    hasGivenUp = true
    if case .line = framing.shape {
      isSynchronised = false
      ignore(buffer.count - end.count + 1)
    } else {
      ignoredCount += 1
      scanAgain(from: 1)
    }
  }

  // MARK: Whole frames

  /// The content of the frame that ends with the buffer, and where it starts.
  private func verified() -> (content: [UInt8], start: Int)? {
    for start in starts {
      if let content = framing.content(of: Array(buffer[start...])) { return (content, start) }
    }
    return nil
  }

  /// Where the frame may start, in the order in which they are tried.
  private var starts: [Int] {
    guard case .enclosed = framing.shape else { return [0] }
    let last = buffer.count - trailing - end.count - start.count
    let starts = (0...max(last, 0)).reversed().filter { buffer[$0...].starts(with: start) }
    return framing.checksum == nil ? Array(starts.prefix(1)) : starts
  }

  private var endsInMark: Bool {
    buffer.count >= start.count + end.count && buffer.suffix(end.count).elementsEqual(end)
  }

  private mutating func append(_ content: Content, from first: Int) {
    if content != .tooLong { hasGivenUp = false }
    if items.count == Self.maximumFrames {
      items.removeFirst()
      dropped += 1
    }
    items.append(Item(content: content, began: stamps[first], ended: stamps[stamps.count - 1]))
  }

  private mutating func clear() {
    buffer.removeAll(keepingCapacity: true)
    stamps.removeAll(keepingCapacity: true)
    firstEnd = nil
  }

  private mutating func ignore(_ count: Int) {
    ignoredCount += count
    buffer.removeFirst(count)
    stamps.removeFirst(count)
  }

  /// Takes the bytes from `index` on once more, as if nothing had come before them.
  private mutating func scanAgain(from index: Int) {
    let rest = zip(buffer.dropFirst(index), stamps.dropFirst(index))
    clear()
    for (byte, stamp) in rest { take(byte, stamp) }
  }
}
