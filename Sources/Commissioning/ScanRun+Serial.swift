internal import Fieldbus
package import Profiles
internal import Telemetry

/// Listening, and asking serial instruments.
extension ScanRun {
  // MARK: Listening

  /// Listens at each setting; when something was heard and not understood, once more and longer.
  func listen(on port: any ScanPort) async throws(BusFailure) {
    for dwell in [plan.listening, plan.listening * ScanPlan.patience] {
      report.hearings = []
      for (number, line) in plan.listeningLines.enumerated() {
        emit(.listening(line, number: number + 1, of: plan.listeningLines.count, each: dwell))
        let hearing = try await hear(on: line, port, for: dwell)
        guard goesOn() else { return take(hearing) }
        if hearing.isUnderstood { return take(hearing) }
        if hearing.content != .silence { report.hearings.append(hearing) }
      }
      if report.hearings.isEmpty { return }
    }
    takeNoise()
  }

  private func take(_ hearing: ScanHearing) {
    guard hearing.isUnderstood else { return }
    report.hearings = [hearing]
    emit(.heard(hearing))
    if case .text(let text) = hearing.content, !text.isModbusASCII {
      let fits = ScanTextMatch(profiles: profiles).fits(text.bytes)
      let instrument = ScanInstrument(text: text, request: nil, fits: fits)
      report.instruments.append(instrument)
      emit(.instrument(instrument))
    }
    if report.end == .complete, !plan.options.asksDespiteTraffic { report.end = .traffic }
  }

  private func takeNoise() {
    let count = report.hearings.reduce(0) { count, hearing in
      if case .noise(let bytes) = hearing.content { count + bytes } else { count }
    }
    guard count > Self.maximumNoise else {
      return note("\(count) bytes of noise came over the line: is it terminated and biased?")
    }
    for hearing in report.hearings { emit(.heard(hearing)) }
    if !plan.options.asksDespiteTraffic { report.end = .traffic }
  }

  /// What comes at one setting; once it is understood, it is listened to longer, for all that take
  /// part.
  private func hear(
    on line: SerialLine,
    _ port: any ScanPort,
    for dwell: Duration
  ) async throws(BusFailure) -> ScanHearing {
    var bytes: [UInt8] = []
    var end = access.time.uptime() + dwell
    var isLonger = false
    while !Task.isCancelled {
      let left = end - access.time.uptime()
      if isLonger, ScanHearing(bytes, on: line).isEnough { break }
      if left > .zero {
        bytes += try await port.listen(on: line, for: min(left, Self.slice))
      } else if !isLonger, ScanHearing(bytes, on: line).isUnderstood {
        isLonger = true
        end += dwell * ScanPlan.patience
      } else {
        break
      }
    }
    return ScanHearing(bytes, on: line)
  }

  // MARK: Asking instruments

  /// Asks what the profiles of serial instruments ask, at each setting, until one is understood.
  func askInstruments(on port: any ScanPort) async throws(BusFailure) {
    let questions = InstrumentQuestion.all(in: profiles)
    let match = ScanTextMatch(profiles: profiles)
    for (number, line) in plan.instrumentLines.enumerated() {
      emit(.askingInstruments(line, number: number + 1, of: plan.instrumentLines.count))
      for question in questions {
        guard goesOn() else { return }
        let bytes = try await port.ask(question.bytes, on: line, within: question.timeout)
        guard !bytes.isEmpty, bytes != question.bytes else { continue }
        let fits = match.fits(bytes, request: question.bytes)
        guard let text = HeardText(bytes, on: line) ?? HeardText(understood: bytes, fits, line)
        else { continue }
        let instrument = ScanInstrument(text: text, request: question.bytes, fits: fits)
        report.instruments.append(instrument)
        emit(.instrument(instrument))
        if !fits.isEmpty, !plan.options.searchesAllSettings { return }
      }
    }
  }
}

/// What profiles of serial instruments ask, each question once.
package struct InstrumentQuestion: Sendable, Hashable {
  package let bytes: [UInt8]
  package let timeout: Duration

  /// The questions of all profiles, in their order.
  package static func all(in profiles: [DeviceProfile]) -> [InstrumentQuestion] {
    var questions: [InstrumentQuestion] = []
    for profile in profiles {
      guard case .serial(let access) = profile.access else { continue }
      for group in access.groups
      where !group.request.isEmpty && !questions.contains(where: { $0.bytes == group.request }) {
        questions.append(InstrumentQuestion(bytes: group.request, timeout: group.timeout))
      }
    }
    return questions
  }
}

extension ScanPlan {
  /// The settings in the order that suits instruments, which are mostly delivered with 9600 8N1.
  var instrumentLines: [SerialLine] {
    let first = lines.filter { $0.baud == 9_600 && $0.parity == .none && $0.stopBits == 1 }
    return first + lines.filter { !first.contains($0) }
  }
}
