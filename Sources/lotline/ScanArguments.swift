internal import ArgumentParser
internal import Commissioning
internal import Telemetry

/// What narrows a search, as it is written on the command line.
struct ScanArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Only these speeds: 9600,19200", valueName: "list")) var baud: String?
  @Option(help: ArgumentHelp("Only these: none,even,odd", valueName: "list")) var parity: String?
  @Option(help: ArgumentHelp("Only these: 1,2", valueName: "list")) var stopBits: String?
  @Option(help: ArgumentHelp("Only these units: 1-10,32", valueName: "list")) var units: String?
  @Option(
    help: ArgumentHelp(
      "Longest time that a device takes to answer: 200ms. By default 100ms, and 1s on TCP.",
      valueName: "time"
    ),
    transform: Duration.argument(in: .milliseconds(5)...(.seconds(3_600)), such: "200ms")
  )
  var timeout: Duration?
  @Option(
    help: ArgumentHelp(
      "How long to listen at each setting first; 0s does not listen. (default: 1s)",
      valueName: "time"
    ),
    transform: Duration.argument(in: .zero...(.seconds(3_600)), such: "2s")
  )
  var listen: Duration = .seconds(1)
  @Flag(help: "Ask although others are heard on the line. It disturbs them.") var active = false
  @Flag(help: "Search all settings and units, also after a device was found.") var all = false
  @Flag(help: "Ask serial instruments what their profiles ask. That can make them act.")
  var askInstruments = false

  func options() throws -> ScanOptions {
    var options = ScanOptions()
    options.bauds = try baud.map { try Self.list($0, "--baud", "300 to 921600", Self.baud) }
    options.parities = try parity.map {
      try Self.list($0, "--parity", "none, even or odd", SerialLine.Parity.init(rawValue:))
    }
    options.stopBits = try stopBits.map { try Self.list($0, "--stop-bits", "1 or 2", Self.bits) }
    options.units = try units.map {
      try Self.list($0, "--units", "1 to 247, 255 on TCP, or 1-10", Self.units).flatMap(\.self)
    }
    options.timeout = timeout
    options.listening = listen
    options.asksDespiteTraffic = active
    options.searchesAllSettings = all
    options.asksInstruments = askInstruments
    return options
  }

  private static func list<Item>(
    _ text: String,
    _ option: String,
    _ expected: String,
    _ read: (String) -> Item?
  ) throws -> [Item] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let item = read(String(part)) else {
        throw ValidationError("\(option): '\(part)' is not \(expected).")
      }
      return item
    }
  }

  private static func baud(_ text: String) -> Int? {
    Int(text).flatMap { (300...921_600).contains($0) ? $0 : nil }
  }

  private static func bits(_ text: String) -> Int? {
    Int(text).flatMap { (1...2).contains($0) ? $0 : nil }
  }

  private static func units(_ text: String) -> [UnitID]? {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt8($0) }
    guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
      first <= last
    else { return nil }
    let units = (first...last).compactMap { UnitID($0) }
    return units.count == Int(last - first) + 1 ? units : nil
  }
}
