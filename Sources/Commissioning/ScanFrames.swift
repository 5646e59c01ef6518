internal import Telemetry

/// A Modbus RTU frame with a good CRC, found in a stream of bytes.
struct HeardFrame: Sendable, Hashable {
  enum Kind: Sendable, Hashable { case request, reply, exception }

  let kind: Kind
  let unit: UInt8
  let function: UInt8

  /// From the unit to the CRC.
  let bytes: [UInt8]
}

/// Finds frames by what they hold, since adapters and pseudo terminals do not keep the silences
/// between them.
///
/// The CRC alone would find one by chance in every 65,536 places and lengths; only lengths that the
/// function allows are tried (MODBUS Application Protocol V1.1b3, 6).
enum ScanFrames {
  static func frames(in bytes: [UInt8]) -> [HeardFrame] {
    var frames: [HeardFrame] = []
    var position = 0
    while position + 5 <= bytes.count {
      if let frame = frame(in: bytes[position...], after: frames.last) {
        frames.append(frame)
        position += frame.bytes.count
      } else {
        position += 1
      }
    }
    return frames
  }

  private static func frame(in bytes: ArraySlice<UInt8>, after last: HeardFrame?) -> HeardFrame? {
    let frame = Array(bytes.prefix(9))
    let (unit, function) = (frame[0], frame[1])
    guard (1...247).contains(unit) else { return nil }
    let isExpected = last?.kind == .request && last?.unit == unit && last?.function == function
    for (length, kind) in candidates(frame, function: function, isReplyExpected: isExpected)
    where length <= bytes.count && CRC16.holds(bytes.prefix(length)) {
      let whole = Array(bytes.prefix(length))
      return HeardFrame(kind: kind, unit: unit, function: function, bytes: whole)
    }
    return nil
  }

  /// Lengths that a frame with this beginning may have, the likelier one first.
  private static func candidates(
    _ frame: [UInt8],
    function: UInt8,
    isReplyExpected: Bool
  ) -> [(Int, HeardFrame.Kind)] {
    let reply: (Int, HeardFrame.Kind)?
    let request: (Int, HeardFrame.Kind)?
    switch function {
    case 1...4:
      let count = Int(frame[2])
      let isPlausible = count > 0 && count <= 250 && (function < 3 || count % 2 == 0)
      reply = isPlausible ? (5 + count, .reply) : nil
      request = (8, .request)
    case 5, 6:
      reply = (8, .reply)
      request = (8, .request)
    case 15, 16:
      reply = (8, .reply)
      request = frame.count > 6 ? (9 + Int(frame[6]), .request) : nil
    case 0x81...0x97:
      return (1...11).contains(frame[2]) ? [(5, .exception)] : []
    default: return []
    }
    return (isReplyExpected ? [reply, request] : [request, reply]).compactMap(\.self)
  }
}
