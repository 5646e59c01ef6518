internal import MarkedYAML
internal import Telemetry

/// `lists` in `agent.yaml`.
enum ListShape {
  static let uplink = Key("uplink", .name, "The uplink whose hub has them")
  static let every = Key(
    "every",
    .duration(in: .milliseconds(500)...(.seconds(3_600))),
    "Time from one look for changes to the next",
    default: "2s"
  )
  static let shape = Shape("lists section", [uplink.required, every.optional])
}

/// One of `interlock` in `agent.yaml`.
enum InterlockShape {
  enum Choice: String, Sendable, CaseIterable { case stop, run }

  static let station = Key(
    "station",
    ScalarKind<StationID>.identifier,
    "The station that it speaks of"
  )
  static let withoutLot = Key(
    "without_lot",
    ScalarKind<Choice>.choice("verdicts"),
    "What holds while no lot is active",
    default: "stop"
  )
  static let silentDevice = Key(
    "silent_device",
    ScalarKind<Choice>.choice("verdicts"),
    "What holds while a device of the station is silent",
    default: "stop"
  )
  static let file = Section("file", FileShape.shape, "A file that says run or stop")
  static let command = Section(
    "command",
    CommandShape.shape,
    "A program that is run at each change"
  )
  static let shape = Shape(
    "interlock",
    [
      station.required, withoutLot.optional, silentDevice.optional, file.optional,
      command.optional,
    ]
  )

  enum FileShape {
    static let path = Key(
      "path",
      .path.suchAs("/run/lotline/reflow-1"),
      "The file; best on a file system in memory"
    )
    static let refresh = Key(
      "refresh",
      .duration(in: .milliseconds(250)...(.seconds(60))),
      "How often its time of change is renewed; a reader takes an older one for stop",
      default: "1s"
    )
    static let atExit = Key(
      "at_exit",
      ScalarKind<InterlockSettings.AtExit>.choice("choices"),
      "What becomes of it when the agent ends",
      default: "stop"
    )
    static let shape = Shape("file", [path.required, refresh.optional, atExit.optional])
  }

  enum CommandShape {
    enum AtExit: String, Sendable, CaseIterable { case stop, keep }

    static let program = Key(
      "program",
      .path.suchAs("/usr/local/bin/relay"),
      "The program; it is run without a shell"
    )
    static let arguments = Key(
      "arguments",
      ScalarKind<String>.text.suchAs("[relay-3]"),
      "Its arguments; run or stop is one more, the last"
    )
    static let timeout = Key(
      "timeout",
      .duration(in: .milliseconds(100)...(.seconds(60))),
      "How long it may take; then it is ended",
      default: "5s"
    )
    static let atExit = Key(
      "at_exit",
      ScalarKind<AtExit>.choice("choices"),
      "Whether it is run with stop when the agent ends",
      default: "stop"
    )
    static let shape = Shape(
      "command",
      [program.required, arguments.list(), timeout.optional, atExit.optional]
    )
  }
}
