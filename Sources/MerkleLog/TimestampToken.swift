internal import SwiftASN1
package import Telemetry

/// The word of a time-stamping authority that a hash was there at a time (RFC 3161, 2.4.2).
///
/// Who signed it, and whether that can be believed, is not judged here: `openssl ts -verify` does so,
/// with the authority's certificate.
package struct TimestampToken: Sendable, Hashable {
  /// In DER, as it came.
  package let bytes: [UInt8]

  /// The SHA-256 that it is of.
  package let imprint: Digest

  /// When, by the authority's clock.
  package let time: Instant

  /// The authority's name; nil where the token has none.
  package let authority: String?

  /// What the request said that the answer must repeat; nil for none, and for one that is not ours.
  let nonce: UInt64?

  private static let signedData: ASN1ObjectIdentifier = [1, 2, 840, 113_549, 1, 7, 2]
  private static let timestampInfo: ASN1ObjectIdentifier = [1, 2, 840, 113_549, 1, 9, 16, 1, 4]
  static let sha256: ASN1ObjectIdentifier = [2, 16, 840, 1, 101, 3, 4, 2, 1]

  /// - Parameter bytes: Any bytes.
  /// - Throws: ``TimestampError/noToken(_:)`` when they are no token over a SHA-256.
  package init(_ bytes: [UInt8]) throws(TimestampError) {
    do {
      try self.init(der: bytes)
    } catch let error as TimestampError {
      throw error
    } catch {
      throw .noToken("its bytes are no DER of such a thing")
    }
  }

  private init(der bytes: [UInt8]) throws {
    // ContentInfo, SignedData, its content, and in that TSTInfo.
    let outer = try DER.parse(bytes).children
    guard outer.count == 2, try ASN1ObjectIdentifier(derEncoded: outer[0]) == Self.signedData,
      let signed = outer[1].children.first?.children, signed.count >= 4
    else { throw TimestampError.noToken("it is no signed data") }
    let content = signed[2].children
    guard content.count == 2,
      try ASN1ObjectIdentifier(derEncoded: content[0]) == Self.timestampInfo,
      let text = content[1].children.first
    else { throw TimestampError.noToken("what is signed is no timestamp") }
    let info = try DER.parse(try ASN1OctetString(derEncoded: text).bytes).children
    guard info.count >= 5, try Int(derEncoded: info[0]) == 1, let time = info[4].generalizedTime
    else { throw TimestampError.noToken("its time is not as RFC 3161 has it") }
    let imprint = info[2].children
    guard imprint.count == 2, let algorithm = imprint[0].children.first,
      try ASN1ObjectIdentifier(derEncoded: algorithm) == Self.sha256,
      let digest = Digest(bytes: try ASN1OctetString(derEncoded: imprint[1]).bytes)
    else { throw TimestampError.noToken("it is of no SHA-256") }
    self.bytes = bytes
    self.imprint = digest
    self.time = time
    nonce = info.dropFirst(5).first { $0.identifier == .integer }
      .flatMap { try? UInt64(derEncoded: $0) }
    // GeneralName, and in it the choice of a directory name.
    let name = info.dropFirst(5).first { $0.isContext(0) }?.children.first { $0.isContext(4) }
    authority = name?.children.first?.distinguishedName ?? Self.signer(in: signed)
  }

  /// The subject of the certificate that signed, where it is enclosed.
  private static func signer(in signed: [ASN1Node]) -> String? {
    // SignerInfo: a version, then issuer and serial number.
    let serial = signed.last?.children.first?.children.dropFirst().first?.children.last
    for certificate in signed.first(where: { $0.isContext(0) })?.children ?? [] {
      guard let body = certificate.children.first?.children else { continue }
      // A version, when it is there; then serial number, algorithm, issuer, validity, subject.
      let first = body.first?.isContext(0) == true ? 1 : 0
      guard body.count > first + 4, let serial, body[first] == serial else { continue }
      return body[first + 4].distinguishedName
    }
    return nil
  }
}

extension TimestampToken {
  /// - Throws: ``TimestampError/wrongImprint(expected:found:)`` when it is of other bytes than those
  ///   with this SHA-256.
  package func check(is expected: Digest) throws(TimestampError) {
    guard imprint == expected else {
      throw .wrongImprint(expected: expected, found: imprint)
    }
  }
}

extension CheckpointTimestamp {
  /// - Parameters:
  ///   - checkpoint: The record of the checkpoint that the token is of.
  ///   - token: The token.
  package init(checkpoint: Int, _ token: TimestampToken) {
    self.init(
      checkpoint: checkpoint,
      time: token.time,
      authority: token.authority,
      token: Base64.text(token.bytes)
    )
  }

  /// The token, which must say what the record says.
  ///
  /// - Throws: ``TimestampError/noToken(_:)``.
  package func readToken() throws(TimestampError) -> TimestampToken {
    guard let bytes = Base64.bytes(token) else { throw .noToken("it is no base 64") }
    let token = try TimestampToken(bytes)
    guard token.time == time, token.authority == authority else {
      throw .noToken("its record has another time or authority than the token itself")
    }
    return token
  }
}

/// Why there is no timestamp, or why one cannot be used.
package enum TimestampError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The bytes are something else.
  case noToken(String)
  /// The authority understood and refuses (RFC 3161, 2.4.2: PKIStatusInfo).
  case refused(status: Int, reason: String)
  /// It is of other bytes than it should be.
  case wrongImprint(expected: Digest, found: Digest)
  /// It answers another request: perhaps an old answer that somebody plays again.
  case wrongNonce

  package var description: String {
    switch self {
    case .noToken(let reason): "it is no timestamp token: \(reason)"
    case .refused(let status, let reason):
      "the request was refused with status \(status): \(reason)"
    case .wrongImprint(let expected, let found):
      "the timestamp is of other bytes: their SHA-256 is \(found), and it should be \(expected)"
    case .wrongNonce: "the timestamp answers another request: it does not have this one's nonce"
    }
  }
}

extension ASN1Node {
  var children: [ASN1Node] {
    if case .constructed(let nodes) = content { Array(nodes) } else { [] }
  }

  func isContext(_ number: UInt) -> Bool {
    identifier.tagClass == .contextSpecific && identifier.tagNumber == number
  }

  var text: String? {
    guard case .primitive(let bytes) = content else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  /// `20261129140724.5Z` (RFC 3161, 2.4.2), to the microsecond.
  fileprivate var generalizedTime: Instant? {
    guard identifier == .generalizedTime, let text, text.utf8.count >= 15, text.last == "Z"
    else { return nil }
    let digits = Array(text.dropLast().prefix(21))
    let day = [digits[..<4], digits[4..<6], digits[6..<8]].map { String($0) }
    let hour = [digits[8..<10], digits[10..<12], digits[12...]].map { String($0) }
    return Instant("\(day.joined(separator: "-"))T\(hour.joined(separator: ":"))Z")
  }

  /// The common name, or all parts where there is none (RFC 5280, 4.1.2.4).
  fileprivate var distinguishedName: String? {
    let attributes = children.flatMap(\.children).map(\.children)
    let commonName = attributes.first { attribute in
      attribute.first.flatMap { try? ASN1ObjectIdentifier(derEncoded: $0) } == [2, 5, 4, 3]
    }
    let parts = (commonName.map { [$0] } ?? attributes).compactMap { $0.last?.text }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }
}
