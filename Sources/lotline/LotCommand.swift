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
      When the command returns, the fact is on disk: neither a crash nor a power cut loses it.

      EXAMPLE
        lotline lot start reflow-1 PCB-2411 --part 4711-C \\
          --work-order WO-88 --operator mara
      """
  )

  @Argument(help: "The station, as the configuration names it.", transform: StationID.parsed)
  var station: StationID
  @Argument(help: "The lot.", transform: LotID.parsed) var lot: LotID
  @Option(help: "Part number of what is made.", transform: Label.parsed) var part: Label
  @Option(help: "Work order.", transform: Label.parsed) var workOrder: Label
  @Option(name: .customLong("operator"), help: "Who runs the machine.", transform: Label.parsed)
  var operatorName: Label
  @Option(help: "Machine program or recipe.", transform: Label.parsed) var program: Label?
  @OptionGroup var agent: AgentOption
  @OptionGroup var output: OutputOption

  func run() async throws {
    let command = StartLot(
      lot: lot,
      part: part,
      workOrder: workOrder,
      operatorName: operatorName,
      program: program
    )
    try output.print(
      try await AgentClient(agent).send(command, to: "/v1/stations/\(station)/lot")
    )
  }
}

struct LotEnd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "end",
    abstract: "End the lot at a station: from now on its readings belong to none."
  )

  @Argument(help: "The station, as the configuration names it.", transform: StationID.parsed)
  var station: StationID
  @OptionGroup var agent: AgentOption
  @OptionGroup var output: OutputOption

  func run() async throws {
    try output.print(try await AgentClient(agent).delete("/v1/stations/\(station)/lot"))
  }
}

struct LotConsume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "consume",
    abstract: "Record that one lot went into another.",
    discussion: """
      EXAMPLE
        20 boards of lot PCB-2411 are built into device lot PM-500:
          lotline lot consume PM-500 PCB-2411 --quantity 20 --operator mara
      """
  )

  @Argument(help: "The lot that is made.", transform: LotID.parsed) var output: LotID
  @Argument(help: "The lot that goes into it.", transform: LotID.parsed) var input: LotID
  @Option(help: "How much of it; pieces unless --unit says otherwise.") var quantity: Double?
  @Option(help: "Unit of the quantity, as a UCUM code: g, mL, m.") var unit: String?
  @Option(name: .customLong("operator"), help: "Who did it.", transform: Label.parsed)
  var operatorName: Label?
  @OptionGroup var agent: AgentOption
  @OptionGroup var format: OutputOption

  func validate() throws {
    if let quantity, !(quantity.isFinite && quantity > 0) {
      throw ValidationError("The quantity must be a number above zero.")
    }
  }

  func run() async throws {
    let consumption = Consumption(
      output: output,
      input: input,
      quantity: quantity,
      unit: unit,
      operatorName: operatorName
    )
    try format.print(try await AgentClient(agent).send(consumption, to: "/v1/consumptions"))
  }
}
