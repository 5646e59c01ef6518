package import Telemetry

/// One reading, and one lot or station that it belongs to.
///
/// A reading that belongs to several has a row for each, as in the journal's view `reading`, whose
/// columns these are.
package struct ReadingRow: Sendable, Hashable {
  /// The frame's sequence number.
  package let seq: Int
  package let at: Instant
  package let device: DeviceID
  package let signal: String
  package let reading: Reading

  /// UCUM code; nil for states and texts.
  package let unit: String?

  /// Nil for a device that serves none.
  package let station: StationID?

  /// The lot that was in force there; nil for none.
  package let binding: Binding?

  /// Whether ``binding`` is only one of those that may have been there.
  package let isUnsure: Bool

  /// Who was signed on, with commas between; nil for nobody.
  package let crew: String?
}

extension ReadingRow {
  package static let columns = [
    "seq", "at", "device", "signal", "value", "unit", "quality", "station", "lot", "part",
    "work_order", "operator", "program", "unsure", "lane", "crew",
  ]

  private var texts: [String?] {
    [
      unit, reading.quality.code, station?.text, binding?.lot.text, binding?.part.text,
      binding?.workOrder.text, binding?.operatorName.text, binding?.program?.text,
    ]
  }

  /// Appends the row with its line feed.
  package func appendCSV(to bytes: inout [UInt8]) {
    CSVLine.append("\(seq)", to: &bytes)
    CSVLine.appendNext(at.description, to: &bytes)
    CSVLine.appendNext(device.text, to: &bytes)
    CSVLine.appendNext(signal, to: &bytes)
    bytes.append(UInt8(ascii: ","))
    switch reading.value {
    case nil: break
    case .text(let text)?: CSVLine.append(text, to: &bytes)
    case let value?: JSONText.append(value, to: &bytes)
    }
    for text in texts { CSVLine.appendNext(text, to: &bytes) }
    CSVLine.appendNext(isUnsure ? "1" : "0", to: &bytes)
    CSVLine.appendNext(binding?.lane?.text, to: &bytes)
    CSVLine.appendNext(crew, to: &bytes)
    bytes.append(UInt8(ascii: "\n"))
  }

  /// Appends the row as a JSON object with its line feed; members that have nothing to say are null.
  package func appendJSON(to bytes: inout [UInt8]) {
    bytes.append(contentsOf: #"{"seq":"#.utf8)
    JSONText.append(Int64(seq), to: &bytes)
    JSONLine.append("at", at.description, to: &bytes)
    JSONLine.append("device", device.text, to: &bytes)
    JSONLine.append("signal", signal, to: &bytes)
    bytes.append(contentsOf: #","value":"#.utf8)
    JSONText.append(reading.value, to: &bytes)
    for (name, text) in zip(Self.columns[5...], texts) { JSONLine.append(name, text, to: &bytes) }
    bytes.append(contentsOf: isUnsure ? #","unsure":true"#.utf8 : #","unsure":false"#.utf8)
    JSONLine.append("lane", binding?.lane?.text, to: &bytes)
    JSONLine.append("crew", crew, to: &bytes)
    bytes.append(contentsOf: "}\n".utf8)
  }
}
