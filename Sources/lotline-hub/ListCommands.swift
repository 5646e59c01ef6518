internal import ArgumentParser
internal import CommandSupport
internal import Genealogy
internal import HubStore
internal import Telemetry

struct LotsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lots",
    abstract: "List lots, the newest first."
  )

  @OptionGroup var source: DatabaseOptions

  @Option(help: "Most lots to list.")
  var limit = 50

  @Option(help: "List those after this lot.")
  var after: String?

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit must be at least 1.") }
  }

  private struct Answer: Encodable {
    var schema = 1
    let lots: [LotListing]
  }

  func run() async throws {
    try await CommandFailure.mapping {
      let lots = try await source.reader()
        .lots(limit: limit, after: after.map { LotID(checked: $0) })
      if json { return try Terminal.json(Answer(lots: lots)) }
      if lots.isEmpty { return Terminal.line("There are no lots here yet.") }
      Terminal.table(
        [["LOT", "PART OR MATERIAL", "FIRST (UTC)", "LAST (UTC)"]]
          + lots.map { lot in
            let names = [lot.part?.text, lot.material?.text].compactMap { $0 }
            return [
              Words.safe(lot.lot.text), Words.safe(names.joined(separator: ", ")),
              Words.time(lot.firstAt), Words.time(lot.lastAt),
            ]
          }
      )
    }
  }
}

struct AgentsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agents",
    abstract: "List the agents and how much of their journals the hub holds."
  )

  @OptionGroup var source: DatabaseOptions

  @Flag(help: "Print JSON.")
  var json = false

  private struct Answer: Encodable {
    var schema = 1
    let journals: [JournalListing]
  }

  func run() async throws {
    try await CommandFailure.mapping {
      let journals = try await source.reader().journals()
      if json { return try Terminal.json(Answer(journals: journals)) }
      if journals.isEmpty { return Terminal.line("No agent has reported yet.") }
      Terminal.table(
        [["AGENT", "SITE", "JOURNAL", "RECORDS", "LAST RECORD (UTC)"]]
          + journals.map { journal in
            [
              journal.agent.text, Words.safe(journal.site.text),
              Words.safe(String(journal.journal.prefix(8))), Words.count(journal.records),
              Words.time(journal.lastAt),
            ]
          }
      )
    }
  }
}
