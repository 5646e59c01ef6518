internal import Fieldbus
package import Profiles
internal import Telemetry

/// A trial for people: what was asked, what came, and what to do about what is wrong.
package struct TrialReport: Sendable {
  private let profile: DeviceProfile
  private let places: TrialPlaces
  private let suggestions: [TrialSuggestion]

  /// - Parameters:
  ///   - profile: The profile that was tried.
  ///   - places: Where its signals stand.
  ///   - suggestions: What the values suggest.
  package init(
    _ profile: DeviceProfile,
    places: TrialPlaces,
    suggestions: [TrialSuggestion]
  ) {
    self.profile = profile
    self.places = places
    self.suggestions = suggestions
  }

  /// The report of one scan of every group, as lines.
  package func lines(_ scans: [TrialScan]) -> [String] {
    scans.flatMap(group) + advice + [summary(scans)]
  }

  /// What the values suggest, with a heading; nothing where they suggest nothing.
  package var advice: [String] {
    suggestions.isEmpty
      ? [] : ["What the values suggest:"] + suggestions.map { "  " + $0.sentence } + [""]
  }

  private func group(_ scan: TrialScan) -> [String] {
    let heading = "\(scan.group): \(Self.milliseconds(scan.span)), \(Self.count(scan.signals))"
    let requests = scan.exchanges.map { "  " + Self.line($0) }
    return [heading] + requests + table(scan) + problems(scan) + [""]
  }

  // MARK: Requests

  private static func line(_ exchange: TrialExchange) -> String {
    let took = milliseconds(exchange.outcome.elapsed)
    guard let failure = exchange.failure else { return "asked \(exchange.words): \(took)" }
    return "asked \(exchange.words): \(took), \(failure.cause.code): \(failure.detail)"
  }

  /// `3.2 ms`.
  static func milliseconds(_ duration: Duration) -> String {
    let tenths = (duration.wholeMicroseconds + 50) / 100
    return "\(tenths / 10).\(tenths % 10) ms"
  }

  // MARK: Signals

  /// A row for each signal; none where nothing came, as the request has said so.
  private func table(_ scan: TrialScan) -> [String] {
    guard scan.signals.contains(where: { $0.raw != nil }) else { return [] }
    let modbus = profile.modbusSignals(ofGroup: scan.index)
    let rows = scan.signals.enumerated().map { index, signal in
      let doubt = signal.doubt(modbus.indices.contains(index) ? modbus[index] : nil)
      return [
        signal.signal.name,
        signal.location?.text ?? "",
        Self.shortened(signal),
        Self.value(signal),
        signal.verdict + (doubt.map { ", but \($0)" } ?? ""),
      ]
    }
    return Self.columns(rows).map { "  " + $0 }
  }

  /// The raw text, of a long one its beginning.
  private static func shortened(_ signal: TrialSignal) -> String {
    guard case .registers(let words)? = signal.raw, words.count > 4 else { return signal.rawText }
    return RawText.words(Array(words.prefix(4))) + " …"
  }

  /// `183.2 Cel`; a dash where there is none.
  static func value(_ signal: TrialSignal) -> String {
    guard let value = signal.reading.value else { return "-" }
    return "\(value)" + (signal.signal.unit.map { " \($0)" } ?? "")
  }

  /// Columns as wide as their widest cell, two spaces apart; an empty column is left out.
  static func columns(_ rows: [[String]]) -> [String] {
    let count = rows.reduce(0) { max($0, $1.count) }
    let widths = (0..<count).map { column in rows.reduce(0) { max($0, $1[column].count) } }
    return rows.map { row in
      var text = ""
      for (cell, width) in zip(row, widths) where width > 0 {
        text += cell + String(repeating: " ", count: width - cell.count + 2)
      }
      while text.last == " " { text.removeLast() }
      return text
    }
  }

  // MARK: Problems

  /// Each cause once, at the first signal that it befell.
  private func problems(_ scan: TrialScan) -> [String] {
    var order: [Cause] = []
    var befallen: [Cause: [String]] = [:]
    for signal in scan.signals {
      guard case .bad(let cause) = signal.reading.quality else { continue }
      if befallen[cause] == nil { order.append(cause) }
      befallen[cause, default: []].append(signal.signal.name)
    }
    let lines = order.map { cause in
      let names = befallen[cause] ?? []
      let more = names.count > 1 ? " and \(names.count - 1) more" : ""
      return "  \(places.place(of: names[0])): \(names[0])\(more): \(cause.sentence)"
    }
    return lines + (scan.refusal.map { ["  \(scan.group): \($0)"] } ?? [])
  }

  private func summary(_ scans: [TrialScan]) -> String {
    "In all: \(Self.count(scans.flatMap(\.signals)))."
  }

  /// `23 signals, all good`, or `22 of 23 signals good`.
  private static func count(_ signals: [TrialSignal]) -> String {
    let good = signals.count(where: \.reading.quality.isGood)
    guard good == signals.count else { return "\(good) of \(signals.count) signals good" }
    return good == 1 ? "1 signal, good" : "\(good) signals, all good"
  }
}

extension DeviceProfile {
  /// The Modbus signals of a group; none for a serial instrument.
  func modbusSignals(ofGroup index: Int) -> [ModbusSignal] {
    if case .modbus(let access) = access { access.groups[index].signals } else { [] }
  }
}

extension TrialExchange {
  /// `holding 0 to 22`, `"O2?\r\n"`, `nothing, and listened`.
  var words: String {
    if case .modbus(let request) = request, let range = request.range {
      return RawText.addresses(range.table, first: Int(range.address), count: range.count)
    }
    guard case .serial(let request) = request, !request.isListening else {
      return "nothing, and listened"
    }
    return CaptureText.quoted(request.send)
  }
}

extension TrialSignal {
  /// `0448`, `1`, `"O2 512.4 ppm"`.
  package var rawText: String {
    switch raw {
    case nil: "-"
    case .registers(let words)?: RawText.words(words)
    case .bit(let bit)?: bit ? "1" : "0"
    case .line(let line)?: CaptureText.quoted(line)
    }
  }

  /// `good`, or what is wrong in a word or two.
  package var verdict: String {
    switch reading.quality {
    case .good: "good"
    case .bad(.exception(let code)): "exception \(code)"
    case .bad(let cause): cause.code.split(separator: "_").joined(separator: " ")
    }
  }
}
