import Evidence
import Foundation
import HubStore
import JournalStore
import MerkleLog
import Telemetry
import TestSupport
import Testing

/// The journal of a device lot, with a key, documents and a checkpoint, at the agent.
struct SignedPlant {
  let folder: TemporaryFolder
  let time = ManualTime()
  let signer: NoteSigner
  let journal: Journal

  static let profile = "name: oven-1-profile\n"

  init() async throws {
    folder = try TemporaryFolder()
    let builder = try JournalBuilder.device()
    let opening = JournalOpening(
      agent: builder.agent,
      site: try Label("Zug"),
      journal: builder.journal,
      software: "0.1.0"
    )
    signer = try #require(NoteSigner(name: opening.origin, secret: SecretKey()))
    journal = try Journal.open(at: folder.path("journal.sqlite"), opening: opening, time: time)
    // The builder's records name each other by their numbers, so nothing comes before them.
    for body in builder.records.dropFirst() {
      let record = try RecordCoding.decode(body)
      try await journal.append(record.content, at: record.at)
    }
    let key = try KeyStatement.record(origin: opening.origin, new: signer)
    try await journal.append(.key(key), at: time.now())
    try await append(.configuration, "agent/yaml", "agent: line-a\n")
    try await journal.append(.event(Event(.agentStarted, detail: "again")), at: time.now())
    try await journal.commit()
  }

  func append(_ kind: DocumentRevision.Kind, _ name: String, _ text: String) async throws {
    let document = DocumentRevision(
      kind: kind,
      name: name,
      sha256: .sha256(Array(text.utf8)),
      text: text
    )
    try await journal.append(.document(document), at: time.now())
  }

  func checkpoint() async throws {
    _ = try await journal.appendCheckpoint(by: signer, at: time.now())
    try await journal.commit()
  }

  /// Another lot, with its layout, profile, frames and configuration, and one lot beside it.
  func runLot(_ lot: String) async throws {
    let station = try StationID("reflow-9")
    try await append(.profile, "oven 9.b", Self.profile)
    let layout = try await journal.append(
      .layout(
        FrameLayout(
          device: try DeviceID("oven-9"),
          group: "zones",
          profile: "oven 9.b",
          profileHash: .sha256(Array(Self.profile.utf8)),
          periodMilliseconds: 1_000,
          stations: [station],
          signals: [SignalDescription(name: "zone1")]
        )
      ),
      at: time.now()
    )
    for name in [lot, "OTHER"] {
      let binding = Binding(
        station: station,
        lot: try LotID(name),
        part: try Label("P"),
        workOrder: try Label("W"),
        operatorName: try Label("Mara")
      )
      let start = try await journal.append(.binding(binding), at: time.now())
      for value in 0..<5 {
        time.advance(by: .seconds(1))
        let frame = Frame(
          at: time.now(),
          spanMicroseconds: 10,
          layout: layout.seq,
          bindings: [Bound(start.seq)],
          readings: [Reading(.real(Double(value)))]
        )
        try await journal.append([frame])
      }
      let end = BindingEnd(station: station, lot: binding.lot, binding: start.seq)
      try await journal.append(.bindingEnd(end), at: time.now())
    }
    try await journal.commit()
  }

  /// Writes the evidence of a lot into a folder of that name.
  @discardableResult
  func write(_ lot: String, to name: String = "dossier") async throws
    -> DossierWriter<JournalReader>.Summary
  {
    let writer = DossierWriter(of: try LotID(lot), from: try journal.reader())
    return try writer.write(to: folder.path(name))
  }

  /// What our own check and the small one in Python say first; nil when both find all well.
  func findings(_ name: String = "dossier", key: NoteKey? = nil) throws -> (
    own: String?, other: String?
  ) {
    let trusted = key.map { Set([$0.publicKey]) } ?? []
    let own = try DossierVerifier(folder: folder.path(name), trusted: trusted).verify().finding
    let script = Repository.root.appending(path: "Documentation/verify_dossier.py").path
    let (status, output) =
      if let key {
        try Tool.run("python3", "-B", script, folder.path(name), "\(key)")
      } else {
        try Tool.run("python3", "-B", script, folder.path(name))
      }
    #expect(status == 0 || status == 2, "\(output)")
    return (own?.description, status == 0 ? nil : output)
  }

  func files(_ name: String = "dossier") throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.path(name))
      .filter { $0 != "files" }.sorted()
  }

  func bytes(_ file: String, in name: String = "dossier") throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: folder.path("\(name)/\(file)"))))
  }

  func replace(_ file: String, with bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(filePath: folder.path("dossier/\(file)")))
  }
}
