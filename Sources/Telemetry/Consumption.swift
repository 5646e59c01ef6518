/// The fact that something went into something else: material into a lot, a board into a
/// subassembly, that into a device with its serial number and UDI.
package struct Consumption: Sendable, Hashable, Codable {
  /// The lot that was made, or that the output belongs to.
  package let output: LotID

  /// The one thing of the lot that was made; nil when it is not about a single one.
  package let outputSerial: Label?

  /// The device's UDI, as it was typed or scanned.
  package let outputUDI: Label?

  /// The lot that went in, or that the input belongs to.
  package let input: LotID

  /// The one thing of the lot that went in.
  package let inputSerial: Label?

  /// How much of the input, in `unit` or pieces; nil when nobody counted.
  package let quantity: Double?

  /// UCUM code; nil for pieces.
  package let unit: String?

  package let operatorName: Label?

  /// Where it was done.
  package let station: StationID?

  /// Sequence number of the ``Binding`` that was in force at the station for the output.
  package let binding: Int?

  /// Sequence number of the ``MaterialLoad`` that it was taken from.
  package let load: Int?

  /// The input's certificate as it was in force then.
  package let certificateReference: CertificateReference?

  /// Codes of what was doubtful about it; nil when nothing was.
  package private(set) var notes: [String]?

  package init(
    output: LotID,
    outputSerial: Label? = nil,
    outputUDI: Label? = nil,
    input: LotID,
    inputSerial: Label? = nil,
    quantity: Double? = nil,
    unit: String? = nil,
    operatorName: Label? = nil,
    station: StationID? = nil,
    binding: Int? = nil,
    load: Int? = nil,
    certificateReference: CertificateReference? = nil,
    notes: [String]? = nil
  ) {
    self.output = output
    self.outputSerial = outputSerial
    self.outputUDI = outputUDI
    self.input = input
    self.inputSerial = inputSerial
    self.quantity = quantity
    self.unit = unit
    self.operatorName = operatorName
    self.station = station
    self.binding = binding
    self.load = load
    self.certificateReference = certificateReference
    self.notes = notes
  }

  /// The same consumption with the codes of what is doubtful about it.
  package func with(notes: [String]?) -> Consumption {
    var copy = self
    copy.notes = notes
    return copy
  }

  private enum CodingKeys: String, CodingKey {
    case output, input, quantity, unit, station, binding, load, notes
    case operatorName = "operator"
    case outputSerial = "output_serial"
    case outputUDI = "output_udi"
    case inputSerial = "input_serial"
    case certificateReference = "certificate_ref"
  }
}

extension Consumption {
  /// What went in, in words: a lot, or one thing of it.
  package var inputName: String { Self.name(input, inputSerial) }

  /// What it went into.
  package var outputName: String { Self.name(output, outputSerial) }

  private static func name(_ lot: LotID, _ serial: Label?) -> String {
    serial.map { "serial \($0) of lot \(lot)" } ?? "lot \(lot)"
  }
}
