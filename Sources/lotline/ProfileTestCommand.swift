internal import ArgumentParser
internal import CommandSupport
internal import Commissioning
internal import Fieldbus
internal import Profiles
internal import Telemetry

struct ProfileTest: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Read a real device with a profile, and say what comes of it.",
    discussion: """
      Shows each signal with its registers as they came, the value, its unit and whether it can \
      be believed; when values look wrong, suggests what the profile may have wrong. Nothing is \
      written to the device.

      EXAMPLES
        lotline profile test my-oven --bus tcp://192.168.10.21:502
        lotline profile test my-oven.yaml --rtu /dev/ttyUSB0 \\
          --baud 9600 --parity none --unit 7 --watch --for 2m
        lotline profile test --config agent.yaml --device oven-1
        lotline profile test my-oven --tcp 192.168.10.21:502 --record
        lotline profile test my-oven --tcp 192.168.10.21:502 --in-flight

      The exit status is 2 when a signal is not good or the values suggest a change, and 69 when \
      nothing answers.
      """
  )

  @Argument(help: "The profile, by name or file; not needed with --config.")
  var profile: String?
  @OptionGroup var bus: TrialBusOptions
  @Flag(help: "Read on, at the groups' periods, until Ctrl-C.") var watch = false
  @Option(
    name: .customLong("for"),
    help: ArgumentHelp("With --watch: end after this time, such as 2m.", valueName: "time"),
    transform: Duration.argument(in: .seconds(1)...(.seconds(604_800)), such: "2m")
  )
  var span: Duration?
  @Flag(help: "Keep what the device answered as a golden capture.") var record = false
  @Option(
    help: ArgumentHelp(
      "With --record: the capture's file; Captures/NAME.yaml beside the profile otherwise.",
      valueName: "file"
    )
  )
  var capture: String?
  @Flag(help: "With --record: say in the capture that the device is a simulated one.")
  var simulated = false
  @Flag(help: "With --record: record also values that look wrong.") var force = false
  @Flag(help: "Find out how many requests a TCP device takes at once.") var inFlight = false
  @Flag(help: "Print JSON for programs.") var json = false
  @OptionGroup var folder: ProfilesOption

  func validate() throws {
    if span != nil && !watch { throw ValidationError("--for goes with --watch.") }
    if !record, capture != nil || simulated || force {
      throw ValidationError("--capture, --simulated and --force go with --record.")
    }
    if inFlight, watch || json || record {
      throw ValidationError("--in-flight goes without --watch, --record and --json.")
    }
    if profile == nil && bus.config == nil {
      throw ValidationError("Name the profile, or take it from --config and --device.")
    }
  }

  func run() async throws {
    let target = try bus.target()
    let (profile, path) = try chosen(target)
    try check(profile, fits: target.carrier)
    let time = SystemTime()
    let connect = { inFlight in
      makeBus(
        target.carrier,
        timeout: target.timeout,
        maximumInFlight: inFlight,
        firstTransaction: .random(in: 0...UInt16.max),
        time: time
      )
    }
    let carrier = connect(profile.requestsInFlight)
    let trial: Trial
    do {
      trial = try Trial(
        profile,
        unit: profile.isModbus ? target.unit : nil,
        bus: carrier,
        time: time,
        over: BusTiming(assumedOver: target.carrier)
      )
    } catch {
      throw CommandFailure(.badData, "\(error)")
    }
    let session = TrialSession(
      trial: trial,
      places: TrialPlaces(file: path),
      busWords: target.carrier.words,
      time: time,
      isJSON: json
    )
    let identity = await trial.identify()
    if let failure = identity?.failure { throw Self.refusal(failure) }
    if identity != nil, !json { Terminal.line("It is the device that the profile is for.\n") }
    let seen = watch ? try await session.watch(for: span) : await session.read()
    await carrier.close()
    if record {
      if !seen.suggestions.isEmpty, !force { throw Self.doubtfulRecord }
      try keep(
        seen.last,
        of: trial,
        saying: identity?.said ?? [],
        beside: path,
        from: target.carrier
      )
    }
    if inFlight { try await findInFlight(trial, over: target.carrier, connect) }
    try end(seen)
  }

  private func findInFlight(
    _ trial: Trial,
    over carrier: BusCarrier,
    _ connect: (Int) -> any Bus
  ) async throws {
    switch carrier {
    case .tcp, .tls: break
    case .rtuOverTCP, .rtu, .serial:
      throw CommandFailure(
        .usage,
        "--in-flight is for Modbus TCP: a serial line carries one request"
      )
    }
    guard let found = await trial.inFlight(connect: connect) else {
      throw CommandFailure(
        .usage,
        "--in-flight is for devices that are asked without a rest; this profile has a pause"
      )
    }
    for line in [""] + found.lines(stated: trial.profile.requestsInFlight) { Terminal.line(line) }
  }

  /// A capture of wrong values would hold the profile to them for good.
  private static let doubtfulRecord = CommandFailure(
    .findings,
    "nothing was recorded, because the values suggest that the profile is wrong; correct it, or "
      + "say --force if the values are right"
  )

  private static func refusal(_ failure: BusFailure) -> CommandFailure {
    guard failure.cause == .wrongDevice else { return CommandFailure(.unavailable, failure.detail) }
    return CommandFailure(
      .findings,
      failure.detail + "; the agent would record nothing of it. Take another profile, or correct "
        + "what this one says under identify"
    )
  }

  /// The profile, and the path of its file.
  private func chosen(_ target: TrialBusOptions.Target) throws -> (DeviceProfile, String) {
    guard let text = profile else {
      var folder = folder
      folder.profiles = target.profile?.folder ?? folder.profiles
      let name = target.profile?.name ?? ""
      return (try folder.profile(name), folder.library.path(of: name))
    }
    return (try folder.profile(text), folder.path(of: text))
  }

  private func check(_ profile: DeviceProfile, fits carrier: BusCarrier) throws {
    if case .serial = carrier, profile.isModbus {
      throw CommandFailure(
        .usage,
        "profile \(profile.name) is read over Modbus: use tcp, rtu-over-tcp or rtu, not serial"
      )
    }
    if case .serial = carrier { return }
    guard profile.isModbus else {
      throw CommandFailure(
        .usage,
        "profile \(profile.name) is of a serial instrument: use --serial PATH or serial:PATH"
      )
    }
  }

  private func keep(
    _ scans: [TrialScan],
    of trial: Trial,
    saying identification: [Capture.Identity],
    beside path: String,
    from carrier: BusCarrier
  ) throws {
    let folder =
      path.contains("/") ? String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]) : "."
    let file = capture ?? CaptureLibrary(profiles: folder).path(of: trial.profile.name)
    do throws(CaptureError) {
      let capture = try Capture(
        of: scans,
        by: trial.profile,
        unit: trial.unit,
        origin: simulated ? Capture.simulated : carrier.words,
        identification: identification
      )
      try CaptureLibrary.write(capture, to: file)
    } catch {
      throw CommandFailure(.cannotCreate, error.description)
    }
    let bad = scans.flatMap(\.signals).count { !$0.reading.quality.isGood }
    Terminal.error(
      "Recorded \(file)" + (bad == 0 ? "." : "; \(counted(bad, "signal")) in it not good.")
    )
  }

  private func end(_ seen: TrialSession.Seen) throws {
    let exchanges = seen.last.flatMap(\.exchanges)
    if exchanges.isEmpty || exchanges.allSatisfy({ $0.failure?.meansSilence == true }) {
      let detail = exchanges.first?.failure?.detail ?? "nothing was read"
      let isTaken = bus.config != nil && detail.contains("is used by")
      throw CommandFailure(
        .unavailable,
        detail + (isTaken ? "; if that is the agent, stop it while you test" : "")
      )
    }
    if !seen.suggestions.isEmpty || !seen.last.allSatisfy(\.isGood) {
      throw ExitCode(ExitStatus.findings.rawValue)
    }
  }
}

