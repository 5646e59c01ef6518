internal import ArgumentParser
internal import CommandSupport
internal import Scans
internal import Settings
internal import StationAPI
internal import Telemetry

struct BarcodeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "barcode",
    abstract: "Say what a barcode holds: product, lot, serial, dates, or why it is not taken.",
    discussion: """
      Reads GS1 element strings and Digital Links, HIBC and ISBT 128, and the plant's own codes by \
      the patterns of a configuration. {GS} stands for the separator, which keyboards do not have. \
      Nothing is recorded, unless --station has the agent do what the code means there.

      EXAMPLES
        lotline barcode ']d2010950600013435210LOT-42{GS}21SN0001'
        lotline barcode https://id.gs1.org/01/09506000134352/10/LOT-42
        lotline barcode PCB-2411 --config Config/agent.yaml
        lotline barcode PCB-2411 --station reflow-1
      """
  )

  @Argument(help: "The code, as the scanner sends it.") var text: String
  @Option(help: ArgumentHelp("Read the patterns of this configuration.", valueName: "file"))
  var config: String?
  @Option(
    help: "The lot that the label shows, where the code alone is ambiguous.",
    transform: LotID.parsed
  )
  var lot: LotID?
  @Option(
    help: "Have the agent do what the code means at this station, as if it were scanned there.",
    transform: StationID.parsed
  )
  var station: StationID?
  @Option(help: "Which lane, at a station that has several.", transform: LaneID.parsed)
  var lane: LaneID?
  @OptionGroup var agent: AgentOption
  @OptionGroup var output: OutputOption

  func validate() throws {
    if station != nil, config != nil {
      throw ValidationError("With --station, the agent reads the code by its own configuration.")
    }
    if lane != nil, station == nil { throw ValidationError("--lane goes with --station.") }
  }

  func run() async throws {
    if let station { return try await scan(at: station) }
    let rules = try config.map { try agentSettings($0).scans } ?? CodeRules()
    let year = Int(SystemTime().now().description.prefix(4)) ?? 0
    let reader = try CodeReader(rules, year: year)
    switch Result(catching: { () throws(CodeError) in try reader.read(text.utf8, lot: lot?.text) })
    {
    case .success(let code): try output.print(BarcodeDocument(code), text: BarcodeReport.text(code))
    case .failure(let error):
      guard output.json else { throw CommandFailure(.findings, error.description) }
      try output.print(BarcodeDocument(error), text: "")
      throw ExitCode(ExitStatus.findings.rawValue)
    }
  }

  private func scan(at station: StationID) async throws {
    let command = ScanCode(code: text, lot: lot, lane: lane)
    let receipt = try await AgentClient(agent).scan(command, at: station)
    let record = receipt.receipt.map { "Recorded (\($0.seq), \($0.at)): " } ?? "Nothing recorded: "
    let notes = receipt.notes + (receipt.receipt?.notes ?? [])
    let more = notes.map { "Note: \($0.sentence)" } + [receipt.undo].compactMap { $0 }
    try output.print(
      receipt,
      text: (["\(record)\(receipt.summary)."] + more).joined(separator: "\n")
    )
  }
}
