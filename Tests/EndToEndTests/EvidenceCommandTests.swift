import Foundation
import TestSupport
import Testing

@Suite("Evidence, end to end")
struct EvidenceCommandTests {
  @Test("A lot's evidence is written by agent and hub while they run, and checked by both checks")
  func evidence() async throws {
    let plant = try await Plant()
    try plant.startHub()
    try plant.startAgent()
    try await plant.awaitAgent()
    let start = try await plant.lotline(
      ["lot", "start", "reflow-1", "PCB-1", "--part", "P", "--work-order", "W", "--operator", "O"]
    )
    #expect(start.status == 0, "\(start.output)")
    try await Plant.until("readings of the lot are recorded") {
      try await plant.query(
        "journal.sqlite",
        "SELECT EXISTS (SELECT 1 FROM reading WHERE lot = 'PCB-1' AND quality = 'good')"
      ) == "1"
    }
    #expect(try await plant.lotline("lot", "end", "reflow-1").status == 0)
    let journal = plant.folder.path("journal.sqlite")
    try await Plant.until("there is a checkpoint after the lot's end") {
      try await plant.query(
        "journal.sqlite",
        """
        SELECT EXISTS (SELECT 1 FROM story WHERE type = 'checkpoint'
          AND seq > (SELECT max(seq) FROM story WHERE type = 'binding_end'))
        """
      ) == "1"
    }
    let dossier = plant.folder.path("PCB-1")
    let written = try Tool.run(
      built: "lotline",
      ["evidence", "PCB-1", "--journal", journal, "-o", dossier]
    )
    #expect(written.status == 0 && written.output.contains("of lot PCB-1"), "\(written.output)")
    let key = try key(in: journal)
    let good = "are as they were recorded"
    let whole = ["verify", "--journal", journal]
    try expect("lotline", ["verify", dossier, "--key", key], 0, good)
    try expect(
      "lotline",
      whole + ["--key", key],
      0,
      good
    )
    try expect(
      "lotline",
      whole + ["--from", "2", "--to", "5"],
      0,
      "records 2 to 5"
    )
    try expectPython(dossier, key)

    try await plant.awaitUpToDate()
    let copies = plant.folder.path("hub-copies")
    let atHub = try await plant.lotlineHub("evidence", "PCB-1", "-o", copies)
    #expect(atHub.status == 0, "\(atHub.output)")
    let folder = try #require(try FileManager.default.contentsOfDirectory(atPath: copies).first)
    try expectPython(copies + "/" + folder, key)
    #expect(try await plant.lotlineHub("verify").status == 0)
    let none = try await plant.lotlineHub("evidence", "PCB-2", "-o", copies + "-2")
    #expect(none.status == 66)

    // A key is changed while both run.
    let configuration = plant.folder.path("agent.yaml")
    try expect("lotline", ["key", "rotate", "--config", configuration], 0, "Done.")
    try expect(
      "lotline",
      whole + ["--key", key],
      0,
      good
    )
    let keys = try Tool.run(built: "lotline", ["key", "show", "--journal", journal])
    #expect(keys.output.split(separator: "\n").count == 2, "\(keys.output)")
    try await plant.awaitUpToDate()
    #expect(try await plant.lotlineHub("verify").status == 0)
  }

  @Test("Evidence has the timestamp of an authority that was away first, and openssl verifies it")
  func timestamp() async throws {
    let authority = try await TimestampAuthority()
    try await authority.set(.silent)
    let plant = try await Plant()
    try plant.editConfiguration {
      $0.replacing(
        "{path: journal.sqlite}",
        with: "{path: journal.sqlite, timestamps: {url: \"\(authority.url)\", interval: 10s}}"
      )
    }
    try plant.startAgent()
    try await plant.awaitAgent()
    let start = try await plant.lotline(
      ["lot", "start", "reflow-1", "PCB-1", "--part", "P", "--work-order", "W", "--operator", "O"]
    )
    #expect(start.status == 0, "\(start.output)")
    #expect(try await plant.lotline("lot", "end", "reflow-1").status == 0)
    try await Plant.until("status says that no authority answers") {
      let status = try await plant.lotline("status").output
      return status.contains("none yet; none from \(authority.url) since")
    }
    try await authority.set(.good)
    try await Plant.until("status has the timestamp") {
      let status = try await plant.lotline("status").output
      return status.contains("timestamps      last of 2") && status.contains("by Test TSA\n")
    }
    let journal = plant.folder.path("journal.sqlite")
    try expect("lotline", ["verify", "--journal", journal], 0, "1 timestamp, the last of 2")
    let dossier = plant.folder.path("PCB-1")
    try expect(
      "lotline",
      ["evidence", "PCB-1", "--journal", journal, "-o", dossier],
      0,
      "Test TSA says that this checkpoint was there at 2"
    )
    try expect("lotline", ["verify", dossier], 0, "Timestamp of 2")
    try expectPython(dossier, try key(in: journal))
    let token = try authority.verify(
      token: dossier + "/checkpoint.tst",
      of: dossier + "/checkpoint.txt"
    )
    #expect(token.status == 0, "\(token.output)")
  }

  @Test("What was altered is named with the status of findings, and what is not there with others")
  func wrong() async throws {
    let folder = try TemporaryFolder()
    try expect("lotline", ["verify"], 64, "say which journal")
    try expect("lotline", ["verify", folder.path("none")], 65, "there is no such folder")
    try expect("lotline", ["verify", "--journal", folder.path("none")], 66, "cannot be opened")
    try expect("lotline", ["verify", folder.url.path], 2, "checkpoint.txt: it is missing")
    try expect("lotline", ["verify", folder.url.path, "--key", "k"], 64, "is no public key")
    let text = try folder.write("a letter", to: "letter")
    try expect("lotline", ["key", "show", "--journal", text], 65, "not a Lotline journal")
  }

  private func key(in journal: String) throws -> String {
    let answer = try Tool.run(built: "lotline", ["key", "show", "--journal", journal])
    #expect(answer.status == 0, "\(answer.output)")
    let words = answer.output.split(whereSeparator: \.isWhitespace)
    return String(try #require(words.last))
  }

  private func expect(
    _ program: String,
    _ arguments: [String],
    _ status: Int32,
    _ words: String
  ) throws {
    let answer = try Tool.run(built: program, arguments)
    #expect(answer.status == status, "\(arguments): \(answer.output)")
    #expect(answer.output.contains(words), "\(arguments): \(answer.output)")
  }

  private func expectPython(_ folder: String, _ key: String) throws {
    let script = Repository.root.appending(path: "Documentation/verify_dossier.py").path
    let (status, output) = try Tool.run("python3", "-B", script, folder, key)
    #expect(status == 0, "\(output)")
  }
}
