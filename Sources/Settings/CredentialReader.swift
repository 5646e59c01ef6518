package import MarkedYAML
internal import Telemetry
internal import TransportSecurity

/// Rules about the files of a bus over TLS.
extension FindingCode {
  package static let certificateUnusable = FindingCode(
    "certificate-unusable",
    "in a configuration: a file of `tls` cannot be read, or does not fit the others"
  )
  package static let certificateDoubtful = FindingCode(
    "certificate-doubtful",
    "a warning: a certificate of `tls` expires or has no role, or others can read its key"
  )
}

/// Reads how a device is reached over TLS, and the files that takes.
struct CredentialReader {
  /// How long before its end a certificate is warned of.
  private static let notice: Duration = .seconds(30 * 86_400)

  let fields: FieldReader
  let paths: PathResolver

  /// Today.
  let now: Instant

  func endpoint() -> Marked<SecureEndpoint>? {
    let address = fields.value(SecureShape.address)
    let name = fields.value(SecureShape.serverName)
    let certificate = file(SecureShape.certificate, .certificate)
    let key = file(SecureShape.key, .key)
    let trust = file(SecureShape.trust, .trust)
    fields.finish()
    if let key { checkMode(key) }
    guard let address, let certificate, let key, let trust else { return nil }
    let files = CredentialFiles(certificate: certificate.value, key: key.value, trust: trust.value)
    do throws(CredentialError) {
      check(try Credentials(files).certificate, at: certificate.mark, path: certificate.value.path)
    } catch {
      let mark =
        switch error.part {
        case .certificate: certificate.mark
        case .key: key.mark
        case .trust: trust.mark
        }
      fields.log.add(.certificateUnusable, at: mark, error.description)
      return nil
    }
    let endpoint = SecureEndpoint(address.value, serverName: name?.value, files: files)
    return Marked(endpoint, at: address.mark)
  }

  private func file(
    _ key: Key<String>,
    _ part: CredentialError.Part
  ) -> Marked<CredentialFile>? {
    guard let text = fields.value(key) else { return nil }
    do throws(CredentialError) {
      return Marked(
        try CredentialFile(reading: paths.absolute(text.value), as: part),
        at: text.mark
      )
    } catch {
      fields.log.add(.certificateUnusable, at: text.mark, error.description)
      return nil
    }
  }

  // MARK: Doubts

  private func checkMode(_ key: Marked<CredentialFile>) {
    guard key.value.isOpenToOthers else { return }
    let path = key.value.path
    warn(
      key.mark,
      "others can read the private key \(path); take that from them: chmod 600 \(path)"
    )
  }

  private func check(_ certificate: CertificateDetails, at mark: SourceMark, path: String) {
    let until = certificate.validUntil.description.prefix(10)
    if certificate.validUntil < now {
      warn(mark, "\(path) expired on \(until), and the device will refuse it; renew it")
    } else if certificate.validUntil < now.advanced(by: Self.notice) {
      warn(mark, "\(path) expires on \(until); renew it, then reload")
    } else if certificate.validFrom > now {
      let from = certificate.validFrom.description.prefix(10)
      warn(mark, "\(path) is valid only from \(from) on; is the clock of this machine right?")
    }
    if certificate.role == nil {
      warn(
        mark,
        "\(path) has no role (extension 1.3.6.1.4.1.50316.802.1), so a device may refuse to be read; "
          + "have one put in where the device asks for roles"
      )
    }
  }

  private func warn(_ mark: SourceMark, _ message: String) {
    fields.log.add(.certificateDoubtful, at: mark, message, severity: .warning)
  }
}
