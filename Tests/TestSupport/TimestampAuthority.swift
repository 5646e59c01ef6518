internal import Foundation

/// The peer `timestamp_authority.py`: `openssl ts` in the place of a time-stamping authority.
package struct TimestampAuthority: Sendable {
  private let folder: TemporaryFolder
  private let peer: PeerProcess

  package let url: String

  /// What goes wrong with the next requests.
  package enum Mode: String, Sendable, CaseIterable {
    case good, silent, html, busy, refuse, replay, imprint
  }

  /// - Throws: When Python or openssl cannot be run.
  package init() async throws {
    folder = try TemporaryFolder()
    peer = try PeerProcess(script: "timestamp_authority.py", [folder.url.path])
    let line = try await peer.line { $0.hasPrefix("port ") }
    url = "http://127.0.0.1:\(line.dropFirst(5))/tsr"
  }

  package func set(_ mode: Mode) async throws {
    try peer.send(mode.rawValue)
    _ = try await peer.line { $0 == "mode \(mode.rawValue)" }
  }

  /// Answers one request without a network.
  package func answer(_ query: [UInt8]) throws -> [UInt8] {
    let (asked, answered) = (folder.path("one.tsq"), folder.path("one.tsr"))
    try Data(query).write(to: URL(filePath: asked))
    let script = Repository.root.appending(path: "Tests/Peers/timestamp_authority.py").path
    let (status, output) = try Tool.run(
      Repository.python.path,
      script,
      folder.url.path,
      asked,
      answered
    )
    guard status == 0 else { throw PeerProcess.Silent(description: output) }
    return Array(try Data(contentsOf: URL(filePath: answered)))
  }

  /// What `openssl ts -verify` says of a token in a file and the bytes that it is of.
  package func verify(token: String, of file: String) throws -> (status: Int32, output: String) {
    try Tool.run(
      "openssl",
      "ts",
      "-verify",
      "-token_in",
      "-in",
      token,
      "-data",
      file,
      "-CAfile",
      folder.path("ca.pem")
    )
  }
}
