internal import Foundation

/// A program of the system that runs, prints and ends.
package enum Tool {
  /// Runs a program from PATH to its end.
  ///
  /// - Returns: Its exit status, and what it printed on standard output.
  /// - Throws: When it cannot be started.
  package static func run(_ arguments: String...) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }

  /// Runs one of our programs, as it was built, to its end.
  ///
  /// What it prints goes by way of a file, which no other process can hold open.
  ///
  /// - Returns: Its exit status, and what it printed on standard output and standard error.
  /// - Throws: When it cannot be started.
  package static func run(
    built program: String,
    _ arguments: [String]
  ) throws -> (status: Int32, output: String) {
    let folder = try TemporaryFolder()
    let path = try folder.write("", to: "output")
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    let process = Process()
    process.executableURL = Repository.root.appending(path: ".build/debug/\(program)")
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = file
    process.standardError = file
    try process.run()
    process.waitUntilExit()
    return (process.terminationStatus, try String(contentsOfFile: path, encoding: .utf8))
  }
}
