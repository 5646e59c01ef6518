internal import Telemetry

/// Cells of a table (RFC 4180), with a line feed at each line's end.
package enum CSVLine {
  /// Appends the first cell of a line; nil is empty.
  package static func append(_ cell: String?, to bytes: inout [UInt8]) {
    guard let cell else { return }
    let isPlain = cell.utf8.allSatisfy {
      $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\n")
        && $0 != UInt8(ascii: "\r")
    }
    if isPlain {
      bytes.append(contentsOf: cell.utf8)
      return
    }
    bytes.append(UInt8(ascii: "\""))
    for byte in cell.utf8 {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Appends a further cell.
  package static func appendNext(_ cell: String?, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: ","))
    append(cell, to: &bytes)
  }

  /// A whole line.
  package static func line(_ cells: [String?]) -> [UInt8] {
    var bytes: [UInt8] = []
    for (index, cell) in cells.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      append(cell, to: &bytes)
    }
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }
}

/// Members of an object on one line.
enum JSONLine {
  /// Appends a further member; nil is null.
  static func append(_ name: String, _ text: String?, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: ","))
    JSONText.append(name, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    JSONText.append(text.map { Value.text($0) }, to: &bytes)
  }
}
