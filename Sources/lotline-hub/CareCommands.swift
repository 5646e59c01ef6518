internal import ArgumentParser
internal import CommandSupport
internal import Genealogy
internal import HubStore

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check that every journal is as it was taken: records, hashes, keys and checkpoints.",
    discussion: """
      Names the first record of each journal that is not as it was taken; the exit status is 2 then.
      """
  )

  @OptionGroup var source: DatabaseOptions

  @Flag(help: "Print JSON.")
  var json = false

  private struct Answer: Encodable {
    var schema = 1
    let journals: [JournalCheck]
  }

  func run() async throws {
    try await CommandFailure.mapping {
      var checks: [JournalCheck] = []
      let line = ProgressLine()
      let trusted = try source.trusted()
      let progress = { (done: Int, total: Int) in
        line.show(done: done, of: total, "\(done) of \(Words.count(total, "record"))")
      }
      try await source.reader().verify(trusted: trusted, progress: progress) { check in
        line.clear()
        checks.append(check)
        if !json { Terminal.line(Self.line(check)) }
      }
      if json { try Terminal.json(Answer(journals: checks)) }
      let wrong = checks.filter { $0.problem != nil }.count
      if wrong > 0 {
        throw CommandFailure(
          .findings,
          "\(Words.count(wrong, "journal")) cannot be trusted; keep this file as evidence, and "
            + "deliver the journal anew from the agent into a fresh database"
        )
      }
      if !json, checks.isEmpty { Terminal.line("The hub holds no journal yet.") }
    }
  }

  private static func line(_ check: JournalCheck) -> String {
    let journal = "\(check.agent)/\(Words.safe(String(check.journal.prefix(8))))"
    guard let problem = check.problem else {
      return "\(journal): all \(Words.count(check.records, "record")) are as they were taken"
    }
    let place = problem.seq.map { "record \($0): " } ?? ""
    return "\(journal): \(place)\(Words.safe(problem.detail))"
  }
}

struct RebuildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild",
    abstract: "Make lots, bindings and summaries anew from the records; stop the hub first.",
    discussion: "The records themselves are not touched. All or nothing, in one transaction."
  )

  @OptionGroup var source: DatabaseOptions

  func run() async throws {
    try await CommandFailure.mapping {
      let path = try source.path()
      _ = try HubReader(path: path)
      let database = try HubDatabase(path: path)
      try await database.rebuild { journal in
        Terminal.line("replaying \(Words.count(journal.records, "record")) of \(journal.agent)")
      }
      try database.close()
      Terminal.line("done")
    }
  }
}