extension DeviceProfile {
  fileprivate var isModbus: Bool {
    if case .modbus = access { true } else { false }
  }
}

/// One run of `profile test`: reads and prints.
private struct TrialSession {
  /// What was seen last of each group.
  struct Seen {
    let last: [TrialScan]
    let suggestions: [TrialSuggestion]
  }

  let trial: Trial
  let places: TrialPlaces
  let busWords: String
  let time: SystemTime
  let isJSON: Bool

  func read() async -> Seen {
    if !isJSON { Terminal.line(heading) }
    let scans = await trial.scanAll()
    let suggestions = await self.suggestions(scans)
    if isJSON {
      print(
        TrialDocument(trial, bus: busWords, places: places, scans: scans, suggestions: suggestions)
      )
    } else {
      let report = TrialReport(trial.profile, places: places, suggestions: suggestions)
      for line in report.lines(scans) { Terminal.line(line) }
    }
    return Seen(last: scans, suggestions: suggestions)
  }

  func watch(for duration: Duration?) async throws -> Seen {
    if !isJSON { Terminal.line(heading + "Ctrl-C ends with a summary.\n") }
    let watch = try await untilInterrupted {
      await trial.watch(for: duration, time: time) { [isJSON] changes in
        if !isJSON { for change in changes { Terminal.line("\(change)") } }
      }
    }
    let suggestions = await self.suggestions(watch.scans)
    if isJSON {
      print(
        TrialDocument(
          trial,
          bus: busWords,
          places: places,
          scans: watch.lastScans,
          watch: watch,
          suggestions: suggestions
        )
      )
    } else {
      let report = TrialReport(trial.profile, places: places, suggestions: suggestions)
      for line in [""] + watch.lines + [""] + report.advice { Terminal.line(line) }
    }
    return Seen(last: watch.lastScans, suggestions: suggestions)
  }

  private var heading: String {
    let unit = trial.unit.map { ", unit \($0.rawValue)" } ?? ""
    return "\(trial.profile.name) (\(trial.profile.title)) at \(busWords)\(unit)\n"
  }

  /// Looks beside the signals only where their values look wrong.
  private func suggestions(_ scans: [TrialScan]) async -> [TrialSuggestion] {
    let isWrong = TrialSuggestion.isWarranted(for: trial.profile, by: scans)
    let adjoining = isWrong ? await trial.adjoining(scans) : TrialTables()
    return TrialSuggestion.all(for: trial.profile, from: scans, adjoining: adjoining)
  }

  private func print(_ document: TrialDocument) {
    do {
      try Terminal.json(document)
    } catch {
      Terminal.error("lotline: \(error)")
    }
  }
}
