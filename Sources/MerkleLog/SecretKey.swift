internal import Crypto
internal import FoundationEssentials

/// An Ed25519 private key as it lies in a file: PKCS #8 in PEM (RFC 8410, RFC 7468), as
/// `openssl genpkey -algorithm ed25519` makes it.
package struct SecretKey: Sendable {
  let key: Curve25519.Signing.PrivateKey

  /// Makes a new one, of the system's randomness.
  package init() { key = Curve25519.Signing.PrivateKey() }

  /// All that stands before the 32 bytes of the key in DER (RFC 8410, section 7).
  private static let prefix: [UInt8] = [
    0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
  ]

  private static let begin = "-----BEGIN PRIVATE KEY-----"
  private static let end = "-----END PRIVATE KEY-----"

  /// Reads the text of a file.
  ///
  /// - Returns: nil when it is no such key.
  package init?(pem text: String) {
    let lines = text.split(whereSeparator: \.isNewline)
      .map { $0.filter { !$0.isWhitespace || $0 == " " } }
    guard let first = lines.firstIndex(of: Self.begin),
      let last = lines[first...].firstIndex(of: Self.end),
      let bytes = Base64.bytes(lines[(first + 1)..<last].joined()),
      bytes.starts(with: Self.prefix), bytes.count == Self.prefix.count + 32,
      let key = try? Curve25519.Signing.PrivateKey(
        rawRepresentation: bytes.dropFirst(Self.prefix.count)
      )
    else { return nil }
    self.key = key
  }

  /// The text of a file.
  package var pem: String {
    "\(Self.begin)\n\(Base64.text(Self.prefix + Array(key.rawRepresentation)))\n\(Self.end)\n"
  }
}
