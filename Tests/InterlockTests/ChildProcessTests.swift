import Foundation
import Interlock
import Telemetry
import TestSupport
import Testing

@Suite("Commands that are run")
struct ChildProcessTests {
  private let folder: TemporaryFolder
  private let time = SystemTime()

  init() throws { folder = try TemporaryFolder() }

  private func script(_ text: String) throws -> String {
    let path = try folder.write("#!/bin/sh\n" + text, to: "script")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    return path
  }

  private func run(
    _ path: String,
    _ arguments: [String] = [],
    within timeout: Duration = .seconds(10)
  ) async throws {
    try await ChildProcess(path: path, arguments: arguments, environment: ["LOTLINE_LOT": "A;B $C"])
      .run(within: timeout, time: time)
  }

  @Test("Arguments and variables arrive as they are, and no shell reads them")
  func arguments() async throws {
    let path = try script("printf '%s|' \"$@\" \"$LOTLINE_LOT\" > \(folder.path("said"))")
    try await run(path, ["a b", "$HOME", "; rm -rf x", "stop"])
    let said = try String(contentsOfFile: folder.path("said"), encoding: .utf8)
    #expect(said == "a b|$HOME|; rm -rf x|stop|A;B $C|")
  }

  @Test("A status that is not 0 is a failure, with the last line of the errors")
  func failed() async throws {
    let path = try script("echo first >&2; echo no relay >&2; exit 7")
    await #expect(
      throws: ChildProcessError.failed(path: path, how: "ended with status 7", errors: "no relay")
    ) { try await run(path) }
    await #expect(
      throws: ChildProcessError.failed(path: path, how: "ended with status 7", errors: "no relay")
    ) {
      try await run(path)
    }
  }

  @Test("A program that is not there cannot be started")
  func missing() async throws {
    let path = folder.path("none")
    await #expect(
      throws: ChildProcessError.cannotStart(path: path, reason: "No such file or directory")
    ) { try await run(path) }
  }

  @Test("What takes too long is ended with all that it started")
  func slow() async throws {
    let path = try script("sleep 60 & echo $! > \(folder.path("child")); exec 2>&-; wait")
    await #expect(throws: ChildProcessError.timedOut(path: path, timeout: .milliseconds(500))) {
      try await run(path, within: .milliseconds(500))
    }
    let text = try String(contentsOfFile: folder.path("child"), encoding: .utf8)
    let child = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    // It may be a zombie of nobody's for a moment.
    #expect(try await eventually { kill(child, 0) != 0 || isZombie(child) })
  }

  private func isZombie(_ process: Int32) -> Bool {
    let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
    return text.contains(") Z ")
  }

  @Test("A program that writes much to its errors is not held up")
  func chatty() async throws {
    let path = try script("head -c 1000000 /dev/zero | tr '\\0' 'x' >&2; exit 0")
    try await run(path)
  }

  @Test("Our open files stay ours")
  func descriptors() async throws {
    let path = try script("ls /proc/self/fd > \(folder.path("open"))")
    let file = try #require(FileHandle(forReadingAtPath: path))
    try await run(path)
    let open = try String(contentsOfFile: folder.path("open"), encoding: .utf8)
    // The shell's own three, what `ls` opens for the folder, and the script that is read.
    #expect(open.split(separator: "\n").count <= 5, "\(open)")
    try file.close()
  }
}
