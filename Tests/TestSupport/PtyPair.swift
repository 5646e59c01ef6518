internal import Foundation

/// Two serial ports joined by a cable: pseudo terminals that socat connects.
package final class PtyPair: Sendable {
  /// One end, and the other.
  package let left: String
  package let right: String
  private let socat: PeerProcess
  private let folder: TemporaryFolder

  package init() async throws {
    folder = try TemporaryFolder()
    left = folder.path("left")
    right = folder.path("right")
    socat = try PeerProcess(
      "socat",
      ["pty,raw,echo=0,link=\(left)", "pty,raw,echo=0,link=\(right)"]
    )
    for _ in 0..<2_000 where !exists {
      try await Task.sleep(for: .milliseconds(5))
    }
    guard exists else {
      throw PeerProcess.Silent(description: "socat made no pseudo terminals; is it installed?")
    }
  }

  private var exists: Bool {
    FileManager.default.fileExists(atPath: left) && FileManager.default.fileExists(atPath: right)
  }

  /// Pulls the cable and both plugs.
  package func unplug() { socat.end() }
}
