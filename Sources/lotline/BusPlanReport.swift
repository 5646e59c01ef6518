internal import CommandSupport
internal import Profiles
internal import Telemetry

/// The plan of a bus, for people.
struct BusPlanReport {
  private let plan: BusPlan
  private let isRoundTripAssumed: Bool

  init(_ plan: BusPlan, isRoundTripAssumed: Bool) {
    self.plan = plan
    self.isRoundTripAssumed = isRoundTripAssumed
  }

  func print() {
    Terminal.line(Terminal.coloured(heading, .bold))
    Terminal.line()
    Terminal.table(requests)
    Terminal.line()
    Terminal.table(scans)
    Terminal.line()
    for line in remarks { Terminal.line(line) }
    let colour: Terminal.Colour = plan.fits ? plan.isTight ? .yellow : .green : .red
    Terminal.line(Terminal.coloured(verdict, colour))
  }

  private var heading: String {
    switch plan.timing {
    case .rtu(let line, let turnaround):
      "Modbus RTU at \(line.inWords): a character takes \(line.characterTime.inMilliseconds), "
        + "silence between frames \(line.frameGap.inMilliseconds), "
        + "turnaround \(turnaround.inMilliseconds)"
    case .rtuOverTCP(let line, let turnaround, let roundTrip):
      "RTU over TCP to a line at \(line.inWords): a character takes "
        + "\(line.characterTime.inMilliseconds), "
        + "silence between frames \(line.frameGap.inMilliseconds), "
        + "turnaround \(turnaround.inMilliseconds), a round trip \(roundTrip.inMilliseconds)"
        + (isRoundTripAssumed ? ", which is assumed" : "")
    case .serial(let line, let turnaround):
      "Serial instrument at \(line.inWords): a character takes "
        + "\(line.characterTime.inMilliseconds), turnaround \(turnaround.inMilliseconds)"
    case .tcp(let roundTrip):
      "Modbus TCP: a round trip takes \(roundTrip.inMilliseconds)"
        + (isRoundTripAssumed ? ", which is assumed" : "")
    }
  }

  // MARK: Tables

  /// Whether the scans are those of several devices.
  private var namesDevices: Bool { Set(plan.scans.map(\.device)).count > 1 }

  private func place(_ scan: PlannedScan) -> [String] {
    namesDevices ? [scan.device, scan.group] : [scan.group]
  }

  private var requests: [[String]] {
    var rows = [
      (namesDevices ? ["device"] : []) + [
        "group", "asks", "address", "manual", "count", "signals", "gap", "bytes", "time",
      ]
    ]
    for scan in plan.scans {
      for request in scan.requests { rows.append(place(scan) + cells(of: request, in: scan)) }
    }
    return rows.alignedRight(from: namesDevices ? 5 : 4)
  }

  private func cells(of request: PlannedRequest, in scan: PlannedScan) -> [String] {
    let length = request.length
    let ends = [
      "\(request.signalCount)", "\(request.readAlongCount)", "\(length.request) + \(length.reply)",
      plan.timing.time(of: length, pause: scan.pause).inMilliseconds,
    ]
    switch request.content {
    case .read(let block):
      let addresses = block.addresses
      return [
        "\(block.table.functionCode) \(block.table.rawValue)", addresses.inWords,
        request.reference ?? "-", "\(block.count)",
      ] + ends
    case .bytes(let bytes):
      let asks = bytes.isEmpty ? "(listens)" : bytes.inWords
      return [asks, "-", "-", "-"] + [ends[0], "-"] + ends[2...]
    }
  }

  private var scans: [[String]] {
    let heading =
      (namesDevices ? ["device"] : []) + [
        "group", "period", "requests", "time", "load", "waits", "at worst",
      ]
    let rows = plan.scans.indices.map { index in
      let scan = plan.scans[index]
      return place(scan) + [
        scan.period.asPeriod, scan.isListening ? "0" : "\(scan.requests.count)",
        plan.time(of: scan).inMilliseconds, plan.load(of: scan).asPercent,
      ] + waits(of: index)
    }
    return ([heading] + rows).alignedRight(from: namesDevices ? 2 : 1)
  }

  private func waits(of scan: Int) -> [String] {
    if plan.scans.count == 1 { return ["-", "-"] }
    return [plan.wait(of: scan).inMilliseconds, plan.waitBehindAll(of: scan).inMilliseconds]
  }

  // MARK: Sentences

  private var remarks: [String] {
    var remarks: [String] = []
    for scan in plan.scans where scan.requests.contains(where: \.isAssumed) {
      remarks.append(
        "The answer of \(scan.group) is taken to have \(PlannedRequest.assumedAnswerLength) bytes; "
          + "give the group an example in the profile."
      )
    }
    for scan in plan.scans where scan.isListening {
      remarks.append(
        "\(scan.group) is sent by the instrument itself, at least once in each period."
      )
    }
    if plan.scans.contains(where: { $0.pause > .zero }) {
      remarks.append("Times hold the pause that the profile asks for after each reply.")
    }
    if case .rtu(let line, _) = plan.timing, line.requestGap > line.frameGap {
      remarks.append(
        "Times hold the silence of \(line.requestGap.inMilliseconds) that frame_gap asks for before "
          + "each request."
      )
    }
    if case .rtu(let line, _) = plan.timing, let delay = line.direction?.delay, delay > .zero {
      remarks.append("Times hold the \(delay.inMilliseconds) that switching an RS-485 line takes.")
    }
    return remarks
  }

