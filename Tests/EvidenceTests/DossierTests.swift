import Evidence
import Foundation
import HubStore
import JournalStore
import MerkleLog
import Telemetry
import TestSupport
import Testing

@Suite("Evidence for a lot")
struct DossierTests {
  @Test("Both checks find it as it was recorded, under the key that they were told")
  func good() async throws {
    let plant = try await SignedPlant()
    try await plant.runLot("L-9")
    try await plant.checkpoint()
    let summary = try await plant.write("L-9")
    #expect(summary.frames == 5 && summary.uncovered == 0)
    #expect(
      try plant.files() == [
        "README.txt", "SHA256SUMS", "checkpoint.txt",
        "files/configuration-agent_yaml-\(Self.hash("agent: line-a\n")).yaml",
        "files/profile-oven_9_b-\(Self.hash(SignedPlant.profile)).yaml", "proofs.txt",
        "records.jsonl",
      ]
    )
    for key in [nil, plant.signer.key] {
      let findings = try plant.findings(key: key)
      #expect(findings.own == nil && findings.other == nil)
    }
    let result = try DossierVerifier(folder: plant.folder.path("dossier")).verify()
    #expect(result.lots == [try LotID("L-9")])
    #expect(result.records == summary.records)
  }

  @Test("Records between which many megabytes lie are all in it")
  func farApart() async throws {
    let plant = try await SignedPlant()
    try await plant.append(.configuration, "agent/yaml", "agent: line-a # 2\n")
    for number in 0..<10 {
      let profile = String(repeating: "#", count: 1_000_000)
      try await plant.append(.profile, "other-\(number)", profile)
    }
    try await plant.runLot("L-9")
    try await plant.checkpoint()
    try await plant.write("L-9")
    #expect(try plant.files().count { $0.hasPrefix("files/") } == 2)
    let findings = try plant.findings()
    #expect(findings.own == nil && findings.other == nil)
  }

  private static func hash(_ text: String) -> String {
    String("\(Digest.sha256(Array(text.utf8)))".prefix(12))
  }

  @Test("A lot's records, those around it and what its frames are read by are in it, and no other")
  func selection() async throws {
    let plant = try await SignedPlant()
    try await plant.checkpoint()
    try await plant.write("PCB-7")
    let records = try plant.bytes("records.jsonl").split(separator: 0x0A)
      .map { try RecordCoding.decode(Array($0)) }
    // Layouts of the oven, the room and the oxygen; two materials; the lot, its 30 frames, its end;
    // where it went; the paste that was taken away; the key.
    #expect(records.count { $0.content.type == "frame" } == 30)
    #expect(
      records.map(\.content.type).filter { $0 != "frame" } == [
        "opening", "layout", "layout", "layout", "material_load", "material_load", "binding",
        "binding_end", "consumption", "key",
      ]
    )
    for record in records {
      if case .binding(let binding) = record.content { #expect(binding.lot.text == "PCB-7") }
    }
  }

  @Test("One byte that is altered anywhere is refused by both checks, and its file is named")
  func everyFile() async throws {
    let plant = try await SignedPlant()
    try await plant.runLot("L-9")
    try await plant.checkpoint()
    try await plant.write("L-9")
    for file in try plant.files() {
      let bytes = try plant.bytes(file)
      for position in [0, bytes.count / 3, bytes.count / 2, bytes.count - 2, bytes.count - 1] {
        var altered = bytes
        altered[position] ^= 0x01
        try plant.replace(file, with: altered)
        let findings = try plant.findings()
        for finding in [findings.own, findings.other] {
          #expect(
            finding?.contains(file) == true,
            "\(file) at \(position): \(finding ?? "nothing")"
          )
        }
      }
      try plant.replace(file, with: bytes)
    }
    let findings = try plant.findings()
    #expect(findings.own == nil && findings.other == nil)
  }

  @Test("An altered record is named by its number, also when the sums were made anew")
  func record() async throws {
    let plant = try await SignedPlant()
    try await plant.runLot("L-9")
    try await plant.checkpoint()
    try await plant.write("L-9")
    let text = String(decoding: try plant.bytes("records.jsonl"), as: UTF8.self)
    let line = try #require(text.split(separator: "\n").last { $0.contains("\"v\":[3") })
    let record = try RecordCoding.decode(Array(line.utf8))
    let other = line.replacing("\"v\":[3", with: "\"v\":[4")
    let forged = Array(text.replacing(line, with: other).utf8)
    try plant.replace("records.jsonl", with: forged)
    let sums = String(decoding: try plant.bytes("SHA256SUMS"), as: UTF8.self)
      .replacing("\(Digest.sha256(Array(text.utf8)))", with: "\(Digest.sha256(forged))")
    try plant.replace("SHA256SUMS", with: Array(sums.utf8))
    let findings = try plant.findings()
    #expect(findings.own?.contains("record \(record.seq): ") == true)
    #expect(findings.other?.contains("record \(record.seq): ") == true)
  }

  @Test("A file too many and a file too few are named")
  func strangers() async throws {
    let plant = try await SignedPlant()
    try await plant.checkpoint()
    try await plant.write("PCB-7")
    try plant.replace("files/more.txt", with: [0x0A])
    var findings = try plant.findings()
    #expect(findings.own?.contains("files/more.txt") == true)
    #expect(findings.other?.contains("files/more.txt") == true)
    try FileManager.default.removeItem(atPath: plant.folder.path("dossier/files/more.txt"))
    try FileManager.default.removeItem(atPath: plant.folder.path("dossier/README.txt"))
    findings = try plant.findings()
    #expect(findings.own?.contains("README.txt") == true)
    #expect(findings.other?.contains("README.txt") == true)
  }

  @Test("Another key than the one that is known is refused by both checks")
  func otherKey() async throws {
    let plant = try await SignedPlant()
    try await plant.checkpoint()
    try await plant.write("PCB-7")
    let other = try #require(NoteSigner(name: plant.signer.key.name, secret: SecretKey())).key
    let findings = try plant.findings(key: other)
    #expect(findings.own?.contains("none of those that are trusted") == true)
    #expect(findings.other?.contains("neither trusted") == true)
  }

  @Test("The hub writes the same bytes as the agent")
  func hub() async throws {
    let plant = try await SignedPlant()
    try await plant.checkpoint()
    try await plant.write("PCB-7")
    let hub = try HubDatabase(path: plant.folder.path("hub.sqlite"))
    let records = try plant.journal.reader().records(after: 0, limit: 10_000, bytes: .max)
    let status = await plant.journal.status()
    let header = JournalBatch.Header(
      agent: plant.journal.opening.agent,
      journal: plant.journal.opening.journal,
      first: 1,
      count: records.count,
      root: status.root
    )
    _ = try await hub.take(JournalBatch(header: header, records: records.map(\.body)))
    let log = try #require(try await hub.reader.logs().first)
    _ = try DossierWriter(of: try LotID("PCB-7"), from: log).write(to: plant.folder.path("hub"))
    #expect(try plant.files("hub") == plant.files())
    for file in try plant.files() {
      #expect(try plant.bytes(file, in: "hub") == plant.bytes(file), "\(file)")
    }
  }

  @Test("Later records change nothing of it, and are counted")
  func later() async throws {
    let plant = try await SignedPlant()
    try await plant.checkpoint()
    try await plant.write("PCB-7", to: "first")
    try await plant.journal.append(
      .consumption(Consumption(output: try LotID("DEV-2"), input: try LotID("PCB-7"))),
      at: plant.time.now()
    )
    try await plant.journal.commit()
    #expect(try await plant.write("PCB-7").uncovered == 1)
    #expect(try plant.bytes("SHA256SUMS", in: "first") == plant.bytes("SHA256SUMS"))
  }

  @Test("What cannot be written says why, and leaves nothing")
  func refusals() async throws {
    let plant = try await SignedPlant()
    await #expect(throws: DossierError.noCheckpoint) { try await plant.write("PCB-7") }
    try await plant.checkpoint()
    await #expect(throws: DossierError.unknownLot("PCB-8")) { try await plant.write("PCB-8") }
    try await plant.runLot("L-9")
    await #expect(throws: DossierError.self) { try await plant.write("L-9") }
    #expect(!FileManager.default.fileExists(atPath: plant.folder.path("dossier")))
    try await plant.write("PCB-7")
    let path = plant.folder.path("dossier")
    await #expect(throws: DossierError.exists(path: path)) { try await plant.write("PCB-7") }
  }

  @Test("A lot that a correction says was there has the frames of that time")
  func correction() async throws {
    let plant = try await SignedPlant()
    try await plant.runLot("L-9")
    let start = try #require(
      try await plant.journal.replay(into: Instant?.none) { start, record in
        if case .binding(let binding) = record.content, binding.lot.text == "L-9" {
          start = record.at
        }
      }
    )
    let binding = Binding(
      station: try StationID("reflow-9"),
      lot: try LotID("LATE"),
      part: try Label("P"),
      workOrder: try Label("W"),
      operatorName: try Label("Mara")
    )
    let change = Correction.Change.insertLot(
      binding,
      from: start,
      to: start.advanced(by: .seconds(3))
    )
    try await plant.journal.append(
      .correction(Correction(change, by: try Label("Mara"), reason: try Label("scanned late"))),
      at: plant.time.now()
    )
    try await plant.checkpoint()
    #expect(try await plant.write("LATE").frames == 3)
    let findings = try plant.findings()
    #expect(findings.own == nil && findings.other == nil)
  }
}
