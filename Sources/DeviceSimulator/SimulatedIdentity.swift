internal import Profiles

/// What a simulated device says of itself.
package struct SimulatedIdentity: Sendable, Hashable {
  /// Longest text of an object that fits into one reply: a protocol data unit of 253 bytes, less
  /// seven before the objects and two before the text.
  package static let longestText = 244

  /// Longest server identification that fits beside its count and the run indicator.
  package static let longestServerID = 250

  /// By object identifier: 0 vendor, 1 product code, 2 revision, 5 model and so on
  /// (MODBUS Application Protocol V1.1b3, 6.21).
  package let objects: [UInt8: String]

  /// What stands before the run indicator in the reply to function 17.
  package let serverID: [UInt8]

  /// Nil when a text or the server identification is too long for a reply.
  package init?(objects: [UInt8: String] = [:], serverID: [UInt8] = []) {
    guard objects.values.allSatisfy({ $0.utf8.count <= Self.longestText }),
      serverID.count <= Self.longestServerID
    else { return nil }
    self.objects = objects
    self.serverID = serverID
  }

  /// What a device says that its profile takes for the right one; nil where the profile asks for
  /// nothing that is said.
  init?(_ identification: ModbusIdentification?) {
    guard let identification else { return nil }
    let stated = identification.objects.map { ($0.key.rawValue, $0.value.example) }
    var objects = Dictionary(uniqueKeysWithValues: stated)
    // A device that knows the function has the three basic objects (6.21).
    if !objects.isEmpty {
      for basic in UInt8(0)...2 where objects[basic] == nil { objects[basic] = "simulated" }
    }
    let serverID = identification.serverID.map { Array($0.example.utf8) } ?? []
    guard !objects.isEmpty || !serverID.isEmpty else { return nil }
    self.init(objects: objects, serverID: serverID)
  }

  /// The reply to Report Server ID (6.13): the device is always running.
  ///
  /// - Returns: nil when the device does not know the function.
  func serverIDReply() -> [UInt8]? {
    serverID.isEmpty ? nil : [0x11, UInt8(serverID.count + 1)] + serverID + [0xFF]
  }

  /// The reply to Read Device Identification (6.21).
  ///
  /// - Parameters:
  ///   - access: 1 basic, 2 regular, 3 extended, each as a stream; 4 one object.
  ///   - start: The first object, or the one that is wanted; a stream begins anew where there is
  ///     no such object.
  /// - Returns: The reply's protocol data unit.
  /// - Throws: The exception in place of the reply.
  func objectsReply(
    access: UInt8,
    from start: UInt8
  ) throws(ModbusServerCodec.Refusal) -> [UInt8] {
    if objects.isEmpty { throw .init(.illegalFunction) }
    guard access == 4 else { return try stream(access: access, from: start) }
    guard let text = objects[start] else { throw .init(.illegalAddress) }
    return head(access: access, next: nil, count: 1) + Self.object(start, text)
  }

  private func stream(
    access: UInt8,
    from start: UInt8
  ) throws(ModbusServerCodec.Refusal) -> [UInt8] {
    guard let last = [1: 0x02, 2: 0x7F, 3: 0xFF][access] else { throw .init(.illegalValue) }
    let known = objects.filter { $0.key <= last }.sorted { $0.key < $1.key }
    let first = known.firstIndex { $0.key == start } ?? 0
    var (bytes, count): ([UInt8], UInt8) = ([], 0)
    for (identifier, text) in known[first...] {
      let object = Self.object(identifier, text)
      if bytes.count + object.count > Self.longestText + 2 {
        return head(access: access, next: identifier, count: count) + bytes
      }
      bytes += object
      count += 1
    }
    return head(access: access, next: nil, count: count) + bytes
  }

  /// Function, MEI type, access code, conformity, whether and where more follows, object count.
  private func head(access: UInt8, next: UInt8?, count: UInt8) -> [UInt8] {
    [0x2B, 0x0E, access, conformity, next == nil ? 0 : 0xFF, next ?? 0, count]
  }

  /// The highest category that the device has, as a stream and one by one.
  private var conformity: UInt8 {
    switch objects.keys.max() ?? 0 {
    case ...0x02: 0x81
    case ...0x7F: 0x82
    default: 0x83
    }
  }

  private static func object(_ identifier: UInt8, _ text: String) -> [UInt8] {
    [identifier, UInt8(text.utf8.count)] + text.utf8
  }
}
