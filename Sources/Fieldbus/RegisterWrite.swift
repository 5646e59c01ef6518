package import Telemetry

/// What is to be written to a unit: functions 5, 6, 15 and 16
/// (MODBUS Application Protocol V1.1b3, 6.5, 6.6, 6.11 and 6.12).
///
/// None can be made without a ``WritePermit``, and no other operation has one of these functions, so
/// where the configuration permits nothing there is nothing that could be sent.
package struct RegisterWrite: Sendable, Hashable {
  /// The most addresses of one request: coils (6.11) and registers (6.12).
  package static let maximumCoils = 1_968
  package static let maximumRegisters = 123

  /// Bytes of a confirmation: function, address, value or count.
  static let confirmationLength = 5

  /// Values for neighbouring addresses.
  package enum Content: Sendable, Hashable {
    case coils([Bool])
    case registers([UInt16])

    /// Addresses that are written.
    package var count: Int {
      switch self {
      case .coils(let coils): coils.count
      case .registers(let registers): registers.count
      }
    }
  }

  package let permit: WritePermit

  /// First address as it goes over the wire, from 0.
  package let address: UInt16
  package let content: Content

  /// nil when there is nothing to write, more than one request carries, or the range leaves the
  /// address space.
  ///
  /// - Parameters:
  ///   - permit: Whose signal lies at these addresses.
  ///   - address: The first one.
  ///   - content: What they are to hold.
  package init?(permitted permit: WritePermit, address: UInt16, content: Content) {
    let maximum =
      if case .coils = content { Self.maximumCoils } else { Self.maximumRegisters }
    guard (1...maximum).contains(content.count), Int(address) + content.count <= 65_536 else {
      return nil
    }
    self.permit = permit
    self.address = address
    self.content = content
  }

  /// One address has a function of its own, unless the permit says that the device wants the other.
  package var functionCode: UInt8 {
    let isSingle = content.count == 1 && !permit.isMultiple
    return switch content {
    case .coils: isSingle ? 0x05 : 0x0F
    case .registers: isSingle ? 0x06 : 0x10
    }
  }

  /// The request's protocol data unit.
  var bytes: [UInt8] {
    switch content {
    case .coils(let coils) where functionCode == 0x05:
      head + Self.bigEndian(coils.first == true ? 0xFF00 : 0)
    case .coils(let coils):
      head + Self.bigEndian(UInt16(coils.count)) + [UInt8((coils.count + 7) / 8)]
        + Self.packed(coils)
    case .registers(let registers) where functionCode == 0x06:
      head + registers.flatMap(Self.bigEndian)
    case .registers(let registers):
      head + Self.bigEndian(UInt16(registers.count)) + [UInt8(registers.count * 2)]
        + registers.flatMap(Self.bigEndian)
    }
  }

  /// Judges a reply whose function is that of the request: it says the address again, and the value
  /// or how many there were.
  func judge(_ pdu: some RandomAccessCollection<UInt8>) -> Result<BusReply, ReplyFault> {
    guard pdu.count == Self.confirmationLength else {
      return .failure(
        ReplyFault(
          .malformedReply,
          "\(pdu.count) bytes were answered instead of \(Self.confirmationLength)"
        )
      )
    }
    guard pdu.elementsEqual(bytes.prefix(Self.confirmationLength)) else {
      return .failure(
        ReplyFault(.foreignReply, "another address, value or count was confirmed than was written")
      )
    }
    return .success(.written)
  }

  private var head: [UInt8] { [functionCode] + Self.bigEndian(address) }

  /// High byte first (4.2).
  private static func bigEndian(_ word: UInt16) -> [UInt8] {
    [UInt8(word >> 8), UInt8(truncatingIfNeeded: word)]
  }

  /// The first address is the lowest bit of the first byte.
  private static func packed(_ coils: [Bool]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: (coils.count + 7) / 8)
    for (index, coil) in coils.enumerated() where coil {
      bytes[index / 8] |= 1 << UInt8(index % 8)
    }
    return bytes
  }
}
