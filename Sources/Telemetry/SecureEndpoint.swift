/// A Modbus TCP device that is reached over TLS (MODBUS/TCP Security V36).
package struct SecureEndpoint: Sendable, Hashable {
  /// Registered with IANA as `mbap-s`.
  package static let usualPort = 802

  package let endpoint: Endpoint

  /// The name that the device's certificate must have; nil where it is the endpoint's host.
  package let serverName: String?
  package let files: CredentialFiles

  package init(_ endpoint: Endpoint, serverName: String? = nil, files: CredentialFiles) {
    self.endpoint = endpoint
    self.serverName = serverName
    self.files = files
  }

  /// The name that the device's certificate must have.
  package var expectedName: String { serverName ?? endpoint.host }
}

/// The files by which one side proves who it is, and by which it knows the other.
///
/// Two are the same only when their contents are: a renewed certificate is another one.
package struct CredentialFiles: Sendable, Hashable {
  /// The certificate, then those of the authorities between it and the root; PEM.
  package let certificate: CredentialFile

  /// The private key of the certificate; PEM.
  package let key: CredentialFile

  /// The authorities whose certificates are taken from the other side; PEM.
  package let trust: CredentialFile

  package init(certificate: CredentialFile, key: CredentialFile, trust: CredentialFile) {
    self.certificate = certificate
    self.key = key
    self.trust = trust
  }
}

/// A file as it was when it was read; its description never shows what is in it.
package struct CredentialFile: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
  package let path: String
  package let bytes: [UInt8]

  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  package var description: String { path }

  package var customMirror: Mirror { Mirror(self, children: ["path": path]) }
}
