package import Telemetry

/// Numbers, times and units as people read them.
package enum Words {
  /// `1,204`.
  package static func count(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    var text = value < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return text
  }

  /// `1 lot`, `1,204 lots`.
  package static func count(_ value: Int, _ noun: String) -> String {
    "\(count(value)) \(noun)\(value == 1 ? "" : "s")"
  }

  /// `31 min 40 s`: the two largest units that are not zero.
  package static func duration(_ duration: Duration) -> String {
    let seconds = max(0, duration.components.seconds)
    let parts = [
      (seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "min"),
      (seconds % 60, "s"),
    ]
    guard let first = parts.firstIndex(where: { $0.0 > 0 }) else { return "0 s" }
    return parts[first...].prefix(2).filter { $0.0 > 0 }
      .map { "\($0.0) \($0.1)" }.joined(separator: " ")
  }

  /// `2026-11-24 12:00:00`, UTC.
  package static func time(_ instant: Instant) -> String {
    String(instant.description.prefix(19)).split(separator: "T").joined(separator: " ")
  }

  /// `2026-11-24 12:00:00 to 12:31:40 UTC (31 min 40 s)`, or `since … UTC, still going on`.
  ///
  /// Where the clock was set meanwhile, the duration is what truly passed, as far as that is known.
  package static func span(
    from: Instant,
    to: Instant?,
    lasting: String,
    clockSteps: [RecordedClockStep] = []
  ) -> String {
    guard let to else { return "since \(time(from)) UTC, \(lasting)" }
    let isSameDay = time(from).prefix(10) == time(to).prefix(10)
    let end = isSameDay ? String(time(to).suffix(8)) : time(to)
    let steps = clockSteps.compactMap(\.step.stepMicroseconds)
    let passed =
      steps.count < clockSteps.count
      ? "duration not known"
      : duration(to.duration(since: from) - .microseconds(steps.reduce(0, +)))
    return "\(time(from)) to \(end) UTC (\(passed))"
  }

  /// What it means that the clock was set: `the clock was set back by 1 h, from … to … UTC; …`.
  package static func clockStep(_ recorded: RecordedClockStep) -> String {
    let step = recorded.step
    let size =
      switch step.stepMicroseconds {
      case nil: "back while the agent did not run; by how much is not known"
      case let size? where size < 0: "back by \(stepSize(.microseconds(-size)))"
      case let size?: "forward by \(stepSize(.microseconds(size)))"
      }
    return "the clock was set \(size), from \(time(step.from)) to \(time(step.to)) UTC; "
      + "times before and after do not compare; \(reference(recorded.record))"
  }

  /// Who had what written, and what came of it: `oven-1 zone1.setpoint = 185.5 °C, written by mara …`.
  package static func write(_ recorded: RecordedWrite) -> String {
    let order = recorded.order
    let unit = order.unit.map { " " + self.unit($0) } ?? ""
    let what = "\(order.device) \(safe(order.signal)) = \(safe("\(order.value)"))\(unit)"
    let end =
      switch recorded.outcome {
      case nil: "what became of it is not recorded"
      case let outcome?:
        "\(outcome.kind.rawValue.replacing("_", with: " ")) (\(safe(outcome.detail)))"
      }
    return "\(what), ordered by \(safe(order.operatorName.text)) \(time(recorded.at)) UTC: \(end); "
      + "permitted for \(safe(order.reason.text)); \(reference(recorded.record))"
  }

  private static func stepSize(_ size: Duration) -> String {
    if size >= .seconds(1) { return duration(size) }
    return "\(size.wholeMicroseconds / 1_000) ms"
  }

  /// `record 9 of edge-1/4f2a90c1`: the agent, and the journal's first digits.
  package static func reference(_ record: RecordReference) -> String {
    "record \(record.seq) of \(record.agent)/\(record.journal.prefix(8))"
  }

  /// `°C` for the UCUM code `Cel`; most codes read well as they are.
  package static func unit(_ code: String?) -> String {
    switch code {
    case nil: ""
    case "Cel": "°C"
    case "[ppm]": "ppm"
    case "[ppb]": "ppb"
    case "Ohm": "Ω"
    case "/min": "rpm"
    case "%{RH}": "% RH"
    case let code? where code.hasPrefix("{") && code.hasSuffix("}"):
      String(code.dropFirst().dropLast())
    case let code?: code
    }
  }

  /// A number with as many decimals as make `scale` show four digits, three at most.
  package static func number(_ value: Double, scale: Double) -> String {
    guard value.isFinite, value.magnitude < 1e12 else { return value.description }
    let decimals =
      switch scale.magnitude {
      case 1_000...: 0
      case 100..<1_000: 1
      case 10..<100: 2
      default: 3
      }
    let factors = [1, 10, 100, 1_000]
    let scaled = Int((value.magnitude * Double(factors[decimals])).rounded())
    // A value too small for the decimals is shown in full: 0.00004 is not zero.
    if scaled == 0, value != 0 { return value.description }
    let sign = value < 0 ? "-" : ""
    if decimals == 0 { return sign + count(scaled) }
    let fraction = String(scaled % factors[decimals])
    let zeros = String(repeating: "0", count: decimals - fraction.count)
    return "\(sign)\(scaled / factors[decimals]).\(zeros)\(fraction)"
  }

  /// What was read while it was not sure which lot or piece was there.
  package static func unsure(_ unsure: SignalSummary.Unsure, unit: String?) -> String {
    var text = "\(count(unsure.readings)) more"
    if let minimum = unsure.minimum, let maximum = unsure.maximum {
      let scale = max(minimum.magnitude, maximum.magnitude)
      text += " from \(number(minimum, scale: scale)) to \(number(maximum, scale: scale))"
      text += unit.map { " " + Self.unit($0) } ?? ""
    }
    return text + " may be another's or nobody's; not counted"
  }

  /// `2.5 kg`, `24 pieces`.
  package static func amount(_ quantity: Double, unit: String?) -> String {
    let isWhole = quantity.rounded() == quantity && quantity.magnitude < 1e12
    let number = isWhole ? count(Int(quantity)) : quantity.description
    return "\(number) " + (unit.map { Self.unit($0) } ?? (quantity == 1 ? "piece" : "pieces"))
  }

  /// Text from a device or another system, without what could move a terminal's cursor.
  package static func safe(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
          default: scalar
          }
        }
      )
    )
  }
}
