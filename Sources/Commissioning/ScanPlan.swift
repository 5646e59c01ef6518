internal import Profiles
package import Telemetry

/// What narrows or widens a search.
package struct ScanOptions: Sendable, Hashable {
  /// nil searches the usual ones.
  package var bauds: [Int]?
  package var parities: [SerialLine.Parity]?
  package var stopBits: [Int]?
  package var units: [UnitID]?

  /// Longest time that a device takes to answer, beside the time on the line; nil is 100 ms on a
  /// serial port and 1 s on TCP.
  package var timeout: Duration?

  /// How long each setting is listened at before anything is sent; zero does not listen.
  package var listening: Duration = .seconds(1)

  /// Whether a port is searched on which others were heard.
  package var asksDespiteTraffic = false

  /// Whether the search goes on with other settings after a device was found.
  package var searchesAllSettings = false

  /// Whether serial instruments are asked what their profiles ask.
  package var asksInstruments = false

  package init() {}
}

/// The questions of a search, the most likely to be answered first, and how long they take.
package struct ScanPlan: Sendable, Hashable {
  /// Speeds in the order of their likelihood: the standard's default (MODBUS over Serial Line
  /// V1.02, 2.5.1), the one that it demands beside, and those that makers choose.
  package static let usualBauds = [
    19_200, 9_600, 115_200, 38_400, 57_600, 4_800, 2_400, 1_200,
  ]

  /// Units that devices are delivered with or given first.
  package static let usualUnits: [UInt8] = Array(1...10) + [16, 32, 100, 247]

  package let target: ScanTarget

  /// Settings of a serial port, likeliest first; empty on TCP.
  package let lines: [SerialLine]

  /// Settings to listen at: the stop bits that a receiver expects make no difference.
  package let listeningLines: [SerialLine]
  package let listening: Duration

  /// Units that are asked at every setting before the others are asked at any.
  package let likelyUnits: [UnitID]
  package let otherUnits: [UnitID]
  package let turnaround: Duration
  package let options: ScanOptions

  /// - Parameters:
  ///   - target: What is searched.
  ///   - options: What narrows it.
  ///   - hints: What profiles say of settings and units.
  package init(target: ScanTarget, options: ScanOptions = ScanOptions(), hints: ScanHints) {
    self.target = target
    self.options = options
    let isSerial: Bool
    switch target {
    case .serial(let port):
      isSerial = true
      lines = Self.lines(of: port, options, hints)
    case .tcp:
      isSerial = false
      lines = []
    }
    listening = isSerial ? options.listening : .zero
    listeningLines = listening > .zero ? Self.listeningLines(of: lines) : []
    turnaround = options.timeout ?? (isSerial ? .milliseconds(100) : .seconds(1))
    let all = Self.units(isSerial: isSerial, options)
    let first = Self.likely(isSerial: isSerial, hints)
    likelyUnits = first.filter(all.contains)
    otherUnits = all.filter { !first.contains($0) }
  }

  /// All questions, in their order.
  ///
  /// Input registers are asked for after holding registers: nearly every device answers to both, if
  /// only with an exception.
  package var attempts: [ScanAttempt] {
    let tiers: [([UnitID], ScanProbe)] = [
      (likelyUnits, .holding), (likelyUnits, .input), (otherUnits, .holding), (otherUnits, .input),
    ]
    return tiers.flatMap { units, probe in
      places.flatMap { place in
        units.map { ScanAttempt(place: place, unit: $0, probe: probe) }
      }
    }
  }

  package var places: [ScanPlace] {
    switch target {
    case .serial: lines.map(ScanPlace.serial)
    case .tcp(let endpoint): [.tcp(endpoint)]
    }
  }

  // MARK: Order

  /// The settings to try.
  ///
  /// 8E1 at 19200 baud is the standard's default and 8N1 at 9600 baud what makers deliver most; then
  /// what profiles say, then the rest: one stop bit before two, odd parity last.
  private static func lines(
    of port: String,
    _ options: ScanOptions,
    _ hints: ScanHints
  ) -> [SerialLine] {
    let bauds = options.bauds ?? usualBauds
    let characters: [(SerialLine.Parity, Int)] = [(.even, 1), (.none, 1), (.none, 2), (.odd, 1)]
    var order: [(Int, SerialLine.Parity, Int)] = [(19_200, .even, 1), (9_600, .none, 1)]
    order += hints.settings.map { ($0.baud, $0.parity, $0.stopBits) }
    for (parity, stopBits) in characters { order += bauds.map { ($0, parity, stopBits) } }
    if let parities = options.parities, let stopBits = options.stopBits {
      for parity in parities {
        for stopBit in stopBits { order += bauds.map { ($0, parity, stopBit) } }
      }
    } else if let stopBits = options.stopBits {
      for stopBit in stopBits {
        for (parity, _) in characters { order += bauds.map { ($0, parity, stopBit) } }
      }
    }
    var lines: [SerialLine] = []
    for (baud, parity, stopBits) in order {
      guard options.bauds?.contains(baud) ?? true, options.parities?.contains(parity) ?? true,
        options.stopBits?.contains(stopBits) ?? true
      else { continue }
      let line = SerialLine(port: port, baud: baud, parity: parity, stopBits: stopBits)
      if !lines.contains(line) { lines.append(line) }
    }
    return lines
  }

  private static func listeningLines(of lines: [SerialLine]) -> [SerialLine] {
    var heard: [SerialLine] = []
    for line in lines
    where !heard.contains(where: { $0.baud == line.baud && $0.parity == line.parity }) {
      heard.append(line)
    }
    return heard
  }

  /// All units that can be there.
  ///
  /// Unit 0 is a broadcast, which nobody answers; 248 to 254 are reserved (MODBUS over Serial Line
  /// V1.02, 2.2). On TCP, 255 is the device itself.
  private static func units(isSerial: Bool, _ options: ScanOptions) -> [UnitID] {
    let all = (options.units ?? (1...255).compactMap { UnitID($0) })
    return all.filter { !isSerial || $0.rawValue <= 247 }
  }

  private static func likely(isSerial: Bool, _ hints: ScanHints) -> [UnitID] {
    let usual = (isSerial ? usualUnits : [1, 255] + usualUnits.dropFirst())
      .compactMap { UnitID($0) }
    return usual + hints.units.filter { !usual.contains($0) }
  }
}
