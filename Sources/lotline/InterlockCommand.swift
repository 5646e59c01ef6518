internal import ArgumentParser
internal import CommandSupport
internal import StationAPI
internal import Telemetry

struct InterlockCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interlock",
    abstract: "Say whether a lot may run at a station now, and why not.",
    discussion: """
      It is judged by the rules that hold for starting a lot, with what is in force now. The exit \
      status is 0 when it may run and 2 when it must not.

      EXAMPLE
        lotline interlock reflow-1 PCB-2411
      """
  )

  @Argument(help: "The station, as the configuration names it.", transform: StationID.parsed)
  var station: StationID
  @Argument(help: "The lot; without it, those in work.", transform: LotID.parsed) var lot: LotID?
  @Option(help: "The lane, at a station with lanes.", transform: LaneID.parsed) var lane: LaneID?
  @OptionGroup var agent: AgentOption
  @OptionGroup var output: OutputOption

  func run() async throws {
    let query = [
      lot.map { "lot=\(PercentEncoding.encode($0.text))" },
      lane.map { "lane=\(PercentEncoding.encode($0.text))" },
    ].compactMap { $0 }.joined(separator: "&")
    let path = "/v1/stations/\(station)/interlock" + (query.isEmpty ? "" : "?\(query)")
    let answer = try await AgentClient(agent).get(path, as: InterlockAnswer.self)
    try output.print(answer, text: Self.text(answer))
    if answer.verdict == .stop { throw ExitCode(ExitStatus.findings.rawValue) }
  }

  private static func text(_ answer: InterlockAnswer) -> String {
    let verdict =
      switch answer.verdict {
      case .run: Terminal.coloured("run", .green)
      case .stop: Terminal.coloured("stop", .red)
      }
    let lots = answer.lots.map { ", lot \($0)" }.joined()
    let lines = ["\(answer.station): \(verdict)\(lots)"]
    return
      (lines + answer.reasons.map { "  \($0)" } + answer.warnings.map { "  warning: \($0)" })
      .joined(separator: "\n")
  }
}
