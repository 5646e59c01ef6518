internal import ArgumentParser
internal import CommandSupport
internal import StationAPI
internal import Telemetry

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "What is going on: stations and lots, devices and readings, journal and hub."
  )

  @Flag(name: .shortAndLong, help: "Also print every signal's last reading.") var signals = false
  @OptionGroup var agent: AgentOption
  @OptionGroup var output: OutputOption

  func run() async throws {
    let status = try await AgentClient(agent).get("/v1/status", as: AgentStatus.self)
    try output.print(status, text: StatusReport(status, withSignals: signals).text)
  }
}
