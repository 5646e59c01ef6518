internal import ArgumentParser
internal import CommandSupport
internal import StationAPI
internal import Telemetry

struct OperatorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "operator",
    abstract: "Sign operators on and off at a station.",
    discussion: """
      Every reading says who was signed on. Several can be at a station; who forgets to sign off \
      is signed off by the agent when the shift or the time is over.

      EXAMPLES
        lotline operator on reflow-1 mara
        A hand-over in the middle of a lot, all others being signed off:
          lotline operator on reflow-1 jon --replace
        lotline operator off reflow-1 jon
      """,
    subcommands: [OperatorOn.self, OperatorOff.self]
  )
}

struct OperatorOn: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "on",
    abstract: "Sign an operator on, or once more, so that their time begins anew."
  )

  @Argument(help: "The station, as the configuration names it.", transform: StationID.parsed)
  var station: StationID
  @Argument(help: "Name or badge.", transform: Label.parsed) var name: Label
  @Flag(help: "Sign all others off there.") var replace = false
  @OptionGroup var agent: AgentOption
  @OptionGroup var output: OutputOption

  func run() async throws {
    let command = SignOn(operatorName: name, replace: replace ? true : nil)
    let path = "/v1/stations/\(station)/operators"
    try output.print(try await AgentClient(agent).send(command, to: path))
  }
}

struct OperatorOff: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "off",
    abstract: "Sign an operator off."
  )

  @Argument(help: "The station, as the configuration names it.", transform: StationID.parsed)
  var station: StationID
  @Argument(help: "Name or badge.", transform: Label.parsed) var name: Label
  @OptionGroup var agent: AgentOption
  @OptionGroup var output: OutputOption

  func run() async throws {
    let path = "/v1/stations/\(station)/operators/\(PercentEncoding.encode(name.text))"
    try output.print(try await AgentClient(agent).delete(path))
  }
}
