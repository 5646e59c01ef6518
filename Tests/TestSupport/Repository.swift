package import Foundation

/// The checkout that the tests run in.
package enum Repository {
  /// Its top folder.
  package static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The Python with pymodbus and playwright that `Scripts/test` installs.
  package static let python = root.appending(path: ".build/peers/bin/python")

  /// All Swift files below a folder of the repository, relative to ``root``.
  package static func swiftFiles(in folder: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
      .filter { $0.hasSuffix(".swift") }
      .map { folder + "/" + $0 }
      .sorted()
  }

  package static func text(of file: String) throws -> String {
    try String(contentsOf: root.appending(path: file), encoding: .utf8)
  }
}

/// A folder of its own for one test; gone when the last reference is.
package final class TemporaryFolder: Sendable {
  package let url: URL

  /// A folder in memory, where the machine has such, for tests that commit often.
  package static var memory: URL {
    let shared = URL(filePath: "/dev/shm", directoryHint: .isDirectory)
    return FileManager.default.isWritableFile(atPath: shared.path)
      ? shared : FileManager.default.temporaryDirectory
  }

  package init(in parent: URL = FileManager.default.temporaryDirectory) throws {
    url = parent.appending(path: "lotline-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The path of a file in the folder.
  package func path(_ name: String) -> String { url.appending(path: name).path }

  /// Writes a text file and gives its path.
  package func write(_ text: String, to name: String) throws -> String {
    try text.write(to: url.appending(path: name), atomically: true, encoding: .utf8)
    return path(name)
  }
}
