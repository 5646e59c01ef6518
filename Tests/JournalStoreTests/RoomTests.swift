import Foundation
import Telemetry
import TestSupport
import Testing

@testable import JournalStore

/// A file system of a few megabytes that becomes full for real; where this user may not mount one,
/// there is no such test.
@Suite("Journal room", .serialized)
struct RoomTests {
  private static let mayMount = geteuid() == 0

  /// A small file system of its own.
  private final class SmallDisk {
    let folder: TemporaryFolder
    var path: String { folder.path("disk") }

    init(megabytes: Int) throws {
      folder = try TemporaryFolder()
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      try run("mount", "-t", "tmpfs", "-o", "size=\(megabytes)m", "lotline-test", path)
    }

    deinit { try? run("umount", "-l", path) }

    func run(_ arguments: String...) throws {
      let (status, output) = try Tool.run("sh", "-c", arguments.joined(separator: " "))
      guard status == 0 else { throw Sample.Refused(output: output) }
    }

    func remount(_ option: String) throws { try run("mount", "-o", "remount,\(option)", path) }
  }

  private func open(_ disk: SmallDisk, _ time: ManualTime) throws -> Journal {
    try Journal.openTrusted(at: disk.path + "/j", opening: Sample.opening(), time: time)
  }

  @Test(
    "Where the disk is full, all that was acknowledged is there, and it goes on with room",
    .enabled(if: mayMount)
  )
  func full() async throws {
    let disk = try SmallDisk(megabytes: 24)
    let time = ManualTime()
    let journal = try open(disk, time)
    await journal.keepReserve()
    #expect(FileManager.default.fileExists(atPath: disk.path + "/j.reserve"))
    var acknowledged = 0
    let detail = String(repeating: "x", count: 20_000)
    do {
      for _ in 0..<5_000 {
        acknowledged = try await journal.appendDurably(Sample.event(detail), at: time.now()).seq
      }
      Issue.record("the disk never became full")
    } catch {}
    #expect(acknowledged > 100)
    #expect(await journal.status().problem?.contains("full") == true)
    // The reserve went, so that small records find room.
    #expect(!FileManager.default.fileExists(atPath: disk.path + "/j.reserve"))
    try disk.remount("size=64m")
    time.advance(by: .seconds(2))
    let next = try await journal.appendDurably(Sample.event("room"), at: time.now())
    #expect(next.seq == acknowledged + 1)
    #expect(await journal.status().problem == nil)
    let records = try journal.reader().records(after: 0, limit: .max, bytes: .max)
    #expect(records.map(\.seq) == Array(1...next.seq))
    try await journal.close()
  }

  @Test(
    "On a disk that becomes read-only nothing is acknowledged, and it says so",
    .enabled(if: mayMount)
  )
  func readOnly() async throws {
    let disk = try SmallDisk(megabytes: 24)
    let time = ManualTime()
    let journal = try open(disk, time)
    _ = try await journal.appendDurably(Sample.event("before"), at: time.now())
    try await journal.close()
    try disk.remount("ro")
    let error = #expect(throws: JournalError.self) { try open(disk, time) }
    #expect(error?.description.contains("Read-only file system") == true)
    try disk.remount("rw")
    let again = try open(disk, time)
    #expect(await again.status().seq == 2)
    try await again.close()
  }

  @Test("Room is what is free on the disk and in the file")
  func room() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    let room = try #require(await journal.room())
    #expect(room.used > 0)
    #expect(room.free > 0)
    #expect(room.total > room.free)
  }

  @Test("While our own readers read without a pause, the write-ahead log stays small")
  func log() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    let reader = try journal.reader()
    let isDone = Locked(false)
    async let reading: Void = Task.detached {
      var last = 0
      while !isDone.value {
        let records = try reader.records(after: last, limit: 500, bytes: .max)
        last = records.last?.seq ?? 0
      }
    }.value
    let frame = sample.frame([Reading(.text(String(repeating: "a", count: 2_000)))])
    for _ in 0..<60 {
      try await journal.append([Frame](repeating: frame, count: 500))
      // So that a try for which a busy machine leaves no pause is made again.
      sample.time.advance(by: .seconds(10))
      try await journal.commit()
      let size =
        try FileManager.default.attributesOfItem(atPath: sample.path + "-wal")[.size] as? Int
      #expect(try #require(size) < 3 * JournalSchema.checkpointPages * JournalSchema.pageBytes)
    }
    isDone.with { $0 = true }
    try await reading
    #expect(await journal.logHolder() == nil)
  }

  @Test("A program that reads without an end, so that the log grows, is named")
  func holder() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    let shell = Process()
    shell.executableURL = URL(filePath: "/usr/bin/sqlite3")
    shell.arguments = [sample.path]
    let (input, output) = (Pipe(), Pipe())
    shell.standardInput = input
    shell.standardOutput = output
    try shell.run()
    input.fileHandleForWriting.write(Data("BEGIN; SELECT count(*) FROM record;\n".utf8))
    _ = output.fileHandleForReading.availableData
    let frame = sample.frame([Reading(.text(String(repeating: "a", count: 100_000)))])
    for _ in 0..<90 {
      try await journal.append([Frame](repeating: frame, count: 10))
      try await journal.commit()
    }
    #expect(await journal.logHolder()?.contains("process \(shell.processIdentifier)") == true)
    try input.fileHandleForWriting.close()
    shell.waitUntilExit()
    // The next commits begin the log anew, and cut off what is too long.
    for _ in 0..<3 {
      _ = try await journal.appendDurably(Sample.event("next"), at: sample.time.now())
    }
    #expect(await journal.logHolder() == nil)
  }
}
