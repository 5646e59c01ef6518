/// What is done in place of sending a reply.
package enum FaultAction: Sendable, Hashable {
  /// Sends bytes; late ones are sent even if the client asks anew meanwhile.
  case send([UInt8], after: Duration, isLate: Bool)
  /// Closes the connection, or takes the port away.
  case disconnect
}

/// What the faults that struck one request do to its reply.
package struct FaultPlan: Sendable, Hashable {
  fileprivate enum Damage: Sendable, Hashable {
    case flip([Double])
    case cut(Int)
    case append([UInt8])
  }

  var disconnects = false
  private(set) var away: Duration = .zero

  /// What a serial instrument answers in place of its line.
  private(set) var errorReply: String?
  private var exception: UInt8?
  private var isSilent = false
  private var isLate = false
  private var delay: Duration = .zero
  private var copies = 1
  private var damages: [Damage] = []
  private var otherUnit: UInt8?
  private var unitStep: UInt8 = 0
  private var transactionOffset: UInt16 = 0

  package init() {}

  mutating func add(_ effect: Fault.Effect, _ draws: SeededNoise) {
    switch effect {
    case .silence: isSilent = true
    case .latency(let delay, let jitter): self.delay += delay + jitter * draws.part(1)
    case .lateReply(let delay, let jitter):
      self.delay += delay + jitter * draws.part(1)
      isLate = true
    case .exception(let code): exception = code
    case .errorReply(let text): errorReply = text
    case .bitErrors(let count): damages.append(.flip((0..<count).map { draws.part(2 + $0) }))
    case .shortFrame(let count): damages.append(.cut(count))
    case .longFrame(let count):
      damages.append(.append((0..<count).map { UInt8(draws.part(2 + $0) * 256) }))
    case .wrongUnit(let unit?): otherUnit = unit
    case .wrongUnit(nil): unitStep &+= 1
    case .wrongTransaction(let offset): transactionOffset &+= UInt16(truncatingIfNeeded: offset)
    case .duplicate: copies += 1
    case .disconnect(let away):
      disconnects = true
      self.away = max(self.away, away)
    // The process shows it, not the reply.
    case .stuck, .restart: break
    }
  }

  /// The protocol data unit of a reply, or the exception in its place.
  package func pdu(_ reply: [UInt8], to request: ArraySlice<UInt8>) -> [UInt8] {
    exception.map { [(request.first ?? 0) | 0x80, $0] } ?? reply
  }

  /// The unit that seems to answer.
  package func unit(_ unit: UInt8) -> UInt8 { (otherUnit ?? unit) &+ unitStep }

  package func transaction(_ transaction: UInt16) -> UInt16 { transaction &+ transactionOffset }

  /// What is done with a frame, which is whole and good.
  package func actions(for frame: [UInt8]) -> [FaultAction] {
    if disconnects { return [.disconnect] }
    if isSilent { return [] }
    let bytes = damages.reduce(frame) { $1.done(to: $0) }
    if bytes.isEmpty { return [] }
    return Array(repeating: .send(bytes, after: delay, isLate: isLate), count: copies)
  }
}

extension FaultPlan.Damage {
  func done(to frame: [UInt8]) -> [UInt8] {
    switch self {
    case .cut(let count): return frame.dropLast(count)
    case .append(let bytes): return frame + bytes
    case .flip(let places): return Self.flipped(frame, at: places)
    }
  }

  /// Each place is a part of the frame, 0 to 1; a bit that is wrong already passes the error on to
  /// the next.
  private static func flipped(_ frame: [UInt8], at places: [Double]) -> [UInt8] {
    var (bytes, wrong) = (frame, Set<Int>())
    let count = frame.count * 8
    for place in places where wrong.count < count {
      var bit = min(Int(place * Double(count)), count - 1)
      while !wrong.insert(bit).inserted { bit = (bit + 1) % count }
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
    }
    return bytes
  }
}
