internal import Telemetry

/// Judges the replies of the functions by which a device says what it is
/// (MODBUS Application Protocol V1.1b3, 6.13 and 6.21).
enum IdentificationReply {
  /// Function, MEI type, code, conformity, more follows, next object, number of objects.
  private static let headLength = 7
  private static let transport: UInt8 = 0x0E

  /// Judges the reply to function 43/14; the function was that.
  ///
  /// The conformity level is not looked at: what it promises changes nothing that is there.
  static func objects(
    in pdu: some RandomAccessCollection<UInt8>,
    category: IdentificationCategory,
    object: UInt8
  ) -> Result<BusReply, ReplyFault> {
    let bytes = Array(pdu)
    guard bytes.count >= headLength, bytes.count <= ModbusPDU.maximumLength else {
      return fault(.malformedReply, "\(bytes.count) bytes are no device identification")
    }
    guard bytes[1] == transport, bytes[2] == category.rawValue else {
      return fault(
        .foreignReply,
        "function 43/\(bytes[1]) with code \(bytes[2]) was answered, "
          + "function 43/14 with code \(category.rawValue) was asked"
      )
    }
    guard bytes[4] == 0 || bytes[4] == 0xFF else {
      return fault(.malformedReply, "\"more follows\" is \(bytes[4]), not 0 or 255")
    }
    guard let objects = list(bytes[headLength...], count: Int(bytes[6])) else {
      return fault(.malformedReply, "the list of objects does not fit the answer's length")
    }
    let next = bytes[4] == 0xFF ? bytes[5] : nil
    if category == .individual, objects.count != 1 || objects[object] == nil || next != nil {
      return fault(.foreignReply, "object \(object) was asked, and another was answered")
    }
    // Otherwise asking for the rest would never end.
    if let next, objects.isEmpty || objects.keys.contains(where: { $0 >= next }) {
      return fault(.malformedReply, "the objects that follow begin before those that were answered")
    }
    return .success(.identification(objects: objects, next: next))
  }

  /// Judges the reply to function 17; the function was that.
  static func serverID(
    in pdu: some RandomAccessCollection<UInt8>
  ) -> Result<BusReply, ReplyFault> {
    let data = Array(pdu.dropFirst(2))
    guard let stated = pdu.dropFirst().first, !data.isEmpty, Int(stated) == data.count,
      pdu.count <= ModbusPDU.maximumLength
    else {
      return fault(.malformedReply, "the answer's byte count does not fit its \(pdu.count) bytes")
    }
    return .success(.serverID(data))
  }

  /// Objects with id, length and value; nil unless they are as many as stated, each once, and fill
  /// the bytes.
  private static func list(_ bytes: ArraySlice<UInt8>, count: Int) -> [UInt8: [UInt8]]? {
    var objects: [UInt8: [UInt8]] = [:]
    var rest = bytes
    while let id = rest.popFirst() {
      guard let length = rest.popFirst(), rest.count >= Int(length) else { return nil }
      guard objects.updateValue(Array(rest.prefix(Int(length))), forKey: id) == nil else {
        return nil
      }
      rest = rest.dropFirst(Int(length))
    }
    return objects.count == count ? objects : nil
  }

  private static func fault(_ cause: Cause, _ detail: String) -> Result<BusReply, ReplyFault> {
    .failure(ReplyFault(cause, detail))
  }
}

/// The answer to function 17 as people read it.
package enum ServerID {
  /// The printable ASCII characters in the data, a blank for each run of others between them.
  ///
  /// Where the identification ends and what follows the run indicator is the device's own
  /// (MODBUS Application Protocol V1.1b3, 6.13).
  package static func text(of data: [UInt8]) -> String {
    data.split { !(0x21...0x7E).contains($0) }
      .map { String(decoding: $0, as: UTF8.self) }
      .joined(separator: " ")
  }
}
