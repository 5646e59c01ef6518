internal import Telemetry

/// What came on a line since a request left: what the adapter echoes of it, then the reply.
///
/// Silence ends a frame (MODBUS over Serial Line V1.02, 2.5.1.1). Where its function says how long it
/// is, it is taken as soon as it is whole, and what is behind it stays in ``rest``.
struct RTUReception {
  /// What is known of an adapter's echo.
  enum Echo: Hashable {
    /// It gives back what it sends.
    case expected
    /// It does not: a device has answered on this port with nothing before its answer.
    case absent
    /// It should not, but nothing has shown it yet.
    case unknown
  }

  /// The request as it left, with its CRC.
  private let request: [UInt8]
  private let echo: Echo
  private var isEchoDropped = false
  private var bytes: [UInt8] = []

  /// - Parameters:
  ///   - request: The request as it leaves, with its CRC.
  ///   - echo: What is known of the adapter.
  init(of request: [UInt8], echo: Echo) {
    precondition(request.count > 3)
    self.request = request
    self.echo = echo
  }

  /// What came behind the frame that was taken.
  var rest: [UInt8] { bytes }

  mutating func take(_ new: [UInt8]) {
    // One byte more than two frames may have is enough to see that it is too much.
    bytes += new.prefix(2 * RTUFrame.maximumLength + 1 - bytes.count)
  }

  /// The whole frame, unit to CRC, whose CRC is good; nil until more comes, or silence.
  ///
  /// - Throws: ``ReplyFault`` for what cannot become a frame, and for an echo that nobody expects.
  mutating func next() throws(ReplyFault) -> [UInt8]? {
    if echo == .expected && !isEchoDropped {
      guard bytes.starts(with: request) else { return nil }
      bytes.removeFirst(request.count)
      isEchoDropped = true
    }
    if echo != .expected, bytes.starts(with: request) {
      // Functions 5 and 6 are confirmed by the request itself, and bits may happen to equal it.
      let mayBeReply = RTUFrame.length(of: bytes) == request.count
      guard mayBeReply, echo == .absent else { throw mayBeReply ? Self.likeEcho : Self.echoed }
    }
    guard bytes.count <= RTUFrame.maximumLength else { throw RTUFrame.tooLong }
    guard let length = RTUFrame.length(of: bytes) else { return nil }
    guard length <= RTUFrame.maximumLength else { throw RTUFrame.tooLong }
    guard bytes.count >= length else { return nil }
    guard CRC16.holds(bytes[..<length]) else {
      if mayBeEcho { return nil }
      throw RTUFrame.damaged
    }
    return takeFirst(length)
  }

  /// The line is silent: what is there is a frame, or none.
  ///
  /// - Returns: nil where a reply that has begun may go on, since some devices pause in it.
  /// - Throws: ``ReplyFault``
  mutating func silence() throws(ReplyFault) -> [UInt8]? {
    guard !bytes.isEmpty else { return nil }
    if echo == .expected && !isEchoDropped {
      throw CRC16.holds(bytes[...]) && beginsReply ? Self.echoMissing : Self.echoDamaged
    }
    if bytes.count < 3 || RTUFrame.length(of: bytes) != nil {
      // A part of the echo that nobody expects is no reply that has begun.
      guard beginsReply, bytes.count < 3 || !mayBeEcho else { throw RTUFrame.damaged }
      return nil
    }
    guard CRC16.holds(bytes[...]) else { throw RTUFrame.damaged }
    return takeFirst(bytes.count)
  }

  /// What is to be said when the time is over.
  ///
  /// - Parameter timeout: How long was waited.
  /// - Returns: Why there is no frame.
  func overdue(after timeout: Duration) -> ReplyFault {
    if echo == .expected && !isEchoDropped {
      guard bytes.isEmpty else { return Self.echoDamaged }
      return ReplyFault(
        .timeout,
        "nothing came within \(timeout.inWords), not even the echo of the request: is the adapter in "
          + "order? Where it does not echo, remove echo: true"
      )
    }
    return ReplyFault(
      .timeout,
      "no whole answer within \(timeout.inWords): is it on, and do unit number, speed and parity "
        + "fit?"
    )
  }

  // MARK: What the bytes are

  /// Whether what came so far may be the request itself.
  private var mayBeEcho: Bool { echo != .expected && request.starts(with: bytes) }

  /// Whether unit and function are those of the request, as far as they came.
  private var beginsReply: Bool {
    bytes.first == request[0] && (bytes.count < 2 || bytes[1] & 0x7F == request[1])
  }

  private mutating func takeFirst(_ count: Int) -> [UInt8] {
    let frame = Array(bytes.prefix(count))
    bytes.removeFirst(count)
    return frame
  }

  // MARK: Faults

  private static let echoed = ReplyFault(
    .foreignReply,
    "the request itself came back: this adapter echoes what it sends; add echo: true to its line"
  )

  private static let likeEcho = ReplyFault(
    .foreignReply,
    "the answer equals the request, as an echo does, and nothing was read yet that shows that this "
      + "adapter does not echo: read from the device first, or add echo: true to its line"
  )

  private static let echoMissing = ReplyFault(
    .malformedReply,
    "the answer came without the echo of the request before it: this adapter does not echo; remove "
      + "echo: true"
  )

  private static let echoDamaged = ReplyFault(
    .checksum,
    "the echo of the request came back damaged: does another device send at the same time, or are "
      + "the wires A and B swapped?"
  )
}
