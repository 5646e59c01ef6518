/// The order to write a value to a device: it is durable before the request leaves.
package struct WriteOrder: Sendable, Hashable, Codable {
  package let device: DeviceID
  package let signal: String

  /// The stations that the device serves.
  package let stations: [StationID]

  /// What is written, in ``unit``, as the device will read it.
  package let value: Value

  /// UCUM code.
  package let unit: String?

  package let table: ModbusTable

  /// First address as it goes over the wire, from 0.
  package let address: Int

  /// The registers as they go over the wire; a coil is 0 or 1.
  package let raw: [UInt16]

  /// Who ordered it.
  package private(set) var operatorName: Label

  /// Why the configuration allows it.
  package let reason: Label

  /// Codes of what was doubtful when it was recorded; see ``BindingNote``.
  package private(set) var notes: [String]?

  package init(
    device: DeviceID,
    signal: String,
    stations: [StationID],
    value: Value,
    unit: String?,
    table: ModbusTable,
    address: Int,
    raw: [UInt16],
    operatorName: Label,
    reason: Label,
    notes: [String]? = nil
  ) {
    self.device = device
    self.signal = signal
    self.stations = stations
    self.value = value
    self.unit = unit
    self.table = table
    self.address = address
    self.raw = raw
    self.operatorName = operatorName
    self.reason = reason
    self.notes = notes
  }

  /// The same order, as it is recorded.
  package func with(operatorName: Label, notes: [String]?) -> WriteOrder {
    var copy = self
    copy.operatorName = operatorName
    copy.notes = notes
    return copy
  }

  private enum CodingKeys: String, CodingKey {
    case device, signal, stations, value, unit, table, address, raw, reason, notes
    case operatorName = "operator"
  }
}

/// What became of a ``WriteOrder``.
package struct WriteOutcome: Sendable, Hashable, Codable {
  package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// The device confirmed it.
    case done
    /// The device confirmed it, and then read back as something else.
    case differs
    /// The device refused it, and did nothing.
    case refused
    /// No request left, so the device did nothing.
    case notSent = "not_sent"
    /// The request left, and whether the device did it is not known.
    case unknown
  }

  /// Sequence number of the ``WriteOrder``.
  package let write: Int
  package let kind: Kind

  /// What happened, in words.
  package let detail: String

  /// What the device held afterwards, and its registers; nil where that could not be read.
  package let readBack: Value?
  package let readBackRaw: [UInt16]?

  package init(
    of write: Int,
    _ kind: Kind,
    detail: String,
    readBack: Value? = nil,
    readBackRaw: [UInt16]? = nil
  ) {
    self.write = write
    self.kind = kind
    self.detail = detail
    self.readBack = readBack
    self.readBackRaw = readBackRaw
  }

  private enum CodingKeys: String, CodingKey {
    case write, detail
    case kind = "outcome"
    case readBack = "read_back"
    case readBackRaw = "read_back_raw"
  }
}
