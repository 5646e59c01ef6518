internal import ArgumentParser
internal import CommandSupport
internal import StationAPI
internal import Telemetry

struct LotConsume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "consume",
    abstract: "Record that one lot went into another.",
    discussion: """
      For single pieces with serial numbers, see: lotline assemble --help

      EXAMPLE
        20 boards of lot PCB-2411 are built into device lot PM-500:
          lotline lot consume PM-500 PCB-2411 --quantity 20 --operator mara
      """
  )

  @Argument(help: "The lot that is made.", transform: LotID.parsed) var output: LotID
  @Argument(help: "The lot that goes into it.", transform: LotID.parsed) var input: LotID
  @OptionGroup var amount: AmountOptions
  @OptionGroup var agent: AgentOption
  @OptionGroup var format: OutputOption

  func run() async throws {
    let command = amount.added(to: ConsumptionOrder(output: output, input: input))
    try format.print(try await AgentClient(agent).send(command, to: "/v1/consumptions"))
  }
}

struct AssembleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assemble",
    abstract: "Record that one piece went into another: a board into a device.",
    discussion: """
      The output is a lot, a serial number in it, or a device by its UDI, from which \
      the lot (10) and the serial number (21) are read. At a --station that works on \
      a lot, that is the output's lot unless said. The input's lot need not be said \
      where its serial number was built here before.

      EXAMPLES
        A board goes into a drive unit, that into a device with its UDI:
          lotline assemble --output-serial DU-0042 --output DU-7 \\
            --input-serial B-118 --input PCB-2411 --operator mara
          lotline assemble --input-serial DU-0042 --operator mara \\
            --output-udi "(01)04012345678901(10)PM-500(21)S-0001"
      """
  )

  @Option(help: "The lot of what is made.", transform: LotID.parsed) var output: LotID?
  @Option(help: "Serial number of what is made.", transform: Label.parsed)
  var outputSerial: Label?
  @Option(
    name: .customLong("output-udi"),
    help: "UDI of what is made, as on its label.",
    transform: Label.parsed
  )
  var outputUDI: Label?
  @Option(help: "The lot of what goes in.", transform: LotID.parsed) var input: LotID?
  @Option(help: "Serial number of what goes in.", transform: Label.parsed)
  var inputSerial: Label?
  @Option(help: "Where it is done.", transform: StationID.parsed) var station: StationID?
  @OptionGroup var amount: AmountOptions
  @OptionGroup var agent: AgentOption
  @OptionGroup var format: OutputOption

  func validate() throws {
    if output == nil, outputSerial == nil, outputUDI == nil, station == nil {
      throw ValidationError(
        "Say what is made: --output, --output-serial, --output-udi or --station."
      )
    }
    if input == nil, inputSerial == nil {
      throw ValidationError("Say what goes in: --input or --input-serial.")
    }
  }

  func run() async throws {
    var command = amount.added(to: ConsumptionOrder(output: output, input: input))
    command.outputSerial = outputSerial
    command.outputUDI = outputUDI
    command.inputSerial = inputSerial
    command.station = station
    try format.print(try await AgentClient(agent).send(command, to: "/v1/consumptions"))
  }
}

/// How much went in, and who says so.
struct AmountOptions: ParsableArguments {
  @Option(help: "How much of it; pieces unless --unit says otherwise.") var quantity: Double?
  @Option(help: "Unit of the quantity, as a UCUM code: g, mL, m.") var unit: String?
  @Option(name: .customLong("operator"), help: "Who did it.", transform: Label.parsed)
  var operatorName: Label?

  func validate() throws {
    if let quantity, !(quantity.isFinite && quantity > 0) {
      throw ValidationError("The quantity must be a number above zero.")
    }
  }

  func added(to command: ConsumptionOrder) -> ConsumptionOrder {
    var command = command
    command.quantity = quantity
    command.unit = unit
    command.operatorName = operatorName
    return command
  }
}
