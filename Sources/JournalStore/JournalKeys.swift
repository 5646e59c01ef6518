internal import FoundationEssentials
package import MerkleLog

#if canImport(Glibc)
internal import Glibc
#endif

/// Where a journal's private keys lie: files that their owner alone can read, or credentials that
/// systemd hands to the service.
package struct JournalKeys: Sendable, Hashable {
  /// The name of the credential (`LoadCredential=` in the unit); the others have it, too, and what
  /// stands behind the file's name.
  package static let credential = "lotline-journal-key"

  /// The file of the key in force; the others lie beside it.
  package let path: String

  /// systemd's `$CREDENTIALS_DIRECTORY`; nil where there is none.
  private let credentials: String?

  package enum Slot: String, Sendable, CaseIterable {
    /// Signs.
    case current = ""
    /// Is to sign from now on; the one that signs vouches for it.
    case next = ".next"
    /// Is to sign from now on, since the one that signed is lost.
    case replacement = ".replacement"
  }

  package init(path: String, credentials: String?) {
    self.path = path
    self.credentials = credentials?.isEmpty == true ? nil : credentials
  }

  /// Where a key is, or would be made.
  package func path(of slot: Slot) -> String {
    credentialPath(of: slot) ?? path + slot.rawValue
  }

  private func credentialPath(of slot: Slot) -> String? {
    guard let credentials else { return nil }
    let path = "\(credentials)/\(Self.credential)\(slot.rawValue)"
    return Files.exists(path) ? path : nil
  }

  /// Whether there is such a key.
  package func has(_ slot: Slot) -> Bool { Files.exists(path(of: slot)) }

  /// Reads a key.
  ///
  /// - Returns: nil when there is none.
  /// - Throws: ``KeyFileError`` when it cannot be used, or others can read it.
  package func read(_ slot: Slot) throws(KeyFileError) -> SecretKey? {
    let path = path(of: slot)
    guard Files.exists(path) else { return nil }
    // systemd keeps others out of a credential by its folder, and by a list that shows as the group.
    if credentialPath(of: slot) == nil {
      var status = stat()
      guard stat(path, &status) == 0 else { throw .unreadable(path: path, Files.lastError) }
      guard status.st_mode & 0o077 == 0 else { throw .openToOthers(path: path) }
    }
    guard let data = try? Data(contentsOf: URL(filePath: path)) else {
      throw .unreadable(path: path, Files.lastError)
    }
    guard let key = SecretKey(pem: String(decoding: data, as: UTF8.self)) else {
      throw .noKey(path: path)
    }
    return key
  }

  /// Makes a new key, in a file.
  ///
  /// - Throws: ``KeyFileError``, also when there is one already.
  package func create(_ slot: Slot) throws(KeyFileError) -> SecretKey {
    let path = path(of: slot)
    if Files.exists(path) { throw .exists(path: path) }
    let key = SecretKey()
    do throws(JournalError) {
      // What an earlier try left may have another mode.
      unlink(path + ".new")
      try Files.replace(path, with: Array(key.pem.utf8))
    } catch {
      throw .unwritable(path: path, "\(error)")
    }
    return key
  }

  /// Puts a key in the place of the one that signed; a credential stays where systemd has put it.
  package func promote(_ slot: Slot) throws(KeyFileError) {
    if credentialPath(of: slot) != nil { return }
    do throws(JournalError) {
      try Files.move(path + slot.rawValue, to: path)
    } catch {
      throw .unwritable(path: path, "\(error)")
    }
  }
}

/// Why a journal's key cannot be used.
package enum KeyFileError: Error, Sendable, Hashable, CustomStringConvertible {
  case unreadable(path: String, String)
  /// The file's group, or everybody, may read or change it.
  case openToOthers(path: String)
  /// The file holds something else.
  case noKey(path: String)
  case exists(path: String)
  case unwritable(path: String, String)
  /// The key that signs the journal is not the one in the file.
  case otherKey(path: String, recorded: String, found: String)
  /// The key that signs the journal is gone.
  case lost(path: String, recorded: String)

  package var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "the journal's key \(path) cannot be read: \(reason); this user must be allowed to read it"
    case .openToOthers(let path):
      "others can read the journal's key \(path), so whatever it signs proves nothing: take that "
        + "from them (chmod 600 \(path)) and then replace it (lotline key rotate)"
    case .noKey(let path):
      "\(path) holds no Ed25519 private key in PEM; restore the right file"
    case .exists(let path):
      "there is a key at \(path) already, which waits to be taken over; start the agent, or move the "
        + "file away"
    case .unwritable(let path, let reason): "the journal's key \(path) cannot be written: \(reason)"
    case .otherKey(let path, let recorded, let found):
      "the journal is signed by \(recorded), but \(path) holds the key \(found); restore the right "
        + "one, or, if it is lost, run lotline key rotate --lost"
    case .lost(let path, let recorded):
      "the journal is signed by \(recorded), whose private key is not at \(path); restore it, or, "
        + "if it is lost, run lotline key rotate --lost"
    }
  }
}
