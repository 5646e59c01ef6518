package import Telemetry

/// What one scan of one scan group sends and gets.
package struct PlannedScan: Sendable, Hashable {
  /// The device's name, or its profile's where it has none.
  package let device: String
  package let group: String

  /// Time from one scan to the next; for a listener, the silence after which values are stale.
  package let period: Duration
  package let signalCount: Int

  /// In the order in which they are sent.
  package let requests: [PlannedRequest]

  /// Rest after each reply.
  package let pause: Duration

  /// Requests that the bus carries at once.
  package let requestsInFlight: Int

  /// The same scan at another period.
  func with(period: Duration) -> PlannedScan {
    PlannedScan(
      device: device,
      group: group,
      period: period,
      signalCount: signalCount,
      requests: requests,
      pause: pause,
      requestsInFlight: requestsInFlight
    )
  }

  /// Whether the instrument sends by itself.
  package var isListening: Bool { requests.contains { $0.length.request == 0 } }
}

/// One request, and the reply that is expected.
package struct PlannedRequest: Sendable, Hashable {
  package enum Content: Sendable, Hashable {
    case read(ReadPlan.Block)
    /// Bytes to send to a serial instrument; empty where it sends by itself.
    case bytes([UInt8])
  }

  /// Bytes of an answer that the profile gives neither a length nor an example of.
  package static let assumedAnswerLength = 64

  package let content: Content
  package let length: ExchangeLength

  /// The addresses as the manual counts them; nil for an instrument.
  package let reference: String?

  /// Whether the reply's length is ``assumedAnswerLength``, for want of a better one.
  package let isAssumed: Bool
  package let signalCount: Int

  /// Addresses that are read though no signal of the group has them.
  package var readAlongCount: Int {
    if case .read(let block) = content { block.readAlongCount } else { 0 }
  }

  init(_ block: ReadPlan.Block, of access: ModbusAccess, over timing: BusTiming) {
    content = .read(block)
    reference = access.addressBase.text(of: block.addresses, in: block.table)
    length = timing.length(of: block.table, count: block.count)
    isAssumed = false
    signalCount = block.parts.count
  }

  init(_ group: SerialScanGroup, framing: SerialFraming) {
    let known = framing.answerLength(example: group.example)
    content = .bytes(group.request)
    reference = nil
    length = ExchangeLength(
      request: group.request.count,
      reply: known ?? Self.assumedAnswerLength
    )
    isAssumed = known == nil
    signalCount = group.fields.count
  }
}

extension SerialFraming {
  /// Bytes of a whole answer; nil where nothing tells them.
  fileprivate func answerLength(example: String?) -> Int? {
    if case .fixed(let length) = shape { return length }
    return example.map { frame(Array($0.utf8)).count }
  }
}
