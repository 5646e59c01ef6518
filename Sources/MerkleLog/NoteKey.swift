internal import Crypto
internal import FoundationEssentials
internal import Telemetry

/// A public key that signs notes (C2SP signed-note).
package struct NoteKey: Sendable, Hashable {
  /// What a key signs, and how.
  package enum Algorithm: UInt8, Sendable, Hashable {
    /// Ed25519 over the note's text.
    case ed25519 = 0x01
    /// Ed25519 over a checkpoint and a time (C2SP tlog-cosignature).
    case cosignature = 0x04
  }

  /// Says whose it is; without spaces and `+`.
  package let name: String
  package let algorithm: Algorithm

  /// 32 bytes (RFC 8032).
  package let publicKey: [UInt8]

  /// - Returns: nil when the name cannot be one or the key is not of 32 bytes.
  package init?(name: String, algorithm: Algorithm = .ed25519, publicKey: [UInt8]) {
    let isName =
      !name.isEmpty && !name.unicodeScalars.contains { $0 == "+" || $0.properties.isWhitespace }
    guard isName, publicKey.count == 32 else { return nil }
    self.name = name
    self.algorithm = algorithm
    self.publicKey = publicKey
  }

  /// Reads `name+hash+key`.
  ///
  /// - Returns: nil when it is none, its hash is wrong, or its algorithm is another.
  package init?(_ text: String) {
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let bytes = Base64.bytes(parts[2]), let first = bytes.first,
      let algorithm = Algorithm(rawValue: first),
      let key = NoteKey(
        name: String(parts[0]),
        algorithm: algorithm,
        publicKey: Array(bytes.dropFirst())
      ), key.hash == parts[1]
    else { return nil }
    self = key
  }

  /// The first four bytes of the hash over name, algorithm and key.
  package var id: [UInt8] { Array(digest.bytes.prefix(4)) }

  private var digest: Telemetry.Digest {
    .sha256(Array(name.utf8) + [0x0A, algorithm.rawValue] + publicKey)
  }

  private var hash: String { String("\(digest)".prefix(8)) }

  /// Whether `signature` is this key's over `message`.
  func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
      return false
    }
    return key.isValidSignature(signature, for: message)
  }
}

extension NoteKey: CustomStringConvertible {
  /// `name+hash+key`, as other programs read it.
  package var description: String {
    "\(name)+\(hash)+\(Base64.text([algorithm.rawValue] + publicKey))"
  }
}

/// A private key that signs notes.
package struct NoteSigner: Sendable {
  /// Its public half.
  package let key: NoteKey
  private let privateKey: Curve25519.Signing.PrivateKey

  /// Signs by `secret` as `name`, which is as of ``NoteKey/name``.
  ///
  /// - Returns: nil when the name cannot be one.
  package init?(name: String, algorithm: NoteKey.Algorithm = .ed25519, secret: SecretKey) {
    privateKey = secret.key
    guard
      let key = NoteKey(
        name: name,
        algorithm: algorithm,
        publicKey: Array(secret.key.publicKey.rawRepresentation)
      )
    else { return nil }
    self.key = key
  }

  func signature(of message: [UInt8]) throws -> [UInt8] {
    Array(try privateKey.signature(for: message))
  }
}
