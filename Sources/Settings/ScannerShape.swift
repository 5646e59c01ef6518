internal import MarkedYAML
internal import Scans
internal import Telemetry

/// `scanners:`: barcode readers on serial ports.
enum ScannerShape {
  static let id = Key("id", .name.suchAs("scanner-1"), "What events and the log call it")
  static let baud = LineShape.baud(default: "9600")
  static let parity = LineShape.parity(default: "none")
  static let station = Key(
    "station",
    ScalarKind<StationID>.identifier.suchAs("reflow-1"),
    "The station whose codes it reads"
  )
  static let lane = Key(
    "lane",
    ScalarKind<LaneID>.lane.suchAs("front"),
    "The lane whose lots and boards it reads, where the station has lanes"
  )
  static let end = Key(
    "end",
    ScalarKind<CodeEnd>.choice("ends"),
    "What the scanner sends behind each code",
    default: "cr"
  )
  static let shape = Shape(
    "scanner",
    [
      id.required, LineShape.port.required, baud.optional, parity.optional,
      LineShape.dataBits.optional, LineShape.stopBits.optional, station.required,
      lane.optional, end.optional,
    ]
  )
}
