package import Profiles
internal import Telemetry

/// A signal that a device refuses though it gives others: it has no such address.
package struct RefusedSignal: Sendable, Hashable, CustomStringConvertible {
  package let name: String
  package let location: ModbusLocation

  /// Its addresses as the manual counts them; nil where it counts as the protocol does.
  package let reference: String?

  /// Code of the exception with which it is refused.
  package let code: UInt8

  package init(_ signal: ModbusSignal, in access: ModbusAccess, code: UInt8) {
    name = signal.signal.name
    location = signal.location
    let last = signal.location.addresses.upperBound - 1
    let addresses = Int(signal.location.address)...last
    reference =
      access.addressBase == .zero
      ? nil : access.addressBase.text(of: addresses, in: signal.location.table)
    self.code = code
  }

  /// `zone4.temperature at holding 120 (40121 in the manual, function 3, exception 2)`.
  package var description: String { "\(name) at \(place)" }

  /// What it means, in words for the technician who stands before the machine.
  package var sentence: String {
    "The device \(code == 2 ? "has no" : "refuses") \(place). Check the profile's addresses."
  }

  private var place: String {
    let addresses = location.addresses
    let last = location.count > 1 ? " to \(addresses.upperBound - 1)" : ""
    let manual = reference.map { "\($0) in the manual, " } ?? ""
    return "\(location.table.rawValue) \(addresses.lowerBound)\(last) "
      + "(\(manual)function \(location.table.functionCode), exception \(code))"
  }
}

/// Signals of a scan group that a device turned out to refuse, or to give after all.
package struct SignalsChange: Sendable, Hashable {
  package enum Kind: Sendable, Hashable { case refused, answered }

  /// Signals that are named one by one; more of them nobody reads.
  package static let namedSignals = 10

  package let kind: Kind
  package let group: ScanGroupID
  package let signals: [RefusedSignal]

  /// When that was settled, on the monotonic clock.
  package let uptime: Duration

  package init(_ kind: Kind, group: ScanGroupID, signals: [RefusedSignal], uptime: Duration) {
    self.kind = kind
    self.group = group
    self.signals = signals
    self.uptime = uptime
  }

  /// What happened, where, and what to do.
  package var detail: String {
    switch kind {
    case .refused: "group \(group.group): \(Self.sentence(refusing: signals))"
    case .answered: "group \(group.group): the device now gives \(Self.list(signals))"
    }
  }

  /// That a device refuses signals, and what to do.
  package static func sentence(refusing signals: [RefusedSignal]) -> String {
    let isAddress = signals.allSatisfy { $0.code == 2 }
    return (isAddress ? "the device has no address for " : "the device refuses ")
      + list(signals) + "; check the profile's addresses"
  }

  private static func list(_ signals: [RefusedSignal]) -> String {
    let names = signals.prefix(namedSignals).map(\.description).joined(separator: ", ")
    let more = signals.count - namedSignals
    return more > 0 ? "\(names) and \(more) more" : names
  }
}
