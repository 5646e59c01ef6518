internal import NIOSSL
internal import SwiftASN1
package import Telemetry

/// What people want to know of a certificate.
package struct CertificateDetails: Sendable, Hashable {
  /// The common name of its subject.
  package let subject: String?

  /// Whom it is for: names and addresses (RFC 5280, 4.2.1.6).
  package let names: [String]

  /// The role that its holder has in a device (MODBUS/TCP Security V36, Role OID); nil without one.
  package let role: String?
  package let validFrom: Instant
  package let validUntil: Instant

  init(_ certificate: NIOSSLCertificate) {
    let fields = (try? certificate.toDERBytes()).flatMap { try? CertificateFields($0) }
    subject = fields?.commonName
    names = fields?.names ?? []
    role = fields?.role
    validFrom = Instant(microseconds: Int64(certificate.notValidBefore) * 1_000_000)
    validUntil = Instant(microseconds: Int64(certificate.notValidAfter) * 1_000_000)
  }

  /// `edge-1, role Operator, valid until 2027-11-29`.
  package var words: String {
    let role = role.map { "role \($0)" } ?? "no role"
    return "\(subject ?? "without a name"), \(role), valid until \(validUntil.day)"
  }
}

extension Instant {
  /// `2027-11-29`.
  var day: String { String(description.prefix(10)) }
}

/// The parts of an X.509 certificate that BoringSSL has no words for (RFC 5280, 4.1).
struct CertificateFields {
  /// MODBUS/TCP Security V36: the role, a UTF8String.
  private static let roleExtension: ASN1ObjectIdentifier = [1, 3, 6, 1, 4, 1, 50_316, 802, 1]
  private static let namesExtension: ASN1ObjectIdentifier = [2, 5, 29, 17]
  private static let commonNameAttribute: ASN1ObjectIdentifier = [2, 5, 4, 3]

  private(set) var commonName: String?
  private(set) var names: [String] = []
  private(set) var role: String?

  /// - Parameter der: The certificate in DER; any bytes.
  /// - Throws: When they are no certificate.
  init(_ der: [UInt8]) throws {
    let body = try DER.parse(der).children.first?.children ?? []
    // Version, when it is there; then serial number, algorithm, issuer, validity, subject.
    let subject = body.first?.isContext(0) == true ? 5 : 4
    if body.indices.contains(subject) { commonName = Self.commonName(in: body[subject]) }
    for node in body where node.isContext(3) {
      for entry in node.children.first?.children ?? [] { try take(entry) }
    }
  }

  private static func commonName(in subject: ASN1Node) -> String? {
    for attribute in subject.children.flatMap(\.children) {
      let parts = attribute.children
      guard parts.count == 2,
        (try? ASN1ObjectIdentifier(derEncoded: parts[0])) == commonNameAttribute
      else { continue }
      return parts[1].text
    }
    return nil
  }

  private mutating func take(_ entry: ASN1Node) throws {
    let parts = entry.children
    guard let first = parts.first, let last = parts.last, parts.count >= 2 else { return }
    let identifier = try ASN1ObjectIdentifier(derEncoded: first)
    guard [Self.roleExtension, Self.namesExtension].contains(identifier) else { return }
    let content = try DER.parse(try ASN1OctetString(derEncoded: last).bytes)
    if identifier == Self.roleExtension {
      role = String(decoding: try ASN1UTF8String(derEncoded: content).bytes, as: UTF8.self)
    } else {
      names = content.children.compactMap(\.generalName)
    }
  }
}

extension ASN1Node {
  fileprivate var children: [ASN1Node] {
    if case .constructed(let nodes) = content { Array(nodes) } else { [] }
  }

  fileprivate var text: String? {
    guard case .primitive(let bytes) = content else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  fileprivate func isContext(_ number: UInt) -> Bool {
    identifier.tagClass == .contextSpecific && identifier.tagNumber == number
  }

  /// A DNS name or an address (RFC 5280, 4.2.1.6).
  fileprivate var generalName: String? {
    guard case .primitive(let bytes) = content else { return nil }
    if isContext(2) { return text }
    guard isContext(7) else { return nil }
    if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
    let groups = stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map {
      String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
    }
    return groups.joined(separator: ":")
  }
}
