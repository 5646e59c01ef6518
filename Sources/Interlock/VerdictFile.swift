internal import Glibc

/// A small file that says whether a station may run; whoever reads it sees the old text or the new
/// one, whole.
package struct VerdictFile: Sendable, Hashable {
  package let path: String

  package init(path: String) { self.path = path }

  /// Puts a text in the place of the one before.
  ///
  /// - Throws: ``VerdictFileError``; then the text before stays.
  package func write(_ text: String) throws(VerdictFileError) {
    let temporary = path + ".new"
    let descriptor = open(temporary, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure() }
    let bytes = Array(text.utf8)
    let count = Glibc.write(descriptor, bytes, bytes.count)
    let code = errno
    close(descriptor)
    guard count == bytes.count else { throw failure(code) }
    guard rename(temporary, path) == 0 else { throw failure() }
  }

  /// Says that the text still holds: its time of change becomes now.
  ///
  /// - Throws: ``VerdictFileError`` also where the file is gone.
  package func touch() throws(VerdictFileError) {
    guard utimensat(AT_FDCWD, path, nil, 0) == 0 else { throw failure() }
  }

  /// Takes the file away; none is as good.
  ///
  /// - Throws: ``VerdictFileError``.
  package func remove() throws(VerdictFileError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw failure() }
  }

  private func failure(_ code: CInt = errno) -> VerdictFileError {
    VerdictFileError(path: path, reason: String(cString: strerror(code)))
  }
}

/// The file cannot be written.
package struct VerdictFileError: Error, Sendable, Hashable, CustomStringConvertible {
  package let path: String
  package let reason: String

  package var description: String {
    "\(path) cannot be written: \(reason); its folder must exist, and the agent's user must be allowed "
      + "to write there"
  }
}
