internal import ArgumentParser
internal import CommandSupport
internal import StationAPI
internal import Telemetry

struct MaterialCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "material",
    abstract: "Load and unload material lots at a station.",
    discussion: "What is loaded while a lot is made is consumed by that lot.",
    subcommands: [MaterialLoadCommand.self, MaterialUnloadCommand.self]
  )
}

struct MaterialLoadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Record that a material lot stands ready at a station.",
    discussion: """
      EXAMPLE
        lotline material load reflow-1 PASTE-0931 \\
          --material "SAC305 paste T4" --certificate EN10204-3.1/5521
      """
  )

  @Argument(help: "The station, as the configuration names it.", transform: StationID.parsed)
  var station: StationID
  @Argument(help: "The material lot.", transform: LotID.parsed) var lot: LotID
  @Option(help: "What it is: bare board, solder paste, a component.", transform: Label.parsed)
  var material: Label
  @Option(name: .customLong("operator"), help: "Who loads it.", transform: Label.parsed)
  var operatorName: Label?
  @Option(help: "The supplier's certificate: its number or address.", transform: Label.parsed)
  var certificate: Label?
  @OptionGroup var agent: AgentOption
  @OptionGroup var output: OutputOption

  func run() async throws {
    let command = LoadMaterial(
      lot: lot,
      material: material,
      operatorName: operatorName,
      certificate: certificate
    )
    try output.print(
      try await AgentClient(agent).send(command, to: "/v1/stations/\(station)/materials")
    )
  }
}

struct MaterialUnloadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unload",
    abstract: "Record that a material lot is no longer at a station."
  )

  @Argument(help: "The station, as the configuration names it.", transform: StationID.parsed)
  var station: StationID
  @Argument(help: "The material lot.", transform: LotID.parsed) var lot: LotID
  @OptionGroup var agent: AgentOption
  @OptionGroup var output: OutputOption

  func run() async throws {
    let path = "/v1/stations/\(station)/materials/\(PercentEncoding.encode(lot.text))"
    try output.print(try await AgentClient(agent).delete(path))
  }
}
