internal import Crypto

/// A SHA-256 hash: 32 bytes (FIPS 180-4).
package struct Digest: Sendable, Hashable {
  /// 32 bytes.
  package let bytes: [UInt8]

  /// - Returns: nil unless there are exactly 32 bytes.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    self.bytes = Array(bytes)
  }

  private init(_ hash: SHA256.Digest) { bytes = Array(hash) }

  /// The SHA-256 hash of `bytes`.
  package static func sha256(_ bytes: some Sequence<UInt8>) -> Digest {
    Digest(SHA256.hash(data: Array(bytes)))
  }

  /// The hash of a leaf of a Merkle tree: `SHA-256(0x00 ‖ record)` (RFC 9162, 2.1.1).
  package static func leaf(_ record: [UInt8]) -> Digest {
    var hash = SHA256()
    hash.update(data: [0x00] as [UInt8])
    hash.update(data: record)
    return Digest(hash.finalize())
  }

  /// The hash of an inner node: `SHA-256(0x01 ‖ left ‖ right)` (RFC 9162, 2.1.1).
  package static func node(_ left: Digest, _ right: Digest) -> Digest {
    var hash = SHA256()
    hash.update(data: [0x01] as [UInt8])
    hash.update(data: left.bytes)
    hash.update(data: right.bytes)
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
    let digits = Array(hexadecimal.utf8)
    guard digits.count == 64 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: 64, by: 2) {
      guard
        let byte = UInt8(String(decoding: digits[index..<(index + 2)], as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(byte)
    }
    self.bytes = bytes
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
