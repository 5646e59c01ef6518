/// What somebody says who has put something into something else.
///
/// The output's lot may be left out where a UDI has it or the station works on it, the input's lot
/// where its serial number was built in a lot that is known here.
package struct ConsumptionOrder: Sendable, Hashable, Codable {
  package var output: LotID?
  package var outputSerial: Label?
  package var outputUDI: Label?
  package var input: LotID?
  package var inputSerial: Label?
  package var quantity: Double?

  /// UCUM code; nil for pieces.
  package var unit: String?
  package var operatorName: Label?
  package var station: StationID?

  package init(output: LotID? = nil, input: LotID? = nil) {
    self.output = output
    self.input = input
  }

  private enum CodingKeys: String, CodingKey {
    case output, input, quantity, unit, station
    case operatorName = "operator"
    case outputSerial = "output_serial"
    case outputUDI = "output_udi"
    case inputSerial = "input_serial"
  }
}
