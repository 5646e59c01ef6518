internal import Telemetry

/// The requests that a fault can strike; a property that is empty or nil does not narrow it.
package struct FaultTarget: Sendable, Hashable {
  package let units: Set<UInt8>
  package let functions: Set<UInt8>

  /// Struck are requests for at least one of these, which count from 0.
  package let addresses: ClosedRange<Int>?

  package init(
    units: Set<UInt8> = [],
    functions: Set<UInt8> = [],
    addresses: ClosedRange<Int>? = nil
  ) {
    self.units = units
    self.functions = functions
    self.addresses = addresses
  }

  func holds(_ request: FaultRequest) -> Bool {
    guard holds(unit: request.unit) else { return false }
    if !functions.isEmpty, !(request.function.map(functions.contains) ?? false) { return false }
    guard let addresses else { return true }
    return request.addresses?.overlaps(addresses) ?? false
  }

  func holds(unit: UInt8?) -> Bool {
    units.isEmpty || (unit.map(units.contains) ?? false)
  }
}

/// What the faults look at in a request.
package struct FaultRequest: Sendable, Hashable {
  /// nil at a serial instrument.
  package let unit: UInt8?

  /// The protocol data unit; empty at a serial instrument.
  private let pdu: ArraySlice<UInt8>

  package init(unit: UInt8, pdu: ArraySlice<UInt8>) {
    self.unit = unit
    self.pdu = pdu
  }

  private init() {
    unit = nil
    pdu = []
  }

  /// A request to a serial instrument, or a line that it sends by itself.
  package static let line = FaultRequest()

  var function: UInt8? { pdu.first }

  /// What a read request asks for (MODBUS Application Protocol V1.1b3, 6.1 to 6.4).
  var addresses: ClosedRange<Int>? {
    let bytes = Array(pdu)
    guard bytes.count >= 5, ModbusTable.allCases.contains(where: { $0.functionCode == bytes[0] })
    else { return nil }
    let start = Int(bytes[1]) << 8 | Int(bytes[2])
    return start...(start + max(Int(bytes[3]) << 8 | Int(bytes[4]), 1) - 1)
  }
}
