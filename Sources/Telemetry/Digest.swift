internal import Crypto

/// A SHA-256 hash: 32 bytes (FIPS 180-4).
package struct Digest: Sendable, Hashable {
  /// The bytes in the order in which they came, held inline: a journal makes several per record.
  ///
  /// Not a SIMD vector: that is aligned to 32 bytes, and Swift 6.3 keeps what an asynchronous
  /// function holds in memory that is aligned to 16.
  private let words: Words

  private struct Words: Sendable, Hashable {
    var first: UInt64 = 0
    var second: UInt64 = 0
    var third: UInt64 = 0
    var fourth: UInt64 = 0
  }

  /// 32 bytes.
  package var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

  /// Shows the 32 bytes where they are.
  package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    Swift.withUnsafeBytes(of: words, body)
  }

  /// - Returns: nil unless there are exactly 32 bytes.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    var words = Words()
    Swift.withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
    self.words = words
  }

  private init(_ hash: SHA256.Digest) {
    words = hash.withUnsafeBytes { $0.loadUnaligned(as: Words.self) }
  }

  /// The SHA-256 hash of `bytes`.
  package static func sha256(_ bytes: some Sequence<UInt8>) -> Digest {
    Digest(SHA256.hash(data: Array(bytes)))
  }

  /// The hash of a leaf of a Merkle tree: `SHA-256(0x00 ‖ record)` (RFC 9162, 2.1.1).
  package static func leaf(_ record: [UInt8]) -> Digest {
    record.withUnsafeBytes { leaf($0) }
  }

  /// The same of bytes where they are.
  package static func leaf(_ record: UnsafeRawBufferPointer) -> Digest {
    var hash = SHA256()
    var prefix: UInt8 = 0x00
    Swift.withUnsafeBytes(of: &prefix) { hash.update(bufferPointer: $0) }
    hash.update(bufferPointer: record)
    return Digest(hash.finalize())
  }

  /// The hash of an inner node: `SHA-256(0x01 ‖ left ‖ right)` (RFC 9162, 2.1.1).
  package static func node(_ left: Digest, _ right: Digest) -> Digest {
    var hash = SHA256()
    var prefix: UInt8 = 0x01
    Swift.withUnsafeBytes(of: &prefix) { hash.update(bufferPointer: $0) }
    left.withUnsafeBytes { hash.update(bufferPointer: $0) }
    right.withUnsafeBytes { hash.update(bufferPointer: $0) }
    return Digest(hash.finalize())
  }
}

extension Digest: CustomStringConvertible, LosslessStringConvertible {
  /// 64 lower-case hexadecimal digits.
  package var description: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 0x0F)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  package init?(_ hexadecimal: String) {
    let digits = hexadecimal.utf8.compactMap(Self.nibble)
    guard digits.count == 64, hexadecimal.utf8.count == 64 else { return nil }
    self.init(bytes: stride(from: 0, to: 64, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
  }

  /// The value of a lower-case hexadecimal digit, the only kind that ``description`` writes.
  private static func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}

extension Digest: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let digest = Digest(text) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "not 64 hexadecimal digits: \(text)"
      )
    }
    self = digest
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
