internal import Foundation
package import Telemetry

/// Keys and certificates as `Scripts/certificates` makes them, and more of the same authority.
package struct TestCertificates: Sendable {
  /// openssl, or the script, failed.
  package struct Failed: Error { package let arguments: [String] }

  package let folder: TemporaryFolder

  /// - Throws: When the script fails.
  package init(device: String = "localhost", role: String = "Operator") throws {
    folder = try TemporaryFolder()
    let script = Repository.root.appending(path: "Scripts/certificates").path
    try Self.run([script, folder.url.path, device, role])
  }

  /// What the path of every file begins with.
  package var prefix: String { folder.url.path + "/" }

  package func path(_ name: String) -> String { folder.path(name) }

  /// The files of `device` or `agent`, or of what ``issue(_:like:days:extensions:)`` made.
  package func files(
    _ name: String,
    key: String? = nil,
    trust: String = "authority.pem"
  ) throws -> CredentialFiles {
    func file(_ name: String) throws -> CredentialFile {
      let path = path(name)
      return CredentialFile(path: path, bytes: Array(try Data(contentsOf: URL(filePath: path))))
    }
    return CredentialFiles(
      certificate: try file(name + ".pem"),
      key: try file((key ?? name) + ".key"),
      trust: try file(trust)
    )
  }

  /// Makes another certificate, `name`.pem, for the key of one that is there.
  ///
  /// - Parameters:
  ///   - name: Its file, without `.pem`; a copy of the key has the same name.
  ///   - key: Whose key it has.
  ///   - days: For how long it is valid; negative for one that expired.
  ///   - extensions: As lines of an openssl configuration.
  /// - Throws: When openssl fails.
  package func issue(
    _ name: String,
    like key: String,
    days: Int,
    extensions: [String]
  ) throws {
    let request = path("\(name).csr")
    let lines = try folder.write(extensions.joined(separator: "\n") + "\n", to: "\(name).cnf")
    try FileManager.default.copyItem(atPath: path("\(key).key"), toPath: path("\(name).key"))
    try Self.run([
      "openssl", "req", "-new", "-key", path("\(name).key"), "-subj", "/CN=\(name)",
      "-out", request,
    ])
    try Self.run([
      "openssl", "x509", "-req", "-in", request, "-CA", path("authority.pem"), "-CAkey",
      path("authority.key"), "-days", "\(days)", "-out", path("\(name).pem"), "-extfile", lines,
    ])
  }

  private static func run(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    if process.terminationStatus != 0 { throw Failed(arguments: arguments) }
  }
}
