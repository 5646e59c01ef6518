import Foundation
import Telemetry
import TestSupport
import Testing

@testable import JournalStore

/// A disk that fails: the file's folder is taken away and given back while the journal runs.
@Suite("Journal recovery")
struct JournalRecoveryTests {
  /// Fails the journal as a commit whose outcome is known or unknown would, with the file gone.
  private func lose(_ sample: Sample) throws {
    for suffix in ["", "-wal", "-shm"] {
      let there = sample.path + suffix
      if FileManager.default.fileExists(atPath: there) {
        try FileManager.default.moveItem(atPath: there, toPath: there + ".away")
      }
    }
  }

  private func giveBack(_ sample: Sample) throws {
    for suffix in ["", "-wal", "-shm"] {
      let away = sample.path + suffix + ".away"
      if FileManager.default.fileExists(atPath: away) {
        try FileManager.default.moveItem(atPath: away, toPath: sample.path + suffix)
      }
    }
  }

  @Test("While the disk fails, nothing is acknowledged, and frames wait for it to come back")
  func waits() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    _ = try await journal.appendDurably(Sample.event("before"), at: sample.time.now())
    try lose(sample)
    await journal.failForTest()
    try await journal.append([sample.frame([Reading(.integer(1))])])
    await #expect(throws: JournalError.self) { try await journal.commit() }
    #expect(await journal.status().problem?.contains("disk") == true)
    await #expect(throws: JournalError.self) {
      try await journal.appendDurably(Sample.event("refused"), at: sample.time.now())
    }
    sample.time.advance(by: .seconds(2))
    await #expect(throws: JournalError.self) { try await journal.commit() }
    #expect(await journal.status().problem?.contains("the file is gone") == true)
    #expect(await journal.status().seq == 2)

    try giveBack(sample)
    sample.time.advance(by: .seconds(2))
    let record = try await journal.appendDurably(Sample.event("after"), at: sample.time.now())
    #expect(record.seq == 4)
    #expect(await journal.status().problem == nil)
    let types = try journal.reader().records(after: 0, limit: 10, bytes: .max)
      .map { try RecordCoding.decode($0.body).content.type }
    #expect(types == ["opening", "event", "frame", "event"])
  }

  @Test("A commit that got through although it seemed to fail is found, not repeated")
  func foundAgain() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    try await journal.append(Sample.event("a"), at: sample.time.now())
    try await journal.commitBehindItsBackForTest()
    try await journal.append(Sample.event("b"), at: sample.time.now())
    sample.time.advance(by: .seconds(2))
    try await journal.commit()
    #expect(await journal.status().seq == 3)
    #expect(await journal.status().problem == nil)
    #expect(try journal.reader().records(after: 0, limit: 10, bytes: .max).map(\.seq) == [1, 2, 3])
  }

  @Test("A file with another end than was written is never written again")
  func diverged() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(
        atPath: sample.path + suffix,
        toPath: sample.folder.path("old\(suffix)")
      )
    }
    _ = try await journal.appendDurably(Sample.event("a"), at: sample.time.now())
    await journal.failForTest()
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: sample.path + suffix)
    }
    for suffix in ["", "-wal"] {
      try FileManager.default.moveItem(
        atPath: sample.folder.path("old\(suffix)"),
        toPath: sample.path + suffix
      )
    }
    try await journal.append(Sample.event("b"), at: sample.time.now())
    for _ in 0..<3 {
      sample.time.advance(by: .seconds(2))
      await #expect(throws: JournalError.self) { try await journal.commit() }
    }
    #expect(await journal.status().problem?.contains("not what was written") == true)
  }

  @Test("A full buffer on a failing disk refuses more, clearly")
  func full() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    await journal.failForTest()
    try lose(sample)
    let frame = sample.frame([Reading(.text(String(repeating: "a", count: 900_000)))])
    for _ in 0..<19 { try await journal.append([frame]) }
    let error = await #expect(throws: JournalError.self) { try await journal.append([frame]) }
    guard case .bufferFull(19, _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}

extension Journal {
  /// What a commit does when SQLite reports an I/O error.
  func failForTest() {
    fail(JournalError.storage(path: path, reason: "disk I/O error"), uncertain: nil)
  }

  /// A commit that is durable, and reported as failed.
  func commitBehindItsBackForTest() throws {
    try file?.commit(buffer)
    fail(
      JournalError.storage(path: path, reason: "disk I/O error"),
      uncertain: (buffer.items.count, buffer.frontier)
    )
  }
}
