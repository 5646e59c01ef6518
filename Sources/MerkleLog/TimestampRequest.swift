internal import SwiftASN1
package import Telemetry

/// A request to a time-stamping authority, and what answers it (RFC 3161, 2.4).
package struct TimestampRequest: Sendable, Hashable {
  private let imprint: Digest
  private let nonce: UInt64

  /// - Parameters:
  ///   - imprint: The SHA-256 of what is to be stamped.
  ///   - nonce: A random number, so that no earlier answer can be given again.
  package init(_ imprint: Digest, nonce: UInt64) {
    self.imprint = imprint
    self.nonce = nonce
  }

  /// TimeStampReq in DER: it asks for the authority's certificate, so that a token can be checked
  /// later without a network.
  package var encoded: [UInt8] {
    get throws {
      var serializer = DER.Serializer()
      try serializer.appendConstructedNode(identifier: .sequence) { request in
        try request.serialize(1)
        try request.appendConstructedNode(identifier: .sequence) { imprint in
          try imprint.appendConstructedNode(identifier: .sequence) { algorithm in
            try algorithm.serialize(TimestampToken.sha256)
            try algorithm.serialize(ASN1Null())
          }
          try imprint.serialize(ASN1OctetString(contentBytes: self.imprint.bytes[...]))
        }
        try request.serialize(nonce)
        try request.serialize(true)
      }
      return serializer.serializedBytes
    }
  }

  /// The token in an answer.
  ///
  /// - Parameter response: TimeStampResp in DER; any bytes.
  /// - Returns: The token; its signature is not checked.
  /// - Throws: ``TimestampError`` when there is none, or none to this request.
  package func token(in response: [UInt8]) throws(TimestampError) -> TimestampToken {
    let token = try Self.read(response)
    try token.check(is: imprint)
    guard token.nonce == nonce else { throw .wrongNonce }
    return token
  }

  private static func read(_ response: [UInt8]) throws(TimestampError) -> TimestampToken {
    let parts: [ASN1Node]
    let status: Int
    do {
      parts = try DER.parse(response).children
      guard let info = parts.first, let code = info.children.first else {
        throw TimestampError.noToken("")
      }
      status = try Int(derEncoded: code)
    } catch {
      throw .noToken("its bytes are no answer of RFC 3161")
    }
    // 0 granted, 1 granted with changes.
    guard status == 0 || status == 1 else {
      throw .refused(status: status, reason: reason(parts[0]))
    }
    guard parts.count == 2 else { throw .noToken("the answer has none") }
    return try TimestampToken(Array(parts[1].encodedBytes))
  }

  /// What the authority says of a refusal, in words and by the name of its reason.
  private static func reason(_ info: ASN1Node) -> String {
    let texts = info.children.first { $0.identifier == .sequence }?.children ?? []
    let field = info.children.first { $0.identifier == .bitString }
    let bits = field.flatMap { try? ASN1BitString(derEncoded: $0).bytes } ?? []
    let names = failures.filter { bit, _ in
      let index = bits.startIndex + bit / 8
      return index < bits.endIndex && bits[index] & (0x80 >> UInt8(bit % 8)) != 0
    }.map(\.name)
    let all = texts.compactMap(\.text) + names
    return all.isEmpty ? "no reason given" : all.joined(separator: ", ")
  }

  /// PKIFailureInfo (RFC 3161, 2.4.2).
  private static let failures: [(bit: Int, name: String)] = [
    (0, "badAlg"), (2, "badRequest"), (5, "badDataFormat"), (14, "timeNotAvailable"),
    (15, "unacceptedPolicy"), (16, "unacceptedExtension"), (17, "addInfoNotAvailable"),
    (25, "systemFailure"),
  ]
}
