internal import ArgumentParser
internal import CommandSupport
internal import Evidence
internal import JournalStore
internal import MerkleLog
internal import Telemetry

struct EvidenceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evidence",
    abstract: "Write a folder with all records of a lot and the proofs that they are unaltered.",
    discussion: """
      Works while the agent runs, and on a copy of the journal. The folder can be checked without \
      Lotline: see evidence.md.

      EXAMPLE
        lotline evidence PCB-2411 --config Config/agent.yaml -o PCB-2411
        lotline verify PCB-2411
      """
  )

  @Argument(help: "The lot.", transform: LotID.parsed) var lot: LotID
  @OptionGroup var source: JournalOptions
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("The folder to make.", valueName: "folder")
  )
  var output: String

  func run() async throws {
    let path = try source.path()
    let line = ProgressLine()
    let summary = try CommandFailure.ofJournal {
      let reader = try JournalReader(path: path)
      _ = try reader.identity()
      let writer = DossierWriter(of: lot, from: reader) { step, done, total in
        line.show(done: done, of: total, step)
      }
      return try writer.write(to: output)
    }
    line.clear()
    Terminal.line(
      "\(output): \(counted(summary.records, "record")) of lot \(lot) "
        + "(\(counted(summary.frames, "frame"))), under the checkpoint of "
        + "\(counted(summary.checkpoint.size, "record"))."
    )
    if let timestamp = summary.timestamp {
      Terminal.line(
        "\(timestamp.authority ?? "A time-stamping authority") says that this checkpoint was there at "
          + "\(timestamp.time)."
      )
    }
    if summary.missing > 0 {
      Terminal.error(
        "\(counted(summary.missing, "frame")) of the time in which the lot was there were pruned from "
          + "this journal, so those of the lot among them are not in it. A hub that confirmed them has "
          + "them: lotline-hub evidence \(lot)"
      )
    }
    if summary.uncovered > 0 {
      Terminal.error(
        "\(counted(summary.uncovered, "record")) of the lot are later than that checkpoint and not "
          + "in it; run this again after the next one."
      )
    }
  }
}
