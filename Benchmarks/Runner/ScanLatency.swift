internal import ArgumentParser
internal import CommandSupport
internal import Foundation
internal import GRDB
internal import JournalStore
internal import NIOHTTP1
internal import StationAPI
internal import Telemetry

struct ScanFigures: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Codes scanned at a running agent: time until each is acknowledged and durable.",
    discussion: """
      The agent polls 10 devices of 100 signals every second meanwhile. After each scan a row of as many
      bytes is committed to a SQLite file of its own on the same disk, synchronous=FULL, for comparison.
      """
  )

  @Option(help: "Boards that are scanned.") var boards = 2_000
  @Option(help: "Lots that are started.") var lots = 500
  @Option(help: "The lotline binary.") var lotline = ".build/release/lotline"

  func run() async throws {
    let folder = try ScratchFolder()
    let latency = try await ScanLatency.measure(
      boards: boards,
      lots: lots,
      lotline: lotline,
      in: folder.path
    )
    printTable(
      ["one after the other", "times", "p50, ms", "p99, ms", "longest, ms"],
      latency.rows.map { name, times in
        [
          name, "\(times.count)", rounded(times.percentile(50), 2),
          rounded(times.percentile(99), 2), rounded(times.last ?? 0, 2),
        ]
      }
    )
    print("\nAll \(latency.acknowledged) acknowledged records are there after kill -9.")
  }
}

/// Milliseconds from a scan to its answer, ascending.
struct ScanLatency {
  private(set) var ofBoards: [Double] = []
  private(set) var ofLots: [Double] = []
  private(set) var ofBareCommits: [Double] = []

  /// Records that were acknowledged.
  private(set) var acknowledged = 0

  var rows: [(name: String, times: [Double])] {
    [
      ("a board's code, that has it enter", ofBoards),
      ("a lot's code, that starts it", ofLots),
      ("a bare commit to SQLite", ofBareCommits),
    ]
  }

  struct Failure: Error, CustomStringConvertible { let description: String }

  private static let address = "http://127.0.0.1:18470"
  private static let settings = """
    scans:
      codes:
        - {kind: operator, pattern: 'BADGE-(?<operator>[a-z]+)'}
        - {kind: lot, pattern: 'L-[0-9]{4}', part: "4711", work_order: WO-1}
        - {kind: unit, pattern: 'SN-[0-9]{6}'}
        - {kind: command, pattern: LOT-END, command: end_lot}

    """

  static func measure(
    boards: Int,
    lots: Int,
    lotline: String,
    in folder: String
  ) async throws -> ScanLatency {
    let plant = try Plant(
      PlantCase(name: "scans", devices: 10, signals: 100),
      lotline: lotline,
      settings: settings,
      in: folder
    )
    var latency = ScanLatency()
    var last = 0
    do {
      let bare = try BareCommits(folder + "/bare.sqlite")
      let scanner = Scanner(
        ServiceClient(
          address,
          .init("agent", article: "an", option: "", example: address, start: lotline)
        )
      )
      try await scanner.awaitAgent()
      _ = try await scanner.scan("BADGE-mara")
      for lot in 1...max(lots, 1) {
        let started = try await scanner.scan("L-" + String(format: "%04d", lot))
        latency.take(started, &last, \.ofLots)
        latency.ofBareCommits.append(try bare.commit())
        if lot < lots { latency.take(try await scanner.scan("LOT-END"), &last, nil) }
      }
      for board in 1...max(boards, 1) {
        let entered = try await scanner.scan("SN-" + String(format: "%06d", board))
        latency.take(entered, &last, \.ofBoards)
        latency.ofBareCommits.append(try bare.commit())
      }
    } catch {
      plant.stop()
      throw error
    }
    plant.kill()
    try check(plant.journal, reaches: last)
    latency.ofBoards.sort()
    latency.ofLots.sort()
    latency.ofBareCommits.sort()
    return latency
  }

  private mutating func take(
    _ scan: (seq: Int, milliseconds: Double),
    _ last: inout Int,
    _ times: WritableKeyPath<ScanLatency, [Double]>?
  ) {
    acknowledged += 1
    last = max(last, scan.seq)
    if let times { self[keyPath: times].append(scan.milliseconds) }
  }

  private static func check(_ journal: String, reaches seq: Int) throws {
    let reader = try JournalReader(path: journal)
    defer { try? reader.close() }
    guard try reader.records(after: seq - 1, limit: 1, bytes: 1).first?.seq == seq else {
      throw Failure(description: "record \(seq) was acknowledged, and is not in the journal")
    }
  }
}

/// Scans codes at a station of an agent.
private struct Scanner {
  private let service: ServiceClient

  init(_ service: ServiceClient) { self.service = service }

  /// Waits until the agent answers, ten seconds at most.
  func awaitAgent() async throws {
    for _ in 0..<100 {
      if let answer = try? await service.send(.GET, "/health", timeoutSeconds: 1), answer.isGood {
        return
      }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw ScanLatency.Failure(description: "the agent did not come up")
  }

  /// Scans a code.
  ///
  /// - Returns: The record that was made, and the time until it was acknowledged.
  func scan(_ code: String) async throws -> (seq: Int, milliseconds: Double) {
    let body = try JSONEncoder().encode(ScanCode(code: code))
    let start = ContinuousClock.now
    let answer = try await service.send(
      .POST,
      "/v1/stations/rig/scans",
      body: body,
      timeoutSeconds: 10
    )
    let milliseconds = start.duration(to: .now).inSeconds * 1_000
    guard answer.isGood else {
      throw ScanLatency.Failure(
        description: "\(code) was refused: \(String(decoding: answer.body, as: UTF8.self))"
      )
    }
    let receipt = try service.decode(answer.body, as: ScanReceipt.self).receipt
    guard let receipt else {
      throw ScanLatency.Failure(description: "\(code) made no record")
    }
    return (receipt.seq, milliseconds)
  }
}

/// What a durable commit costs on the same disk without anything around it.
private struct BareCommits {
  /// About those of a record.
  private static let bytes = 400

  private let queue: DatabaseQueue

  init(_ path: String) throws {
    queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
      try db.execute(sql: "CREATE TABLE record (seq INTEGER PRIMARY KEY, body BLOB NOT NULL)")
    }
  }

  /// Milliseconds that one takes.
  func commit() throws -> Double {
    let body = Data(repeating: 0x20, count: Self.bytes)
    let start = ContinuousClock.now
    try queue.write { db in
      try db.cachedStatement(sql: "INSERT INTO record (body) VALUES (?)")
        .execute(arguments: [body])
    }
    return start.duration(to: .now).inSeconds * 1_000
  }
}
