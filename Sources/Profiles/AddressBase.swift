internal import MarkedYAML
package import Telemetry

/// How a manual counts addresses.
package enum AddressBase: String, CaseIterable, Sendable {
  /// As they go over the wire, from 0.
  case zero = "0"
  /// From 1, so that the first goes over the wire as 0.
  case one = "1"
  /// From 1 with the table in front: 40001 is the first holding register, 30001 the first input
  /// register, 10001 the first discrete input, 00001 the first coil; or with six digits.
  case modicon

  static let kind = ScalarKind<AddressBase>.choice("address bases")

  /// A range of addresses as the manual writes them.
  package func text(of addresses: ClosedRange<Int>, in table: ModbusTable) -> String {
    let shift = self == .zero ? 0 : 1
    if self == .modicon { return table.references(to: addresses) }
    let first = "\(addresses.lowerBound + shift)"
    return addresses.count == 1 ? first : "\(first)-\(addresses.upperBound + shift)"
  }
}
