internal import ArgumentParser
internal import CommandSupport
internal import Scans
internal import Settings
internal import Telemetry

struct BarcodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "barcode",
    abstract: "Say what a barcode holds: product, lot, serial, dates, or why it is not taken.",
    discussion: """
      Reads GS1 element strings and Digital Links, HIBC and ISBT 128, and the plant's own codes by \
      the patterns of a configuration. {GS} stands for the separator, which keyboards do not have. \
      Nothing is recorded.

      EXAMPLES
        lotline barcode ']d2010950600013435210LOT-42{GS}21SN0001'
        lotline barcode https://id.gs1.org/01/09506000134352/10/LOT-42
        lotline barcode PCB-2411 --config Config/agent.yaml
      """
  )

  @Argument(help: "The code, as the scanner sends it.") var text: String
  @Option(help: ArgumentHelp("Read the patterns of this configuration.", valueName: "file"))
  var config: String?
  @Option(help: "The lot that the label shows, where the code alone is ambiguous.") var lot: String?
  @OptionGroup var output: OutputOption

  func run() throws {
    let rules = try config.map { try agentSettings($0).scans } ?? CodeRules()
    let year = Int(SystemTime().now().description.prefix(4)) ?? 0
    let reader = try CodeReader(rules, year: year)
    switch Result(catching: { () throws(CodeError) in try reader.read(text.utf8, lot: lot) }) {
    case .success(let code): try output.print(BarcodeDocument(code), text: BarcodeReport.text(code))
    case .failure(let error):
      guard output.json else { throw CommandFailure(.findings, error.description) }
      try output.print(BarcodeDocument(error), text: "")
      throw ExitCode(ExitStatus.findings.rawValue)
    }
  }
}