  /// Whether it fits, and if not, why and what to do, in one line.
  var verdict: String {
    let use = "\(plan.load.asPercent) of the \(plan.timing.noun)"
    if plan.isTight {
      let limit = Int(BusPlan.tightLoad * 100)
      return
        "Fits, but is tight: \(use). From \(limit) % on, a request that must be repeated makes "
        + "scans late. \(remedy)"
    }
    if plan.fits { return "Fits: \(use)." }
    let reasons = plan.problems.map(sentence).joined(separator: "; ")
    return "Does not fit: \(reasons). \(remedy)"
  }

  private func sentence(_ problem: BusPlan.Problem) -> String {
    switch problem {
    case .tooLong(let scan):
      let time = plan.time(of: plan.scans[scan]).inMilliseconds
      return "a scan of \(name(scan)) takes \(time) and its period is "
        + plan.scans[scan].period.asPeriod
    case .overloaded:
      return "all scans need \(plan.load.asPercent) of the \(plan.timing.noun)"
    case .behind(let scan, let other):
      let time = plan.time(of: plan.scans[other]).inMilliseconds
      return "\(name(scan)), due every \(plan.scans[scan].period.asPeriod), waits \(time) for "
        + name(other)
    }
  }

  private var remedy: String {
    var ways: [String] = []
    if let faster = plan.atFittingBaud, let line = faster.timing.line {
      ways.append("raise the baud rate to \(line.baud) (\(faster.load.asPercent))")
    }
    if let longerPeriods { ways.append(longerPeriods) }
    let text = ways.joined(separator: ", or ")
    return text.prefix(1).uppercased() + text.dropFirst() + "."
  }

  private var longerPeriods: String? {
    let longer = plan.withLongerPeriods
    let changed = plan.scans.indices.filter {
      longer.scans[$0].period != plan.scans[$0].period
    }
    guard let first = changed.first else { return nil }
    let load = longer.load.asPercent
    guard changed.count > Self.namedPeriods else {
      let list = changed.map { "\(name($0)) to \(longer.scans[$0].period.asPeriod)" }
      return "lengthen the period of \(list.joined(separator: ", ")) (\(load))"
    }
    return "lengthen \(changed.count) periods, that of \(name(first)) to "
      + "\(longer.scans[first].period.asPeriod) and so on (\(load))"
  }

  /// Periods that are named one by one; more of them nobody reads.
  private static let namedPeriods = 4

  private func name(_ scan: Int) -> String {
    let scan = plan.scans[scan]
    return namesDevices ? "\(scan.device)/\(scan.group)" : scan.group
  }
}

// MARK: Words

extension BusTiming {
  /// What is used up.
  fileprivate var noun: String {
    line.map { "line at \($0.inWords)" } ?? "connection's time"
  }
}

extension SerialLine {
  /// `19200 baud 8E1`.
  fileprivate var inWords: String { "\(baud) baud \(characterFormat)" }
}

extension ClosedRange<Int> {
  fileprivate var inWords: String {
    count == 1 ? "\(lowerBound)" : "\(lowerBound)-\(upperBound)"
  }
}

extension [UInt8] {
  /// A request as text, with what cannot be printed as a profile writes it: `\x04`.
  fileprivate var inWords: String {
    map { byte in
      switch byte {
      case 0x09: #"\t"#
      case 0x0A: #"\n"#
      case 0x0D: #"\r"#
      case 0x5C: #"\\"#
      case 0x20...0x7E: String(Unicode.Scalar(byte))
      default: (byte < 0x10 ? #"\x0"# : #"\x"#) + String(byte, radix: 16, uppercase: true)
      }
    }.joined()
  }
}

extension Duration {
  /// `8.6 ms`, with two decimals below 10 ms.
  fileprivate var inMilliseconds: String {
    let microseconds = Int((self / .microseconds(1)).rounded())
    return microseconds < 10_000
      ? "\(Self.decimal((microseconds + 5) / 10, places: 2)) ms"
      : "\(Self.decimal((microseconds + 50) / 100, places: 1)) ms"
  }

  /// `500 ms`, `1.7 s`, `2 s`, as a profile would have it.
  fileprivate var asPeriod: String {
    let milliseconds = Int(wholeMicroseconds / 1_000)
    if milliseconds % 1_000 == 0 { return "\(milliseconds / 1_000) s" }
    guard milliseconds > 1_000, milliseconds % 100 == 0 else { return "\(milliseconds) ms" }
    return "\(Self.decimal(milliseconds / 100, places: 1)) s"
  }

  fileprivate static func decimal(_ digits: Int, places: Int) -> String {
    let text = String(digits)
    let padded = String(repeating: "0", count: Swift.max(0, places + 1 - text.count)) + text
    return "\(padded.dropLast(places)).\(padded.suffix(places))"
  }
}

extension Double {
  /// `23.4 %`.
  fileprivate var asPercent: String {
    "\(Duration.decimal(Int((self * 1_000).rounded()), places: 1)) %"
  }
}

extension [[String]] {
  /// Pads cells on the left from a column on, so that numbers stand below each other.
  fileprivate func alignedRight(from column: Int) -> [[String]] {
    let widths = (0..<(first?.count ?? 0)).map { index in
      reduce(0) { Swift.max($0, $1[index].count) }
    }
    return map { row in
      row.indices.map { index in
        index < column
          ? row[index]
          : String(repeating: " ", count: widths[index] - row[index].count) + row[index]
      }
    }
  }
}
