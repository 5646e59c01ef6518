internal import ArgumentParser
internal import CommandSupport
internal import Evidence
internal import JournalStore
internal import MerkleLog
internal import Telemetry

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check that a journal, or the evidence for a lot, is as it was recorded.",
    discussion: """
      Checks every record, hash, key and checkpoint, names the first record that is wrong, and says \
      what is wrong with it; the exit status is 2 then. Works while the agent runs, and without a \
      network.

      EXAMPLES
        lotline verify --config Config/agent.yaml
        lotline verify --journal /var/lib/lotline/journal.sqlite --from 1200 --to 4800
        lotline verify PCB-2411
      """
  )

  @Argument(help: ArgumentHelp("A folder that lotline evidence made.", valueName: "folder"))
  var dossier: String?
  @OptionGroup var source: JournalOptions
  @OptionGroup var trust: TrustOptions
  @Option(help: ArgumentHelp("The first record to check.", valueName: "seq")) var from = 1
  @Option(help: ArgumentHelp("The last record to check.", valueName: "seq")) var to: Int?
  @OptionGroup var output: OutputOption

  func validate() throws {
    if dossier != nil, source.isGiven || from != 1 || to != nil {
      throw ValidationError("Name a folder, or a journal and a range of it; not both.")
    }
  }

  func run() async throws {
    let trusted = try trust.trusted()
    if let dossier { return try verify(dossier, trusted) }
    let path = try source.path()
    let line = ProgressLine()
    let result = try CommandFailure.ofJournal {
      try JournalVerifier(path: path, trusted: trusted).verify(from: from, to: to) { done, total in
        line.show(done: done, of: total, "record \(from + done - 1) of \(from + total - 1)")
      }
    }
    line.clear()
    let report = VerifyReport(path: path, result)
    try output.print(report, text: report.text)
    if result.finding != nil { throw ExitCode(ExitStatus.findings.rawValue) }
  }

  private func verify(_ folder: String, _ trusted: Set<[UInt8]>) throws {
    let line = ProgressLine()
    let result = try CommandFailure.ofJournal {
      try DossierVerifier(folder: folder, trusted: trusted).verify { done in
        line.show(done: 0, of: 1, "\(done) records")
      }
    }
    line.clear()
    let report = DossierReport(folder: folder, result)
    try output.print(report, text: report.text)
    if result.finding != nil { throw ExitCode(ExitStatus.findings.rawValue) }
  }
}
