package import Foundation

/// A program that we did not write, or one of our own, run as a peer of the code under test.
///
/// It is killed when the last reference goes. Its standard output goes to a file, which is read line
/// by line: unlike a pipe, a file cannot be held open by another process that was started meanwhile.
/// What it says on standard error goes to the test's.
package final class PeerProcess: Sendable {
  /// The program ended, or said nothing, before the line that was waited for.
  package struct Silent: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
  }

  private let process: Process
  private let input: FileHandle
  private let folder: TemporaryFolder
  private let lines: LineFile

  /// Starts one of the Python peers in `Tests/Peers`.
  package convenience init(script: String, _ arguments: [String]) throws {
    let path = Repository.root.appending(path: "Tests/Peers/\(script)").path
    try self.init(Repository.python.path, [path] + arguments)
  }

  /// Starts `executable`, looked up in PATH when it has no slash.
  ///
  /// What a quiet one says on standard error is thrown away.
  package init(
    _ executable: String,
    _ arguments: [String] = [],
    environment: [String: String] = [:],
    in directory: URL? = nil,
    isQuiet: Bool = false
  ) throws {
    folder = try TemporaryFolder()
    let output = folder.path("output")
    try Data().write(to: URL(filePath: output))
    let process = Process()
    process.executableURL = URL(filePath: executable.contains("/") ? executable : "/usr/bin/env")
    process.arguments = executable.contains("/") ? arguments : [executable] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let directory { process.currentDirectoryURL = directory }
    if isQuiet { process.standardError = FileHandle.nullDevice }
    let inputPipe = Pipe()
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
    process.standardInput = inputPipe
    try process.run()
    self.process = process
    lines = LineFile(path: output)
    input = inputPipe.fileHandleForWriting
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  package var processIdentifier: Int32 { process.processIdentifier }

  package var isRunning: Bool { process.isRunning }

  /// Sends one line to its standard input.
  package func send(_ line: String) throws {
    try input.write(contentsOf: Data((line + "\n").utf8))
  }

  /// The next line of output that `matches`, skipping others.
  ///
  /// - Throws: ``Silent`` when none comes within `limit`; generous, since it only bounds a failure.
  package func line(
    within limit: Duration = .seconds(60),
    where matches: (String) -> Bool = { _ in true }
  ) async throws -> String {
    let start = ContinuousClock.now
    while start.duration(to: .now) < limit {
      let hasEnded = !process.isRunning
      while let line = try lines.next() {
        if matches(line) { return line }
      }
      if hasEnded { break }
      try await Task.sleep(for: .milliseconds(5))
    }
    let program = process.arguments?.joined(separator: " ") ?? ""
    throw Silent(description: "\(program): the line that was waited for did not come")
  }

  /// Ends it with a signal and waits until it is gone.
  package func end(_ signal: Int32 = SIGKILL) {
    if process.isRunning { kill(process.processIdentifier, signal) }
    process.waitUntilExit()
  }

  /// Waits for the end and gives the exit status and everything that was printed.
  ///
  /// - Throws: ``Silent`` when it has not ended after two minutes.
  package func finish() async throws -> (status: Int32, output: String) {
    try? input.close()
    let start = ContinuousClock.now
    while process.isRunning {
      guard start.duration(to: .now) < .seconds(120) else {
        throw Silent(description: "\(process.arguments ?? []) does not end")
      }
      try await Task.sleep(for: .milliseconds(5))
    }
    return (process.terminationStatus, try lines.everything())
  }
}

/// The lines of a growing file.
private final class LineFile: Sendable {
  private let path: String
  private let position = Locked(0)

  init(path: String) { self.path = path }

  func everything() throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
  }

  /// The next complete line; nil when there is none yet.
  func next() throws -> String? {
    let data = try Data(contentsOf: URL(filePath: path))
    return position.with { position in
      let rest = data[position...]
      guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
      position = end + 1
      return String(decoding: rest[..<end], as: UTF8.self)
    }
  }
}
