internal import NIOCore
internal import NIOSSL
internal import Telemetry

/// What went wrong between the agent and a device over TLS, and what to do, in sentences.
struct TLSWords {
  private let endpoint: Endpoint
  private let expectedName: String
  private let certificate: String
  private let trust: String

  init(_ server: SecureEndpoint) {
    endpoint = server.endpoint
    expectedName = server.expectedName
    certificate = server.files.certificate.path
    trust = server.files.trust.path
  }

  /// The device takes whoever comes, which is not MODBUS/TCP Security.
  var noDemand: TLSFailure {
    TLSFailure(
      "\(endpoint) does not ask for our certificate, so it would answer anybody: switch client "
        + "authentication (mutual TLS) on in the device"
    )
  }

  func silent(for timeout: TimeAmount) -> TLSFailure {
    TLSFailure(
      "\(endpoint) did not answer in TLS within \(timeout.nanoseconds / 1_000_000) ms: does it speak "
        + "TLS on this port (802)?"
    )
  }

  var closed: TLSFailure {
    TLSFailure(
      "\(endpoint) closed the connection while TLS began: does it speak TLS on this port, and trust "
        + "\(certificate)?"
    )
  }

  var turnedAway: TLSFailure {
    TLSFailure(
      "\(endpoint) closed the connection as soon as TLS stood: does it trust \(certificate), and know "
        + "the role in it?"
    )
  }

  /// - Parameters:
  ///   - error: What NIOSSL says.
  ///   - presented: The device's certificate, where it came as far as that.
  ///   - now: Today.
  /// - Returns: The same in a sentence.
  func failure(
    for error: any Error,
    presented: CertificateDetails?,
    now: Instant
  ) -> TLSFailure {
    if let error = error as? NIOSSLExtraError, error == .failedToValidateHostname {
      return wrongName(presented)
    }
    let text = "\(error)"
    if error is IOError || text.contains("EOF during handshake") { return closed }
    if text.contains("CERTIFICATE_VERIFY_FAILED") { return notBelieved(presented, now) }
    for (mark, sentence) in sentences where text.contains(mark) { return TLSFailure(sentence) }
    return TLSFailure("no TLS with \(endpoint): \(text)")
  }

  private func wrongName(_ presented: CertificateDetails?) -> TLSFailure {
    let names = presented?.names ?? []
    let list = names.isEmpty ? "names nobody" : "is for \(names.joined(separator: ", "))"
    return TLSFailure(
      "the certificate of \(endpoint) \(list), not for \(expectedName): is it the right device? "
        + "Then write server_name: \(names.first ?? "NAME")"
    )
  }

  private func notBelieved(_ presented: CertificateDetails?, _ now: Instant) -> TLSFailure {
    if let presented, presented.validUntil < now {
      return TLSFailure(
        "the certificate of \(endpoint) expired on \(presented.validUntil.day): renew it in the "
          + "device, or set this machine's clock if it is not \(now.day)"
      )
    }
    if let presented, presented.validFrom > now {
      return TLSFailure(
        "the certificate of \(endpoint) is valid only from \(presented.validFrom.day) on: set this "
          + "machine's clock, which says \(now.day)"
      )
    }
    return TLSFailure(
      "the certificate of \(endpoint) was not issued by an authority in \(trust): put the "
        + "certificate of the authority that issued it there"
    )
  }

  /// What BoringSSL's reasons mean; the device's alerts (RFC 8446, 6) among them.
  private var sentences: [(mark: String, sentence: String)] {
    let expired =
      "\(endpoint) refuses our certificate \(certificate) as expired: renew it, and see that the "
      + "device's clock is right"
    let unknown =
      "\(endpoint) does not know the authority that issued our certificate \(certificate): install "
      + "that authority's certificate in the device"
    let refused =
      "\(endpoint) refuses our certificate \(certificate): has it a role that the device knows, and "
      + "is it made for clients?"
    let missing = "\(endpoint) got no certificate of ours that it takes: is \(certificate) right?"
    let noTLS =
      "\(endpoint) does not speak TLS: is Modbus/TCP Security switched on in the device, and is this "
      + "its port (802)?"
    let old =
      "\(endpoint) has only an older TLS than 1.2, which is not safe: update the device, or use tcp "
      + "on a network of its own"
    let ciphers =
      "\(endpoint) and this program have no cipher in common: update the device, or give it a "
      + "certificate with an EC or RSA key"
    return [
      ("ALERT_CERTIFICATE_EXPIRED", expired), ("ALERT_UNKNOWN_CA", unknown),
      ("ALERT_CERTIFICATE_REQUIRED", missing), ("ALERT_NO_CERTIFICATE", missing),
      ("ALERT_BAD_CERTIFICATE", refused), ("ALERT_CERTIFICATE_UNKNOWN", refused),
      ("ALERT_UNSUPPORTED_CERTIFICATE", refused), ("ALERT_CERTIFICATE_REVOKED", refused),
      ("ALERT_ACCESS_DENIED", refused), ("ALERT_PROTOCOL_VERSION", old),
      ("UNSUPPORTED_PROTOCOL", old), ("WRONG_VERSION_ON_EARLY_DATA", noTLS),
      ("ALERT_HANDSHAKE_FAILURE", ciphers), ("ALERT_INSUFFICIENT_SECURITY", ciphers),
      ("WRONG_VERSION_NUMBER", noTLS), ("HTTP_REQUEST", noTLS), ("UNEXPECTED_RECORD", noTLS),
      ("UNEXPECTED_MESSAGE", noTLS),
    ]
  }
}
