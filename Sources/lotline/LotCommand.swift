internal import ArgumentParser
internal import CommandSupport
internal import StationAPI
internal import Telemetry

struct LotCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lot",
    abstract: "Start and end lots at a station, and say what went into them.",
    subcommands: [LotStart.self, LotEnd.self, LotConsume.self]
  )
}

struct LotStart: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "start",
    abstract: "Start a lot: from now on the station's readings belong to it.",
    discussion: """
      When the command returns, the fact is on disk: neither a crash nor a power cut loses it. \
      What the plant's lists say of the lot need not be said again, and the operator need not \
      where one is signed on.

      EXAMPLES
        lotline lot start reflow-1 PCB-2411 --part 4711 --revision C \\
          --work-order WO-88 --quantity 40 --operator mara
        lotline lot start reflow-2 PCB-2412 --lane 1
      """
  )

  @Argument(help: "The station, as the configuration names it.", transform: StationID.parsed)
  var station: StationID
  @Argument(help: "The lot.", transform: LotID.parsed) var lot: LotID
  @OptionGroup var place: LaneOption
  @Option(help: "Part number of what is made.", transform: Label.parsed) var part: Label?
  @Option(help: "Revision of the part.", transform: Label.parsed) var revision: Label?
  @Option(help: "Work order.", transform: Label.parsed) var workOrder: Label?
  @Option(
    name: .customLong("operator"),
    help: "Who runs the machine: name or badge.",
    transform: Label.parsed
  )
  var operatorName: Label?
  @Option(help: "Machine program or recipe.", transform: Label.parsed) var program: Label?
  @Option(help: "Pieces that are planned.") var quantity: Int?
  @OptionGroup var agent: AgentOption
  @OptionGroup var output: OutputOption

  func validate() throws {
    if let quantity, quantity < 1 { throw ValidationError("The quantity must be above zero.") }
  }

  func run() async throws {
    let command = StartLot(
      lot: lot,
      lane: place.lane,
      part: part,
      revision: revision,
      workOrder: workOrder,
      operatorName: operatorName,
      program: program,
      quantity: quantity
    )
    try output.print(
      try await AgentClient(agent).send(command, to: "/v1/stations/\(station)/lot")
    )
  }
}

struct LotEnd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "end",
    abstract: "End the lot at a station: from now on its readings belong to none.",
    discussion: """
      EXAMPLES
        Its work here is done for now:
          lotline lot end reflow-1
        All of it is made, so that nobody should start it again:
          lotline lot end reflow-1 --finished
      """
  )

  @Argument(help: "The station, as the configuration names it.", transform: StationID.parsed)
  var station: StationID
  @OptionGroup var place: LaneOption
  @Flag(help: "Why it ends, where that matters later.") var reason: EndReason?
  @OptionGroup var agent: AgentOption
  @OptionGroup var output: OutputOption

  func run() async throws {
    let command = EndLot(lane: place.lane, reason: reason?.recorded)
    try output.print(
      try await AgentClient(agent).send(command, to: "/v1/stations/\(station)/lot/end")
    )
  }
}

/// Which lane a command is about.
struct LaneOption: ParsableArguments {
  @Option(help: "The lane, at a station that has several.", transform: LaneID.parsed)
  var lane: LaneID?
}

/// Why a lot ends.
enum EndReason: String, EnumerableFlag {
  case finished, scrapped, removed

  static func help(for value: EndReason) -> ArgumentHelp? {
    switch value {
    case .finished: "All of it is made."
    case .scrapped: "None of it may be used."
    case .removed: "It was taken away before it was made."
    }
  }

  var recorded: BindingEnd.Reason {
    switch self {
    case .finished: .finished
    case .scrapped: .scrapped
    case .removed: .removed
    }
  }
}
