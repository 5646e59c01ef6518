package import TestSupport

/// What the proxy does with one reply of the device.
package enum Act: Sendable, Hashable {
  /// Sends bytes after a while; in order after everything that was put in order before.
  case send([UInt8], after: Duration, inOrder: Bool)
  /// Sends bytes on the next connection, before the first reply there.
  case keep([UInt8])
  case hangUp(reset: Bool)
  case unplug
}

/// Turns the reply of a device into what the client gets: a pure function of strike and bytes.
package struct Tamper: Sendable {
  private let carrier: Carrier
  private var strike: Strike?
  /// Begin of the protocol data unit that is struck: function and address.
  private var target: [UInt8] = []
  private var askings = 0
  /// Replies that were altered, delayed or withheld since the scan began.
  package private(set) var fired = 0

  package init(_ carrier: Carrier) { self.carrier = carrier }

  /// A scan begins; `target` is what the struck request's protocol data unit begins with.
  package mutating func begin(_ strike: Strike?, target: [UInt8] = []) {
    self.strike = strike
    self.target = target
    askings = 0
    fired = 0
  }

  package mutating func acts(on reply: [UInt8], answering request: [UInt8]) -> [Act] {
    let plain = [Act.send(reply, after: .zero, inOrder: carrier.isLine)]
    guard let strike else { return plain }
    if [.jitter, .split].contains(strike.kind) {
      askings += 1
      fired += 1
      var chance = SeededGenerator(seed: strike.seed &+ UInt64(askings))
      return strike.kind == .jitter
        ? [send(reply, after: part(0, 0.3, &chance))] : pieces(of: reply, &chance)
    }
    guard carrier.framing.parts(of: request).pdu.starts(with: target) else { return plain }
    askings += 1
    guard askings <= strike.askings else { return plain }
    var chance = SeededGenerator(seed: strike.seed &+ UInt64(askings))
    guard let acts = acts(strike.kind, on: reply, &chance) else { return plain }
    fired += 1
    return acts
  }

  /// - Returns: nil for kinds that do nothing to a reply.
  private func acts(
    _ kind: FaultKind,
    on reply: [UInt8],
    _ chance: inout SeededGenerator
  ) -> [Act]? {
    switch kind {
    case .latency: [send(reply, after: part(0.1, 0.5, &chance))]
    case .silence: []
    case .late: [late(reply, &chance)]
    case .lateElsewhere: [.keep(reply)]
    case .hangUp: [.hangUp(reset: Bool.random(using: &chance))]
    case .unpluggedWhileAsked: [.unplug]
    case .twoReplies: [send(reply + reply)]
    case .longFrame: [send(reply + noise(1...20, &chance))]
    case .shortFrame: [send(reply.dropLast(Int.random(in: 1..<reply.count, using: &chance)))]
    case .foreignReply:
      [send(foreign(like: reply, &chance)), send(reply, after: .milliseconds(3))]
    case .headerBits: [send(headerFlipped(reply, &chance))]
    case .valueBits: [send(valuesFlipped(reply, &chance))]
    case .exception, .wrongUnit, .wrongFunction, .wrongTransaction:
      [send(reshaped(reply, kind, &chance))]
    case .jitter, .split, .foreignTraffic, .hangUpIdle, .refused, .turnedAway, .unplugged, .stuck:
      nil
    }
  }

  // MARK: Times

  /// A device on a line answers one request after the other; behind a connection it need not.
  private func send(_ bytes: some Sequence<UInt8>, after delay: Duration = .zero) -> Act {
    .send(Array(bytes), after: delay, inOrder: carrier.isLine)
  }

  private func part(_ from: Double, _ to: Double, _ chance: inout SeededGenerator) -> Duration {
    carrier.timeout * Double.random(in: from...to, using: &chance)
  }

  /// On a line up to four fifths of the bound that its hygiene promises, three timeouts and a quiet
  /// time; the rest of it is for a machine that is busy.
  private func late(_ reply: [UInt8], _ chance: inout SeededGenerator) -> Act {
    guard carrier.isLine else { return send(reply, after: part(1.2, 4, &chance)) }
    let bound = (carrier.timeout * 3 + carrier.quiet) * 4 / 5
    let least = carrier.timeout * 6 / 5
    let delay = least + (bound - least) * Double.random(in: 0...1, using: &chance)
    return .send(reply, after: delay, inOrder: Bool.random(using: &chance))
  }

  private func pieces(of reply: [UInt8], _ chance: inout SeededGenerator) -> [Act] {
    var (rest, acts, delay) = (reply[...], [Act](), Duration.zero)
    while !rest.isEmpty {
      let count = min(Int.random(in: 1...9, using: &chance), rest.count)
      acts.append(.send(Array(rest.prefix(count)), after: delay, inOrder: true))
      rest = rest.dropFirst(count)
      delay += .microseconds(Int64.random(in: 0...1_500, using: &chance))
    }
    return acts
  }

  // MARK: Bytes

  private func noise(_ count: ClosedRange<Int>, _ chance: inout SeededGenerator) -> [UInt8] {
    (0..<Int.random(in: count, using: &chance)).map { _ in .random(in: 0...255, using: &chance) }
  }

  /// A whole, good reply of another device, to another transaction.
  package func foreign(like reply: [UInt8], _ chance: inout SeededGenerator) -> [UInt8] {
    let (unit, pdu) = carrier.framing.parts(of: reply)
    var frame = carrier.framing.frame(Array(pdu), unit: other(unit, &chance), like: reply)
    if carrier.framing == .mbap { Self.shift(&frame, &chance) }
    return frame
  }

  private func reshaped(
    _ reply: [UInt8],
    _ kind: FaultKind,
    _ chance: inout SeededGenerator
  ) -> [UInt8] {
    let (unit, pdu) = carrier.framing.parts(of: reply)
    let bytes = Array(pdu)
    switch kind {
    case .exception:
      let code = strike?.exceptionCode ?? 1
      return carrier.framing.frame([bytes[0] | 0x80, code], unit: unit, like: reply)
    case .wrongUnit:
      return carrier.framing.frame(bytes, unit: other(unit, &chance), like: reply)
    case .wrongFunction:
      return carrier.framing.frame([7 - bytes[0]] + bytes.dropFirst(), unit: unit, like: reply)
    default:
      var frame = reply
      Self.shift(&frame, &chance)
      return frame
    }
  }

  /// Another transaction, and none that may be in flight beside it: nobody can tell those apart.
  private static func shift(_ frame: inout [UInt8], _ chance: inout SeededGenerator) {
    let transaction = UInt16(frame[0]) << 8 | UInt16(frame[1])
    let other = transaction &+ .random(in: 16...65_520, using: &chance)
    (frame[0], frame[1]) = (UInt8(other >> 8), UInt8(truncatingIfNeeded: other))
  }

  private func other(_ unit: UInt8, _ chance: inout SeededGenerator) -> UInt8 {
    var other = unit
    while other == unit { other = .random(in: 1...247, using: &chance) }
    return other
  }

  /// Header, function and byte count.
  private func headerFlipped(_ reply: [UInt8], _ chance: inout SeededGenerator) -> [UInt8] {
    while true {
      let count = Int.random(in: 1...3, using: &chance)
      let frame = Self.flipped(reply, count, in: 0..<(carrier.framing.headerLength + 2), &chance)
      if carrier.framing == .rtu { return frame }
      let distance =
        (UInt16(frame[0]) << 8 | UInt16(frame[1])) &- (UInt16(reply[0]) << 8 | UInt16(reply[1]))
      if distance == 0 || (16...65_520).contains(distance) { return frame }
    }
  }

  private func valuesFlipped(_ reply: [UInt8], _ chance: inout SeededGenerator) -> [UInt8] {
    let values = (carrier.framing.headerLength + 2)..<reply.count
    let count = carrier.isLine ? Int.random(in: 1...3, using: &chance) : 1
    return Self.flipped(reply, count, in: values, &chance)
  }

  private static func flipped(
    _ frame: [UInt8],
    _ count: Int,
    in places: Range<Int>,
    _ chance: inout SeededGenerator
  ) -> [UInt8] {
    var (bits, frame) = (Set<Int>(), frame)
    while bits.count < count {
      bits.insert(.random(in: (places.lowerBound * 8)..<(places.upperBound * 8), using: &chance))
    }
    for bit in bits { frame[bit / 8] ^= 1 << UInt8(bit % 8) }
    return frame
  }
}

extension Strike {
  /// The refusals of the standard (MODBUS Application Protocol V1.1b3, 7).
  var exceptionCode: UInt8 { [1, 2, 3, 4, 5, 6, 8, 10, 11][Int(seed % 9)] }
}
