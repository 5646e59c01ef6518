internal import Gzip
package import HubStore
package import Telemetry

/// Takes what an agent sends: expands it, judges it, stores it.
///
/// Whatever is sent, memory and time stay bounded: ``Limits`` says by what.
package struct Intake: Sendable {
  /// What one batch may hold at most.
  package enum Limits {
    /// Bytes as they arrive.
    package static let compressedBytes = 16 << 20

    /// Bytes once expanded.
    package static let expandedBytes = 64 << 20

    /// Records, each of which costs some memory however short it is.
    package static let records = 20_000

    /// Bytes of one record.
    package static let recordBytes = 4 << 20

    /// Batches that are expanded at once; the others wait.
    package static let atOnce = 2
  }

  private let database: HubDatabase
  private let gate = Gate(places: Limits.atOnce)

  package init(_ database: HubDatabase) { self.database = database }

  /// Takes one compressed batch, sent to the address of `agent`.
  ///
  /// - Returns: What the hub durably holds of the journal now.
  /// - Throws: ``HubProblem`` for a batch that is not one, ``IntakeRefusal`` for one that does not
  ///   continue the journal, ``HubStoreError``.
  package func take(_ compressed: [UInt8], from agent: AgentID) async throws -> HubMark {
    try await gate.pass {
      let batch = try Self.read(compressed)
      guard batch.header.agent == agent else {
        throw HubProblem.addressedWrongly(to: agent, batchOf: batch.header.agent)
      }
      return try await database.take(batch)
    }
  }

  private static func read(_ compressed: [UInt8]) throws -> JournalBatch {
    guard compressed.count <= Limits.compressedBytes else {
      throw HubProblem.tooLarge("it has \(compressed.count) bytes", limit: Limits.compressedBytes)
    }
    let size = claimedSize(compressed)
    if size > Limits.expandedBytes, size <= compressed.count * bestRatio {
      throw HubProblem.tooLarge("it expands to \(size) bytes", limit: Limits.expandedBytes)
    }
    let lines: [UInt8]
    do {
      lines = try Gzip.decompress(compressed, limit: Limits.expandedBytes)
    } catch {
      throw HubProblem.malformed("the body is not gzip, or was cut on the way (\(error))")
    }
    try checkLines(lines)
    do {
      return try JournalBatch(lines: lines)
    } catch {
      throw HubProblem.malformed(error.description)
    }
  }

  /// Counts before anything is taken apart: millions of empty lines fit into a few kilobytes.
  private static func checkLines(_ lines: [UInt8]) throws {
    var count = 0
    var start = 0
    for (index, byte) in lines.enumerated() where byte == UInt8(ascii: "\n") {
      count += 1
      if index - start > Limits.recordBytes {
        throw HubProblem.tooLarge(
          "line \(count) has \(index - start) bytes",
          limit: Limits.recordBytes
        )
      }
      start = index + 1
      if count > Limits.records + 1 {
        throw HubProblem.tooLarge("it holds more than \(Limits.records) records", limit: nil)
      }
    }
  }

  /// How many times larger than compressed data can be at most (zlib, technical details); a body
  /// that claims more was cut, and says nothing of its size.
  private static let bestRatio = 1_032

  /// The size that gzip's last four bytes claim (RFC 1952, 2.3.1); 0 where there are none.
  private static func claimedSize(_ bytes: [UInt8]) -> Int {
    guard bytes.count >= 18 else { return 0 }
    return bytes.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}

/// Lets a few through at a time; the others wait in line.
actor Gate {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(places: Int) { free = places }

  /// Runs `body` when there is a place.
  nonisolated func pass<Result: Sendable>(
    _ body: @Sendable () async throws -> Result
  ) async throws -> Result {
    await enter()
    do {
      let result = try await body()
      await leave()
      return result
    } catch {
      await leave()
      throw error
    }
  }

  private func enter() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  /// Hands the place to the one who has waited longest.
  private func leave() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
