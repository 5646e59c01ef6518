package import Telemetry

/// A question to one Modbus unit.
///
/// Only ``ModbusOperation/write(_:)`` changes a device, and nothing makes one of those without a
/// ``WritePermit``.
package struct ModbusRequest: Sendable, Hashable {
  package let unit: UnitID
  package let operation: ModbusOperation

  package init(unit: UnitID, _ operation: ModbusOperation) {
    self.unit = unit
    self.operation = operation
  }

  /// A request to read neighbouring addresses of one table.
  ///
  /// - Returns: nil when `count` is out of bounds or the range leaves the address space.
  package init?(unit: UnitID, table: ModbusTable, address: UInt16, count: Int) {
    guard let range = AddressRange(table: table, address: address, count: count) else {
      return nil
    }
    self.init(unit: unit, .read(range))
  }

  /// Whether asking it twice may do something twice; such a request is never repeated.
  package var isWrite: Bool { if case .write = operation { true } else { false } }

  /// The addresses that are read; nil for a question of another kind.
  package var range: AddressRange? {
    if case .read(let range) = operation { range } else { nil }
  }
}

/// What a unit is asked for.
package enum ModbusOperation: Sendable, Hashable {
  /// Functions 1 to 4 (MODBUS Application Protocol V1.1b3, 6.1 to 6.4).
  case read(AddressRange)
  /// Function 43/14, Read Device Identification (6.21), from `object` on, or that one alone.
  case identification(IdentificationCategory, object: UInt8)
  /// Function 17, Report Server ID (6.13).
  case serverID
  /// Functions 5, 6, 15 and 16 (6.5, 6.6, 6.11 and 6.12).
  indirect case write(RegisterWrite)

  package var functionCode: UInt8 {
    switch self {
    case .read(let range): range.table.functionCode
    case .identification: 0x2B
    case .serverID: 0x11
    case .write(let write): write.functionCode
    }
  }
}

/// Neighbouring addresses of one table, as many as one request may ask for.
package struct AddressRange: Sendable, Hashable {
  package let table: ModbusTable

  /// First address as it goes over the wire, from 0.
  package let address: UInt16

  /// Addresses to read, 1 to ``ModbusTable/maximumCount``.
  package let count: Int

  /// - Returns: nil when `count` is out of bounds or the range leaves the address space.
  package init?(table: ModbusTable, address: UInt16, count: Int) {
    guard (1...table.maximumCount).contains(count), Int(address) + count <= 65_536 else {
      return nil
    }
    self.table = table
    self.address = address
    self.count = count
  }

  /// Bytes of data in the reply.
  package var replyByteCount: Int { table.byteCount(of: count) }
}

/// The part of a device's identification that is asked for: the read device id code (6.21).
package enum IdentificationCategory: UInt8, Sendable, Hashable, CaseIterable {
  /// Vendor, product and revision, as a stream.
  case basic = 1
  /// Also what it calls itself and its model, as a stream.
  case regular = 2
  /// One object.
  case individual = 4
}
