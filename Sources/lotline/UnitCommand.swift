internal import ArgumentParser
internal import CommandSupport
internal import StationAPI
internal import Telemetry

struct UnitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unit",
    abstract: "Say that a serialised board or device came to a station, or went.",
    discussion: """
      The board belongs to the lot that is active there when it comes.

      EXAMPLES
        lotline unit enter reflow-1 SN-000123
        lotline unit leave reflow-1 SN-000123
        lotline unit scrap reflow-1 SN-000124 --operator mara
      """,
    subcommands: [UnitEnter.self, UnitLeave.self, UnitRemove.self, UnitScrap.self]
  )
}

/// What all the commands about units take.
struct UnitOptions: ParsableArguments {
  @Argument(help: "The station, as the configuration names it.", transform: StationID.parsed)
  var station: StationID
  @Argument(help: "The serial number.", transform: SerialNumber.parsed) var serial: SerialNumber
  @OptionGroup var place: LaneOption
  @Option(name: .customLong("operator"), help: "Who says so.", transform: Label.parsed)
  var operatorName: Label?
  @OptionGroup var agent: AgentOption
  @OptionGroup var output: OutputOption

  func send(_ event: UnitPassage.Event) async throws {
    let command = PassUnit(
      serial: serial,
      event: event,
      lane: place.lane,
      operatorName: operatorName
    )
    let path = "/v1/stations/\(station)/units"
    try output.print(try await AgentClient(agent).send(command, to: path))
  }
}

struct UnitEnter: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enter",
    abstract: "It has come into the station."
  )
  @OptionGroup var options: UnitOptions

  func run() async throws { try await options.send(.entered) }
}

struct UnitLeave: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leave",
    abstract: "It has left the station as it should."
  )
  @OptionGroup var options: UnitOptions

  func run() async throws { try await options.send(.left) }
}

struct UnitRemove: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "It was taken out by hand."
  )
  @OptionGroup var options: UnitOptions

  func run() async throws { try await options.send(.removed) }
}

struct UnitScrap: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scrap",
    abstract: "It may not be used: it is scrapped, and cannot come again."
  )
  @OptionGroup var options: UnitOptions

  func run() async throws { try await options.send(.scrapped) }
}
