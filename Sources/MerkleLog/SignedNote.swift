/// A text and those who signed it (C2SP signed-note).
package struct SignedNote: Sendable, Hashable {
  /// Whole lines, the last of which ends, too.
  package let text: String
  package private(set) var signatures: [Signature]

  package struct Signature: Sendable, Hashable {
    package let name: String

    /// ``NoteKey/id``.
    package let keyID: [UInt8]
    package let bytes: [UInt8]
  }

  /// - Precondition: `text` ends its last line.
  package init(_ text: String, signatures: [Signature] = []) {
    precondition(text.hasSuffix("\n"))
    self.text = text
    self.signatures = signatures
  }

  /// Reads a note as it is written.
  ///
  /// - Returns: nil when it is none.
  package init?(encoded: String) {
    guard encoded.unicodeScalars.allSatisfy({ $0 == "\n" || $0.value >= 0x20 }),
      encoded.hasSuffix("\n")
    else { return nil }
    var lines = encoded.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
    var signatures: [Signature] = []
    while let line = lines.last, !line.isEmpty {
      guard let signature = Signature(line: line) else { return nil }
      signatures.insert(signature, at: 0)
      lines.removeLast()
    }
    // The empty line stays between the text and the signatures.
    guard lines.popLast()?.isEmpty == true, !lines.isEmpty, !signatures.isEmpty else { return nil }
    self.init(lines.joined(separator: "\n") + "\n", signatures: signatures)
  }

  /// The note as others read it.
  package var encoded: String {
    text + "\n" + signatures.map(\.line).joined(separator: "\n") + "\n"
  }

  /// Signs it with one key more.
  package mutating func sign(_ signer: NoteSigner) throws {
    let bytes = try signer.signature(of: Array(text.utf8))
    signatures.append(Signature(name: signer.key.name, keyID: signer.key.id, bytes: bytes))
  }

  /// Whether it bears a signature of `key`, and all that claim to be of that key are.
  package func isSigned(by key: NoteKey) -> Bool {
    let claimed = signatures.filter { $0.name == key.name && $0.keyID == key.id }
    return key.algorithm == .ed25519 && !claimed.isEmpty
      && claimed.allSatisfy { key.verifies($0.bytes, of: Array(text.utf8)) }
  }
}

extension SignedNote.Signature {
  private static let dash = "— "

  /// A line: an em dash, the key's name, and its id and signature in base 64.
  fileprivate init?(line: Substring) {
    let parts = line.split(separator: " ", omittingEmptySubsequences: false)
    guard line.hasPrefix(Self.dash), parts.count == 3, let bytes = Base64.bytes(parts[2]),
      bytes.count > 4, !parts[1].isEmpty, !parts[1].contains("+")
    else { return nil }
    self.init(
      name: String(parts[1]),
      keyID: Array(bytes.prefix(4)),
      bytes: Array(bytes.dropFirst(4))
    )
  }

  /// The signature as a note bears it.
  package var line: String { Self.dash + "\(name) \(Base64.text(keyID + bytes))" }
}
