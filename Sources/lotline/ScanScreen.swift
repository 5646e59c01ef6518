internal import CommandSupport
internal import Commissioning
internal import Profiles
internal import Telemetry

/// Shows a search while it goes on: what is found line by line, and how far it has come.
struct ScanScreen: Sendable {
  /// For programs: nothing but the end.
  let isQuiet: Bool
  private let progress = ProgressLine()

  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  /// Says what will be done and how long it takes.
  func announce(_ plan: ScanPlan, profiles: [DeviceProfile]) {
    guard !isQuiet else { return }
    let instruments =
      plan.options.asksInstruments
      ? InstrumentQuestion.all(in: profiles).reduce(Duration.zero) { $0 + $1.timeout } : .zero
    let estimate = plan.estimate(instrumentTimeout: instruments)
    let units = counted(plan.likelyUnits.count + plan.otherUnits.count, "unit")
    let settings =
      plan.lines.isEmpty ? "" : " at \(counted(plan.lines.count, "setting")) of the line"
    Terminal.line("Searching \(plan.target): \(units)\(settings).")
    if estimate.listening > .zero {
      Terminal.line("Listening first, for \(estimate.listening.inPeoplesWords): nothing is sent.")
    }
    guard estimate.likely < estimate.worst else {
      return Terminal.line(
        "At most \(estimate.worst.inPeoplesWords). Ctrl-C stops, and keeps what was found."
      )
    }
    Terminal.line(
      "About \(estimate.likely.inPeoplesWords) when a device with a usual unit number answers, "
        + "at most \(estimate.worst.inPeoplesWords). Ctrl-C stops, and keeps what was found."
    )
  }

  @Sendable
  func show(_ event: ScanEvent) {
    guard !isQuiet else { return }
    switch event {
    case .listening(let line, let number, let count, _):
      progress.show(done: number - 1, of: count, "listening at \(line.settingsText)")
    case .asking(let attempt, let state):
      progress.show(
        done: state.done - 1,
        of: state.total,
        "\(attempt), at most \(state.left.inPeoplesWords) left"
      )
    case .askingInstruments(let line, let number, let count):
      progress.show(done: number - 1, of: count, "asking instruments at \(line.settingsText)")
    case .hit(let hit): keep(hit.sentence)
    case .instrument(let instrument): keep(instrument.sentence)
    case .heard(let hearing): keep(hearing.sentence)
    case .note(let text): keep("Note: \(text)")
    }
  }

  func clear() { if !isQuiet { progress.clear() } }

  private func keep(_ text: String) {
    progress.clear()
    Terminal.line(text)
  }
}

extension Duration {
  /// `12 s`, `4 min`, `2 h 5 min`.
  var inPeoplesWords: String {
    let seconds = max(0, Int(inSeconds.rounded(.up)))
    if seconds < 90 { return "\(seconds) s" }
    let minutes = (seconds + 59) / 60
    return minutes < 90 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
  }
}

extension ScanHit {
  /// `unit 12 at 19200 8E1 answers: holding register 0 is 183. Fits: gearbox-test-rig (…)`.
  var sentence: String {
    "unit \(unit.rawValue) at \(place) \(answerText). \(fits.sentence)"
  }

  var answerText: String {
    switch answer {
    case .register(let table, let value): "answers: \(table.rawValue) register 0 is \(value)"
    case .exception(let code): "answers with exception \(code), so it is there"
    }
  }
}

extension ScanInstrument {
  var sentence: String {
    let verb = request == nil ? "sends by itself" : "answers"
    let sample = text.texts.last.map { ": \"\($0)\"" } ?? ""
    return "an instrument at \(text.line.settingsText) \(verb)\(sample). \(fits.sentence)"
  }
}

extension ScanHearing {
  var sentence: String {
    let place = line.settingsText
    switch content {
    case .modbus(let traffic):
      let units = traffic.asked.union(traffic.answering).sorted().map(String.init)
      let silent = traffic.asked.subtracting(traffic.answering).sorted().map(String.init)
      return "Modbus RTU is spoken on this line already, at \(place): "
        + "\(counted(traffic.requests, "request")), "
        + "\(counted(traffic.replies, "reply", plural: "replies")), "
        + "unit \(units.joined(separator: ", "))"
        + (silent.isEmpty || traffic.replies == 0
          ? "." : "; no answer from unit \(silent.joined(separator: ", ")).")
    case .text(let text) where text.isModbusASCII:
      return "Modbus ASCII is spoken on this line, at \(place); Lotline does not read it."
    case .text(let text):
      return "text is sent on this line, at \(place), each line ended by \"\(text.terminatorText)\""
    case .noise(let count):
      return "\(counted(count, "byte")) without a meaning at \(place)"
    case .silence: return "silence at \(place)"
    }
  }
}

extension [ProfileFit] {
  var sentence: String {
    isEmpty ? "No profile fits." : prefix(3).map(\.description).joined(separator: "; ")
  }
}

extension ProfileFit {
  var word: String { verdict == .fits ? "fits" : "may fit" }

  /// `reflow-oven-10-zone fits (3 of 3 answered, 20 of 20 values plausible)`.
  var description: String {
    let identity = isIdentified ? "identified, " : ""
    return "\(profile) \(word) (\(identity)\(answered) of \(asked) answered, "
      + "\(plausible) of \(values) values plausible)"
  }
}
