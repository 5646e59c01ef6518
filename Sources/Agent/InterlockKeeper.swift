internal import Interlock
internal import Logging
internal import Settings
internal import StationAPI
internal import Telemetry

/// Keeps the outputs of one station's interlock as the answer is: its file, and what its command was
/// last run with.
///
/// When nothing is known, or the agent is not there, they say `stop` unless the configuration says
/// otherwise.
actor InterlockKeeper {
  /// From one look at the answer to the next.
  static let period = Duration.milliseconds(250)

  /// From a failure of the command to the next try.
  static let retryPause = Duration.seconds(5)

  /// What it asks and tells the recorder.
  struct Desk: Sendable {
    let answer: @Sendable (InterlockSettings) async -> InterlockAnswer
    let record: @Sendable (Event) async -> Void
  }

  /// Runs the command, with `run` or `stop`, until it ends or its time is over.
  typealias Runner =
    @Sendable (InterlockSettings.Command, InterlockAnswer) async throws(ChildProcessError) -> Void

  private let settings: InterlockSettings
  private let desk: Desk
  private let runner: Runner
  private let time: any TimeSource
  private let logger: Logger
  private let file: VerdictFile?

  /// The last answer, which is recorded.
  private(set) var answer: InterlockAnswer?

  /// What the file says, and when it was last said that it holds.
  private var written: String?
  private var touchedAt: Duration = .zero
  private var fileProblem: String?

  /// The answer that the command was last run with, and when to try again after a failure.
  private var commanded: InterlockAnswer?
  private var commandDue: Duration = .zero
  private var commandProblem: String?

  init(
    _ settings: InterlockSettings,
    desk: Desk,
    time: any TimeSource,
    logger: Logger,
    runner: Runner? = nil
  ) {
    self.settings = settings
    self.desk = desk
    self.time = time
    self.logger = logger
    file = settings.file.map { VerdictFile(path: $0.path) }
    self.runner = runner ?? Self.runner(time)
  }

  private static func runner(_ time: any TimeSource) -> Runner {
    { (command, answer) async throws(ChildProcessError) -> Void in
      try await command.process(for: answer).run(within: command.timeout, time: time)
    }
  }

  /// Has the file say `stop` before anything is known.
  static func prepare(_ settings: InterlockSettings, at now: Instant) {
    guard let file = settings.file else { return }
    let note = BindingNote(code: "agent_starts", sentence: "the agent starts and knows nothing yet")
    let answer = InterlockAnswer.stop(settings.station, at: now, because: note)
    // What cannot be written now is tried again, and told, as soon as the agent runs.
    try? VerdictFile(path: file.path).write(VerdictText.of(answer))
  }

  /// Looks until the task is cancelled; the command runs beside, so that it cannot hold up the file.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.repeatedly { await self.lookOnce() } }
      group.addTask { await self.repeatedly { await self.commandOnce() } }
    }
  }

  private func repeatedly(_ step: @Sendable () async -> Void) async {
    while !Task.isCancelled {
      await step()
      // Only cancellation ends a sleep early, and the loop's condition sees it.
      try? await time.sleep(for: Self.period)
    }
  }

  /// Asks whether the station may run, records where that has changed, and has the file say it.
  func lookOnce() async {
    let now = await desk.answer(settings)
    if answer?.tellsTheSame(as: now) != true {
      answer = now
      await desk.record(Event(of: now))
      logger.notice("interlock: \(now.summary)")
    }
    await keepFile()
  }

  private func keepFile() async {
    guard let file, let answer, let refresh = settings.file?.refresh else { return }
    let text = VerdictText.of(answer)
    do throws(VerdictFileError) {
      if text != written || fileProblem != nil {
        try file.write(text)
      } else if time.uptime() - touchedAt >= refresh {
        try file.touch()
      } else {
        return
      }
      written = text
      touchedAt = time.uptime()
      if fileProblem != nil { await tellWorks("\(file.path) can be written again") }
      fileProblem = nil
    } catch {
      if fileProblem != error.description { await tellFailure(error.description) }
      fileProblem = error.description
    }
  }

  /// Runs the command where the answer is another one than it was run with.
  func commandOnce() async {
    guard let command = settings.command, let answer, time.uptime() >= commandDue,
      commanded?.tellsTheSame(as: answer) != true
    else { return }
    await run(command, with: answer)
  }

  private func run(_ command: InterlockSettings.Command, with answer: InterlockAnswer) async {
    do throws(ChildProcessError) {
      try await runner(command, answer)
      commanded = answer
      if commandProblem != nil { await tellWorks("\(command.program) works again") }
      commandProblem = nil
    } catch {
      commandDue = time.uptime() + Self.retryPause
      if commandProblem != error.description { await tellFailure(error.description) }
      commandProblem = error.description
    }
  }

  /// Leaves the outputs as the configuration wants them while the agent is not there.
  func finish() async {
    let ends = [settings.file?.atExit, settings.command?.atExit].compactMap { $0 }
    guard ends.contains(where: { $0 != .keep }) else { return }
    let note = BindingNote(code: "agent_stopped", sentence: "the agent does not run")
    let last = InterlockAnswer.stop(
      settings.station,
      lots: answer?.lots ?? [],
      at: time.now(),
      because: note
    )
    await desk.record(Event(of: last))
    do throws(VerdictFileError) {
      switch settings.file?.atExit {
      case .stop: try file?.write(VerdictText.of(last))
      case .remove: try file?.remove()
      case .keep, nil: break
      }
    } catch {
      await tellFailure(error.description)
    }
    if let command = settings.command, command.atExit == .stop {
      await run(command, with: last)
    }
  }

  private func tellFailure(_ detail: String) async {
    logger.error("interlock of \(settings.station): \(detail)")
    await desk.record(
      Event(.interlockFailed, station: settings.station, detail: detail)
    )
  }

  private func tellWorks(_ detail: String) async {
    logger.notice("interlock of \(settings.station): \(detail)")
    await desk.record(Event(.interlockWorks, station: settings.station, detail: detail))
  }
}

extension Event {
  /// What the journal says of an answer that is another one than before.
  fileprivate init(of answer: InterlockAnswer) {
    self.init(
      answer.verdict == .run ? .interlockRun : .interlockStop,
      station: answer.station,
      lot: answer.lots.first,
      notes: (answer.reasons + answer.warnings).map(\.code),
      detail: answer.summary
    )
  }
}

extension InterlockSettings.Command {
  /// The command for an answer: the verdict is its last argument, the rest is in its environment.
  fileprivate func process(for answer: InterlockAnswer) -> ChildProcess {
    ChildProcess(
      path: program,
      arguments: arguments + [answer.verdict.rawValue],
      environment: [
        "LOTLINE_STATION": answer.station.text,
        "LOTLINE_LOT": answer.lots.map(\.text).joined(separator: "\n"),
        "LOTLINE_REASONS": answer.reasons.map(\.description).joined(separator: "\n"),
      ]
    )
  }
}
