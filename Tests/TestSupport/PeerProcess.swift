package import Foundation

/// A program that we did not write, or one of our own, run as a peer of the code under test.
///
/// It is killed when the last reference goes. Its standard output is read line by line; what it
/// says on standard error goes to the test's.
package final class PeerProcess: Sendable {
  /// The program ended, or said nothing, before the line that was waited for.
  package struct Silent: Error, CustomStringConvertible {
    package let description: String
  }

  private let process: Process
  private let output: FileHandle
  private let input: FileHandle
  private let lines: LineBuffer

  /// Starts `executable`, looked up in PATH when it has no slash.
  package init(
    _ executable: String,
    _ arguments: [String] = [],
    environment: [String: String] = [:],
    in folder: URL? = nil
  ) throws {
    let process = Process()
    process.executableURL = URL(filePath: executable.contains("/") ? executable : "/usr/bin/env")
    process.arguments = executable.contains("/") ? arguments : [executable] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = folder }
    let outputPipe = Pipe()
    let inputPipe = Pipe()
    process.standardOutput = outputPipe
    process.standardInput = inputPipe
    let lines = LineBuffer()
    outputPipe.fileHandleForReading.readabilityHandler = { handle in
      let data = handle.availableData
      if data.isEmpty { handle.readabilityHandler = nil }
      lines.take(data)
    }
    try process.run()
    self.process = process
    self.lines = lines
    output = outputPipe.fileHandleForReading
    input = inputPipe.fileHandleForWriting
  }

  deinit {
    output.readabilityHandler = nil
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
    within limit: Duration = .seconds(30),
    where matches: (String) -> Bool = { _ in true }
  ) async throws -> String {
    let start = ContinuousClock.now
    while start.duration(to: .now) < limit {
      while let line = lines.next() {
        if matches(line) { return line }
      }
      if lines.isFinished, !process.isRunning { break }
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
  package func finish() async throws -> (status: Int32, output: String) {
    try? input.close()
    while process.isRunning || !lines.hasEnded { try await Task.sleep(for: .milliseconds(5)) }
    return (process.terminationStatus, lines.everything)
  }
}

/// Complete lines of a program's output, filled by one thread and emptied by another.
private final class LineBuffer: Sendable {
  private struct State {
    var all = Data()
    var partial = Data()
    var lines: [String] = []
    var isFinished = false
  }

  private let state = Locked(State())

  var isFinished: Bool { state.with { $0.isFinished && $0.lines.isEmpty } }

  /// Whether the program has closed its output, however many lines are still to be taken.
  var hasEnded: Bool { state.with { $0.isFinished } }

  var everything: String { state.with { String(decoding: $0.all, as: UTF8.self) } }

  func next() -> String? { state.with { $0.lines.isEmpty ? nil : $0.lines.removeFirst() } }

  func take(_ data: Data) {
    state.with { state in
      if data.isEmpty { state.isFinished = true }
      state.all.append(data)
      state.partial.append(data)
      while let end = state.partial.firstIndex(of: UInt8(ascii: "\n")) {
        state.lines.append(String(decoding: state.partial[..<end], as: UTF8.self))
        state.partial = Data(state.partial[state.partial.index(after: end)...])
      }
    }
  }
}
