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
}
