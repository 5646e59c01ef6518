internal import CommandSupport
internal import StationAPI
internal import Telemetry

/// An agent's status, for people.
struct StatusReport {
  private let status: AgentStatus
  private let withSignals: Bool

  init(_ status: AgentStatus, withSignals: Bool) {
    self.status = status
    self.withSignals = withSignals
  }

  /// Several lines, without a line break at the end.
  var text: String {
    ([heading] + stations + [""] + devices + instruments + scanners + [""] + [journal] + uplinks
      + lists + timestamps + clock)
      .joined(separator: "\n")
  }

  private var heading: String {
    Terminal.coloured("\(status.agent) at \(status.site)", .bold)
      + "  (lotline \(status.software), running since \(status.startedAt))\n"
  }

  private var stations: [String] { status.stations.flatMap { StationReport($0).lines } }

  private var scanners: [String] { (status.scanners ?? []).flatMap { ScannerReport($0).lines } }

  /// Instruments that cannot be relied on.
  private var instruments: [String] {
    (status.instruments ?? []).compactMap { instrument in
      // One that is no longer used spoils no reading.
      guard let doubt = instrument.doubt, !instrument.signals.isEmpty else { return nil }
      return Terminal.padded(instrument.instrument.text, to: 16) + Terminal.coloured(doubt, .yellow)
    }
  }

  private var devices: [String] {
    status.devices.flatMap { device -> [String] in
      let name = Self.padded(device.id.text, to: 16)
      if let silent = device.silent {
        return [
          name + Terminal.coloured("silent since \(silent.since)", .red) + ": \(silent.detail)"
        ] + [silent.askedEveryMilliseconds].compactMap { $0 }.map(Self.asked)
      }
      let bad = device.signals.filter { $0.quality != "good" && $0.quality != "pending" }
      let pending = device.signals.filter { $0.quality == "pending" }
      var line = name + counted(device.signals.count, "signal")
      if !pending.isEmpty { line += ", \(pending.count) not read yet" }
      line += bad.isEmpty ? ", all others good" : ", \(bad.count) bad"
      if pending.isEmpty && bad.isEmpty {
        line = name + counted(device.signals.count, "signal") + ", all good"
      }
      return [line] + (withSignals ? device.signals : bad).map { self.line(for: $0) }
    }
  }

  /// When an answer can be noticed.
  private static func asked(every milliseconds: Int) -> String {
    padded("", to: 16) + "asked every \(seconds(milliseconds)) s whether it is back"
  }

  /// Milliseconds as seconds, with a decimal below 10: `0.3`, `2`, `15`.
  private static func seconds(_ milliseconds: Int) -> String {
    if milliseconds >= 10_000 { return "\((milliseconds + 500) / 1_000)" }
    let tenths = (milliseconds + 50) / 100
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }

  private func line(for signal: SignalStatus) -> String {
    let value = signal.value.map { "\($0)" + (signal.unit.map { " \($0)" } ?? "") } ?? "no value"
    let text = "    " + Self.padded(signal.name, to: 32) + Self.padded(value, to: 20)
    if signal.quality == "good" { return text + "good" }
    return text + Terminal.coloured(signal.quality, .yellow) + "  " + signal.meaning
  }

  private var journal: String {
    let journal = status.journal
    let size =
      counted(journal.seq, "record") + ", \(Self.size(journal.bytes))\(room), \(journal.path)"
    let notices = (journal.notices ?? []).map {
      "\n" + Self.padded("", to: 16) + Terminal.coloured($0, .yellow)
    }.joined()
    guard let problem = journal.problem else {
      return Self.padded("journal", to: 16) + size + notices
    }
    return Self.padded("journal", to: 16) + Terminal.coloured(problem, .red) + "; " + size + notices
  }

  /// How much room there is, and for how long: `, 12.0 GB free (about 41 days)`.
  private var room: String {
    guard let free = status.journal.freeBytes else { return "" }
    let days = status.journal.daysLeft.map { " (about \(counted(Int($0), "day")))" } ?? ""
    return ", \(Self.size(free)) free\(days)"
  }

  private var uplinks: [String] {
    status.uplinks.map { uplink in
      let name = Self.padded(uplink.id, to: 16)
      let waiting = counted(uplink.backlog, "record") + " waiting"
      let detail = uplink.detail.map { " (\($0))" } ?? ""
      return switch uplink.state {
      case .starting: name + "not tried yet, \(waiting)"
      case .connected where uplink.backlog == 0: name + "up to date with \(uplink.url)"
      case .connected: name + "sending to \(uplink.url), \(waiting)"
      case .away:
        name + "recording locally, hub away since \(uplink.since), \(waiting)\(detail)"
      case .refused:
        name + Terminal.coloured("the hub refuses this journal", .red)
          + " since \(uplink.since), \(waiting)\(detail)"
      }
    }
  }

  private var lists: [String] {
    guard let lists = status.lists else { return [] }
    let inForce = lists.inForce.map { "\($0.list.rawValue) \($0.revision)" }
    var line =
      inForce.isEmpty ? "none in force" : "in force: " + inForce.joined(separator: ", ")
    switch lists.source?.state {
    case nil: line += "; none are looked for"
    case .starting, .connected: break
    case .away: line += "; hub away since \(lists.source?.since.description ?? "")"
    case .refused: line += "; " + Terminal.coloured("a list is refused", .red)
    }
    if let detail = lists.source?.detail { line += " (\(detail))" }
    return [Terminal.padded("lists", to: 16) + line]
  }

  private var timestamps: [String] {
    guard let timestamps = status.timestamps else { return [] }
    let last =
      timestamps.last.map {
        "last of \($0.time) for \(counted($0.records, "record")), by "
          + ($0.authority ?? "an authority without a name")
      } ?? "none yet"
    let (since, detail) = (timestamps.since, timestamps.detail ?? "no reason given")
    let state =
      switch timestamps.state {
      case .starting: "; \(timestamps.url) was not asked yet"
      case .connected: ""
      case .away:
        "; "
          + Terminal.coloured("none from \(timestamps.url) since \(since)", .yellow)
          + ", it is asked again: \(detail)"
      case .refused:
        "; "
          + Terminal.coloured("\(timestamps.url) gives none that can be used", .red)
          + " since \(since), it is asked again: \(detail)"
      }
    return [Terminal.padded("timestamps", to: 16) + last + state]
  }

  private var clock: [String] {
    guard let clock = status.clock else { return [] }
    let name = Self.padded("clock", to: 16)
    let step = clock.lastStep.map { "; set from \($0.from) to \($0.to), epoch \($0.epoch)" } ?? ""
    if let warning = clock.warning { return [name + Terminal.coloured(warning, .yellow) + step] }
    let error =
      clock.errorMicroseconds.map { "right to about \(Self.milliseconds($0)) ms" }
      ?? "its error is not known (chrony estimates it, systemd-timesyncd does not)"
    return [name + "synchronised, " + error + step]
  }

  /// Microseconds as milliseconds with the decimals that they have: `0.24`, `3`.
  private static func milliseconds(_ microseconds: Int) -> String {
    let text = "\(Double(microseconds) / 1_000)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private static func padded(_ text: String, to width: Int) -> String {
    Terminal.padded(text, to: width)
  }

  private static func size(_ bytes: Int) -> String {
    switch bytes {
    case ..<10_000: "\(bytes) bytes"
    case ..<10_000_000: "\(bytes / 1_000) kB"
    default: "\(bytes / 1_000_000) MB"
    }
  }
}
