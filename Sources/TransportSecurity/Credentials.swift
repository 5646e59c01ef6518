internal import NIOCore
internal import NIOSSL
package import Telemetry

/// What one side proves with who it is, and whom it believes: read and fitting together.
package struct Credentials: Sendable {
  /// The own certificate.
  package let certificate: CertificateDetails
  let files: CredentialFiles
  private let chain: [NIOSSLCertificate]
  private let key: NIOSSLPrivateKey
  private let trust: [NIOSSLCertificate]

  /// - Throws: ``CredentialError`` for the first file that cannot be used.
  package init(_ files: CredentialFiles) throws(CredentialError) {
    self.files = files
    chain = try Self.certificates(in: files.certificate, .certificate)
    do {
      key = try NIOSSLPrivateKey(bytes: files.key.bytes, format: .pem)
    } catch {
      throw CredentialError(.key, files.key.path, Self.keyProblem(files.key.bytes))
    }
    trust = try Self.certificates(in: files.trust, .trust)
    guard let first = chain.first else {
      throw CredentialError(.certificate, files.certificate.path, .noCertificate)
    }
    certificate = CertificateDetails(first)
    _ = try context(clientConfiguration)
  }

  private static func certificates(
    in file: CredentialFile,
    _ part: CredentialError.Part
  ) throws(CredentialError) -> [NIOSSLCertificate] {
    let certificates = (try? NIOSSLCertificate.fromPEMBytes(file.bytes)) ?? []
    guard certificates.isEmpty else { return certificates }
    let text = String(decoding: file.bytes, as: UTF8.self)
    if text.contains("PRIVATE KEY-----") {
      throw CredentialError(part, file.path, .keyInsteadOfCertificate)
    }
    throw CredentialError(part, file.path, .noCertificate)
  }

  private static func keyProblem(_ bytes: [UInt8]) -> CredentialError.Problem {
    let text = String(decoding: bytes, as: UTF8.self)
    if text.contains("ENCRYPTED") { return .encryptedKey }
    return text.contains("-----BEGIN CERTIFICATE-----") ? .certificateInsteadOfKey : .noKey
  }

  /// The side that connects.
  var clientConfiguration: TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.certificateChain = chain.map { .certificate($0) }
    configuration.privateKey = .privateKey(key)
    configuration.certificateVerification = .fullVerification
    return configuration
  }

  /// The side that is connected to, and takes no client without a certificate.
  var serverConfiguration: TLSConfiguration {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) },
      privateKey: .privateKey(key)
    )
    configuration.certificateVerification = .noHostnameVerification
    return configuration
  }

  /// A context with TLS 1.2 at least (MODBUS/TCP Security V36) and the authorities of the files.
  ///
  /// - Parameter configuration: One side's.
  /// - Returns: What connections are made with.
  /// - Throws: ``CredentialError`` when key and certificate do not belong together.
  func context(_ configuration: TLSConfiguration) throws(CredentialError) -> NIOSSLContext {
    var configuration = configuration
    configuration.minimumTLSVersion = .tlsv12
    configuration.trustRoots = .certificates(trust)
    // A device that does not say good-bye is not waited for.
    configuration.shutdownTimeout = .milliseconds(250)
    do {
      return try NIOSSLContext(configuration: configuration)
    } catch {
      let certificate = files.certificate.path
      throw CredentialError(.key, files.key.path, .otherKey(certificate: certificate))
    }
  }
}

/// A file that cannot be used for TLS.
package struct CredentialError: Error, Sendable, Hashable, CustomStringConvertible {
  package enum Part: Sendable, Hashable {
    case certificate
    case key
    case trust
  }

  enum Problem: Sendable, Hashable {
    case missing
    case unreadable
    case noFile
    case noCertificate
    case keyInsteadOfCertificate
    case noKey
    case certificateInsteadOfKey
    case encryptedKey
    case otherKey(certificate: String)
  }

  /// Which of the files.
  package let part: Part

  /// Its path.
  package let path: String
  private let problem: Problem

  init(_ part: Part, _ path: String, _ problem: Problem) {
    self.part = part
    self.path = path
    self.problem = problem
  }

  package var description: String {
    switch problem {
    case .missing: "there is no file \(path); check its name and folder"
    case .unreadable: "\(path) cannot be read; check its owner and mode"
    case .noFile: "\(path) is a folder, or too large to be a certificate or key; name a PEM file"
    case .noCertificate:
      "\(path) holds no certificate; write a PEM file, which begins with -----BEGIN CERTIFICATE-----"
    case .keyInsteadOfCertificate:
      "\(path) holds a private key where the certificate belongs; name the other file"
    case .noKey:
      "\(path) holds no private key; write a PEM file, which begins with -----BEGIN PRIVATE KEY-----"
    case .certificateInsteadOfKey:
      "\(path) holds a certificate where the private key belongs; name the other file"
    case .encryptedKey:
      "\(path) is encrypted with a passphrase, which nobody is there to type; take it off: "
        + "openssl pkey -in \(path) -out KEY.pem"
    case .otherKey(let certificate):
      "\(path) is not the key of \(certificate); name the key that its request was made with"
    }
  }
}
