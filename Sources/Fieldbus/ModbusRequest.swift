package import Telemetry

/// A request to read neighbouring addresses of one table.
package struct ModbusRequest: Sendable, Hashable {
  package let unit: UnitID
  package let table: ModbusTable

  /// First address as it goes over the wire, from 0.
  package let address: UInt16

  /// Addresses to read, 1 to ``ModbusTable/maximumCount``.
  package let count: Int

  /// - Returns: nil when `count` is out of bounds or the range leaves the address space.
  package init?(unit: UnitID, table: ModbusTable, address: UInt16, count: Int) {
    guard (1...table.maximumCount).contains(count), Int(address) + count <= 65_536 else {
      return nil
    }
    self.unit = unit
    self.table = table
    self.address = address
    self.count = count
  }
}
