import Foundation
import TestSupport

/// A wall clock that the test sets for one program alone, by a library that is loaded before the
/// system's (`Tests/Peers/clock_shift.c`).
struct ShiftedClock: Sendable {
  let environment: [String: String]
  private let path: String

  /// Compiles the library.
  init(in folder: TemporaryFolder) throws {
    let library = folder.path("clock_shift.so")
    let source = Repository.root.appending(path: "Tests/Peers/clock_shift.c").path
    let compiled = try Tool.run("clang", "-shared", "-fPIC", "-o", library, source, "-ldl")
    guard compiled.status == 0 else {
      throw PeerProcess.Silent(description: "\(source) cannot be compiled")
    }
    path = folder.path("clock_shift")
    try Data(repeating: 0, count: 8).write(to: URL(filePath: path))
    environment = ["LD_PRELOAD": library, "LOTLINE_CLOCK_SHIFT": path]
  }

  /// Sets the clock so many seconds off the true time, at once.
  func set(seconds: Int64) throws {
    let bytes = withUnsafeBytes(of: (seconds * 1_000_000_000).littleEndian) { Data($0) }
    let file = try FileHandle(forUpdating: URL(filePath: path))
    try file.write(contentsOf: bytes)
    try file.close()
  }
}
