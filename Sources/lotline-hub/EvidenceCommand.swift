internal import ArgumentParser
internal import CommandSupport
internal import Evidence
internal import Genealogy
internal import HubStore
internal import MerkleLog
internal import Telemetry

struct EvidenceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evidence",
    abstract: "Write a folder with all records of a lot and the proofs that they are unaltered.",
    discussion: """
      Makes a folder for each journal that tells of the lot. They can be checked without Lotline: see \
      evidence.md.

      EXAMPLE
        lotline-hub evidence PCB-2411 --config Config/hub.yaml -o PCB-2411
      """
  )

  @Argument(help: "The lot.") var lot: String
  @OptionGroup var source: DatabaseOptions
  @Option(help: ArgumentHelp("Only the journals of this agent.", valueName: "agent"))
  var agent: String?
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("The folder to make them in.", valueName: "folder")
  )
  var output: String

  func run() async throws {
    try await CommandFailure.mapping {
      let lot = try identifier(lot, LotID.init)
      let agent = try agent.map { try identifier($0, AgentID.init) }
      let line = ProgressLine()
      var found = 0
      var unsigned: [String] = []
      for log in try await source.reader().logs(of: agent) {
        let folder = "\(output)/\(log.listing.agent)-\(log.listing.journal.prefix(8))"
        let writer = DossierWriter(of: lot, from: log) { step, done, total in
          line.show(done: done, of: total, "\(log.listing.agent): \(step)")
        }
        do {
          let summary = try writer.write(to: folder)
          line.clear()
          found += 1
          Terminal.line(Self.line(folder, summary))
        } catch DossierError.unknownLot {
          line.clear()
        } catch DossierError.noCheckpoint {
          line.clear()
          unsigned.append("\(log.listing.agent)")
        } catch let error as DossierError {
          line.clear()
          throw CommandFailure(error.status, "\(log.listing.agent): \(error.description)")
        }
      }
      if !unsigned.isEmpty {
        Terminal.error(
          "Not looked at, since they were never signed: journals of "
            + "\(unsigned.joined(separator: ", ")); update these agents."
        )
      }
      if found == 0 {
        throw CommandFailure(.notFound, DossierError.unknownLot(lot.text).description)
      }
    }
  }

  private func identifier<Name: Identifier>(
    _ text: String,
    _ make: (String) throws(IdentifierError) -> Name
  ) throws -> Name {
    do throws(IdentifierError) {
      return try make(text)
    } catch {
      throw CommandFailure(.usage, error.description)
    }
  }

  private static func line(_ folder: String, _ summary: DossierWriter<HubJournal>.Summary) -> String
  {
    let later =
      summary.uncovered == 0
      ? "" : "; \(Words.count(summary.uncovered, "later record")) not covered by it yet"
    let stamp = summary.timestamp.map { " of \($0.time)" } ?? ""
    return "\(folder): \(Words.count(summary.records, "record")), under the checkpoint of "
      + "\(Words.count(summary.checkpoint.size, "record"))\(stamp)\(later)"
  }
}
