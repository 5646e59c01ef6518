internal import ArgumentParser
internal import CommandSupport
internal import StationAPI
internal import Telemetry

struct WriteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "write",
    abstract: "Write a signal of a device, where the configuration permits that.",
    discussion: """
      Nothing can be written unless agent.yaml names the signal and the reason in `writes` of its \
      device. The order is on disk before anything is sent, what became of it before this returns. \
      Nothing is sent twice: when the answer was lost, the exit status is 4, and somebody must look \
      at the device.

      A number that begins with a minus stands behind --.

      EXAMPLES
        lotline write oven-1 zone1.setpoint 185 --operator mara
        lotline write chiller-1 setpoint --operator mara -- -20.5
      """
  )

  @Argument(help: "The device, as the configuration names it.", transform: DeviceID.parsed)
  var device: DeviceID
  @Argument(help: "The signal, as the device's profile names it.") var signal: String
  @Argument(help: "A number in the signal's unit, on or off, or a text, as the signal is.")
  var value: String
  @Option(name: .customLong("operator"), help: "Who orders it.", transform: Label.parsed)
  var operatorName: Label
  @OptionGroup var agent: AgentOption
  @OptionGroup var output: OutputOption

  func run() async throws {
    let command = WriteSignal(signal: signal, value: .text(value), operatorName: operatorName)
    do {
      let receipt = try await AgentClient(agent).write(command, to: device)
      try output.print(
        receipt,
        text: "Recorded (\(receipt.seq), \(receipt.at)): \(receipt.summary).\n"
          + "Permitted for this reason: \(receipt.reason)." + OutputOption.lines(receipt.notes)
      )
    } catch let problem as Problem {
      if output.json { try Terminal.json(problem.write) }
      throw CommandFailure(Self.status(problem), problem.detail)
    }
  }

  private static func status(_ problem: Problem) -> ExitStatus {
    switch problem.write?.outcome {
    case .unknown, .differs: .uncertain
    case .done, .refused, .notSent, nil: .failed
    }
  }
}
