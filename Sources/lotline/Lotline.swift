internal import ArgumentParser
internal import CommandSupport
internal import Telemetry

/// `lotline`: the edge agent and the tools around it.
@main
enum Main {
  static func main() async {
    await CommandRunner.main(Lotline.self)
  }
}

struct Lotline: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lotline",
    abstract: "Which lot, under what conditions, by whom: recorded at the machine.",
    discussion: """
      Reads ovens, drives and test rigs, binds every reading to the lot that is on the machine, \
      and keeps it in a local journal that survives power cuts and days without a network.

      EXAMPLES
        An oven without an oven, and the agent that reads it:
          lotline simulate reflow-oven-10-zone --tcp 127.0.0.1:15020
          lotline run --config Config/agent.yaml
        A lot from its start to its end, and what is going on meanwhile:
          lotline lot start reflow-1 PCB-2411 --part 4711-C \\
            --work-order WO-88 --operator mara
          lotline status
          lotline lot end reflow-1

      \(ExitStatus.help)
      """,
    version: Software.version,
    subcommands: [
      RunCommand.self, ReloadCommand.self, StatusCommand.self, LotCommand.self,
      UnitCommand.self, OperatorCommand.self, MaterialCommand.self, AssembleCommand.self,
      CalibrationCommand.self, CorrectCommand.self, WriteCommand.self, BarcodeCommand.self,
      InterlockCommand.self, TailCommand.self, ExportCommand.self, VerifyCommand.self,
      EvidenceCommand.self, KeyCommand.self,
      ProfileCommand.self, ConfigCommand.self, ScanCommand.self, SimulateCommand.self,
    ]
  )
}
