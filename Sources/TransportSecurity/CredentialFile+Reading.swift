internal import FoundationEssentials
package import Telemetry

#if canImport(Glibc)
internal import Glibc
#endif

extension CredentialFiles {
  /// Reads the three files.
  ///
  /// - Throws: ``CredentialError`` for the first that cannot be read.
  package init(certificate: String, key: String, trust: String) throws(CredentialError) {
    self.init(
      certificate: try CredentialFile(reading: certificate, as: .certificate),
      key: try CredentialFile(reading: key, as: .key),
      trust: try CredentialFile(reading: trust, as: .trust)
    )
  }
}

extension CredentialFile {
  /// No certificate or key is longer; whatever is, is something else.
  private static let maximumBytes = 1 << 20

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - part: What it is for.
  /// - Throws: ``CredentialError``
  package init(reading path: String, as part: CredentialError.Part) throws(CredentialError) {
    do {
      var status = stat()
      if stat(path, &status) == 0 {
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= Self.maximumBytes else {
          throw CredentialError(part, path, .noFile)
        }
      }
      self.init(path: path, bytes: Array(try Data(contentsOf: URL(filePath: path))))
    } catch let error as CredentialError {
      throw error
    } catch {
      switch (error as? CocoaError)?.code {
      case .fileNoSuchFile?, .fileReadNoSuchFile?: throw CredentialError(part, path, .missing)
      default: throw CredentialError(part, path, .unreadable)
      }
    }
  }

  /// Whether the file's group, or everybody, may read or change it.
  package var isOpenToOthers: Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & 0o077 != 0
  }
}
