internal import Telemetry

/// What was measured of a lot or of one piece of it, as a table for each device.
struct SignalTable {
  private let share: VisitShare
  private let width: Int
  private let ink: Ink

  /// Distinct texts that a line shows of one signal.
  private static let textLimit = 4

  init(_ share: VisitShare, width: Int, ink: Ink) {
    self.share = share
    self.width = width
    self.ink = ink
  }

  var lines: [String] { devices.flatMap(table) }

  private var devices: [DeviceID] {
    var devices: [DeviceID] = []
    for signal in share.signals where !devices.contains(signal.device) {
      devices.append(signal.device)
    }
    return devices
  }

  private var numberWidth: Int { width < 76 ? 8 : 9 }

  private var unitWidth: Int { max(4, share.signals.map { Words.unit($0.unit).count }.max() ?? 0) }

  private var nameWidth: Int {
    let longest = share.signals.map { Words.safe($0.signal).count }.max() ?? 0
    let left = width - 10 - unitWidth - 4 * numberWidth
    return min(max(longest, 14), max(8, left))
  }

  private func table(of device: DeviceID) -> [String] {
    let head =
      TextLayout.padded("     \(device)", to: nameWidth + 7)
      + "  " + TextLayout.padded("unit", to: unitWidth)
      + ["min", "mean", "max", "readings"].map { TextLayout.padded($0, before: numberWidth) }
      .joined()
    return [ink.heading(head)]
      + share.signals.filter { $0.device == device }.flatMap(lines(of:))
  }

  private func lines(of signal: SignalSummary) -> [String] {
    let name = TextLayout.shortened(Words.safe(signal.signal), to: nameWidth)
    let start =
      "       " + TextLayout.padded(name, to: nameWidth) + "  "
      + TextLayout.padded(Words.unit(signal.unit), to: unitWidth)
    let count = TextLayout.padded(
      Words.count(signal.good + signal.bad),
      before: numberWidth
    )
    let room = 3 * numberWidth
    let middle =
      signal.texts.isEmpty
      ? numbers(of: signal)
      : " " + TextLayout.padded(TextLayout.shortened(texts(of: signal), to: room - 1), to: room - 1)
    return [start + middle + count] + problem(of: signal) + unsure(of: signal)
      + doubts(about: signal)
  }

  private func numbers(of signal: SignalSummary) -> String {
    let scale = max(signal.minimum?.magnitude ?? 0, signal.maximum?.magnitude ?? 0)
    return [signal.minimum, signal.mean, signal.maximum]
      .map { $0.map { Words.number($0, scale: scale) } ?? "-" }
      .map { TextLayout.padded($0, before: numberWidth) }
      .joined()
  }

  private func texts(of signal: SignalSummary) -> String {
    let shown = signal.texts.suffix(Self.textLimit).map(Words.safe)
    let isCut = signal.hasMoreTexts || signal.texts.count > Self.textLimit
    return (isCut ? ["…"] : []).joined() + shown.joined(separator: ", ")
  }

  private func doubts(about signal: SignalSummary) -> [String] {
    (signal.calibration.map(Words.doubts) ?? []).flatMap { doubt in
      TextLayout.wrap("     ! " + doubt, width: width, indent: "       ").map(ink.problem)
    }
  }

  private func problem(of signal: SignalSummary) -> [String] {
    if signal.bad == 0 { return [] }
    let causes = signal.causes.map { "\($0.cause) \(Words.count($0.count))" }
    let all = signal.good + signal.bad
    return TextLayout.wrap(
      "     ! \(Words.count(signal.bad)) of \(Words.count(all, "reading")) bad: "
        + causes.joined(separator: ", "),
      width: width,
      indent: "       "
    ).map(ink.problem)
  }

  private func unsure(of signal: SignalSummary) -> [String] {
    guard let unsure = signal.unsure else { return [] }
    return TextLayout.wrap(
      "     ? " + Words.unsure(unsure, unit: signal.unit),
      width: width,
      indent: "       "
    )
  }
}
