import Foundation
import GRDB
import Genealogy
import Gzip
import HubStore
import Telemetry
import TestSupport
import Testing

/// The built program on a real database, as a person runs it.
@Suite("lotline-hub", .serialized)
struct CommandTests {
  private let folder: TemporaryFolder
  private let database: String

  init() async throws {
    folder = try TemporaryFolder()
    database = folder.path("hub.sqlite")
    let hub = try HubDatabase(path: database)
    _ = try await hub.take(JournalBuilder.device().batch)
    try hub.close()
  }

  /// Runs the program; output and errors together.
  private func run(_ arguments: String...) async throws -> (status: Int32, output: String) {
    try run(arguments)
  }

  private func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
    try Tool.run(built: "lotline-hub", arguments)
  }

  @Test("trace prints the report, with and without the way up")
  func trace() async throws {
    let whole = try await run("trace", "DEV-0042", "--database", database)
    #expect(whole.status == 0)
    #expect(whole.output.hasPrefix("Lot DEV-0042, ventilator V200\n"))
    #expect(whole.output.contains("! 3 of 10 readings bad: timeout 3"))
    #expect(whole.output.contains("Where it went"))
    #expect(!whole.output.contains("\u{1B}"))
    let down = try await run("trace", "DEV-0042", "--database", database, "--no-up")
    #expect(down.status == 0 && !down.output.contains("Where it went"))
  }

  @Test("trace --json prints the answer that the server gives, too")
  func json() async throws {
    let answer = try await run("trace", "PASTE-55", "--database", database, "--json")
    let trace = try JSONDecoder().decode(LotTrace.self, from: Data(answer.output.utf8))
    #expect(trace.outputs?.map(\.output.text) == ["PCB-7", "DEV-0042"])
  }

  @Test("lots, agents and verify say what is there")
  func lists() async throws {
    let lots = try await run("lots", "--database", database)
    #expect(lots.status == 0 && lots.output.contains("control board 4711"))
    let agents = try await run("agents", "--database", database)
    #expect(agents.status == 0 && agents.output.contains("line-a"))
    let verify = try await run("verify", "--database", database)
    #expect(verify.status == 0 && verify.output.contains("records are as they were taken"))
  }

  @Test("verify names an altered record and exits with 2")
  func altered() async throws {
    let queue = try DatabaseQueue(path: database)
    try await queue.write { db in
      try db.execute(
        sql: """
          UPDATE record SET body = CAST(replace(body, 'SAC305', 'SAC306') AS BLOB)
          WHERE position & 255 = 5
          """
      )
    }
    try queue.close()
    let verify = try await run("verify", "--database", database)
    #expect(verify.status == 2)
    #expect(verify.output.contains("record 5: its bytes are not those that were recorded"))
  }

  @Test("rebuild makes the same trace again")
  func rebuild() async throws {
    let before = try await run("trace", "DEV-0042", "--database", database)
    #expect(try await run("rebuild", "--database", database).status == 0)
    #expect(try await run("trace", "DEV-0042", "--database", database).output == before.output)
  }

  @Test("Everything that goes wrong has its exit code and a sentence with what to do")
  func failures() async throws {
    let text = try folder.write(String(repeating: "text\n", count: 99), to: "text")
    let cases: [(arguments: [String], status: Int32, words: String)] = [
      (["trace", "DEV-042", "--database", database], 66, "did you mean DEV-0042?"),
      (["trace", "X", "--database", folder.path("none")], 66, "there is no hub database"),
      (["trace", "X", "--database", text], 65, "not a database of lotline-hub"),
      (["lots", "--after", "X", "--database", database], 66, "no record names lot X"),
      (["trace", "X"], 64, "Say which database"),
      (["trace"], 64, "Missing expected argument"),
      (["trce", "X"], 64, "Did you mean 'trace'?"),
      (["serve", "--config", folder.path("none")], 78, "none"),
    ]
    for (arguments, status, words) in cases {
      let answer = try run(arguments)
      #expect(answer.status == status, "\(arguments): \(answer.output)")
      #expect(answer.output.contains(words), "\(arguments): \(answer.output)")
    }
  }

  @Test("Help documents exit codes, and the version is told")
  func help() async throws {
    let help = try await run("--help")
    #expect(help.status == 0 && help.output.contains("EXIT STATUS"))
    #expect(try await run("--version").output == "0.1.0\n")
  }
}
