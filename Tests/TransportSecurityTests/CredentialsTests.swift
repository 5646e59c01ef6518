import Foundation
import Telemetry
import TestSupport
import Testing

@testable import TransportSecurity

@Suite("Credentials")
struct CredentialsTests {
  private static let certificates = Result {
    try TestCertificates(device: "10.1.2.3", role: "Bediener Ä")
  }

  private let made: TestCertificates

  init() throws { made = try Self.certificates.get() }

  @Test("A certificate's holder, role, names and dates are read from it")
  func details() throws {
    let agent = try Credentials(made.files("agent")).certificate
    #expect(agent.subject == "edge-1")
    #expect(agent.role == "Bediener Ä")
    #expect(agent.names == [])
    let device = try Credentials(made.files("device")).certificate
    #expect(device.subject == "10.1.2.3")
    #expect(device.role == nil)
    #expect(device.names == ["10.1.2.3"])
    let days = device.validUntil.duration(since: device.validFrom).inSeconds / 86_400
    #expect(days == 365)
    #expect(agent.words == "edge-1, role Bediener Ä, valid until \(agent.validUntil.day)")
    #expect(device.words.hasPrefix("10.1.2.3, no role, valid until "))
  }

  @Test("Names of every kind are read")
  func names() throws {
    try made.issue(
      "many",
      like: "device",
      days: 9,
      extensions: ["subjectAltName = DNS:oven.plant, IP:10.0.0.7, IP:fd00::7, email:a@b.c"]
    )
    let details = try Credentials(made.files("many")).certificate
    #expect(details.names == ["oven.plant", "10.0.0.7", "fd00:0:0:0:0:0:0:7"])
  }

  @Test("Bytes that are no certificate have no fields, and do no harm")
  func garbage() throws {
    let file = try made.files("agent").certificate
    let text = String(decoding: file.bytes, as: UTF8.self)
    let base64 = text.split(separator: "\n").filter { !$0.hasPrefix("-") }.joined()
    let der = Array(try #require(Data(base64Encoded: base64)))
    #expect(try CertificateFields(der).role == "Bediener Ä")
    var random = SeededGenerator(seed: 8)
    for _ in 0..<20_000 {
      var bytes = der
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
      }
      if Bool.random(using: &random) {
        bytes = Array(bytes.prefix(.random(in: 0...bytes.count, using: &random)))
      }
      _ = try? CertificateFields(bytes)
    }
  }

  @Test("A file that cannot be used is named, with what to do")
  func unusable() throws {
    let (agent, device) = (try made.files("agent"), try made.files("device"))
    func problem(_ files: CredentialFiles) -> (CredentialError.Part?, String) {
      do throws(CredentialError) {
        _ = try Credentials(files)
        return (nil, "")
      } catch {
        return (error.part, error.description.replacing(made.prefix, with: ""))
      }
    }
    func files(
      _ certificate: CredentialFile? = nil,
      _ key: CredentialFile? = nil,
      _ trust: CredentialFile? = nil
    ) -> CredentialFiles {
      CredentialFiles(
        certificate: certificate ?? agent.certificate,
        key: key ?? agent.key,
        trust: trust ?? agent.trust
      )
    }
    let text = CredentialFile(path: "x.pem", bytes: Array("hello".utf8))
    let empty = CredentialFile(path: "x.pem", bytes: [])
    let encrypted = CredentialFile(
      path: "x.key",
      bytes: Array("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END".utf8)
    )
    let cases: [(CredentialFiles, CredentialError.Part, String)] = [
      (
        files(text), .certificate,
        "x.pem holds no certificate; write a PEM file, which begins with "
          + "-----BEGIN CERTIFICATE-----"
      ),
      (
        files(nil, nil, empty), .trust,
        "x.pem holds no certificate; write a PEM file, which begins with "
          + "-----BEGIN CERTIFICATE-----"
      ),
      (
        files(agent.key), .certificate,
        "agent.key holds a private key where the certificate belongs; name the other file"
      ),
      (
        files(nil, text), .key,
        "x.pem holds no private key; write a PEM file, which begins with "
          + "-----BEGIN PRIVATE KEY-----"
      ),
      (
        files(nil, empty), .key,
        "x.pem holds no private key; write a PEM file, which begins with "
          + "-----BEGIN PRIVATE KEY-----"
      ),
      (
        files(nil, agent.certificate), .key,
        "agent.pem holds a certificate where the private key belongs; name the other file"
      ),
      (
        files(nil, encrypted), .key,
        "x.key is encrypted with a passphrase, which nobody is there to type; take it off: "
          + "openssl pkey -in x.key -out KEY.pem"
      ),
      (
        files(nil, device.key), .key,
        "device.key is not the key of agent.pem; name the key that its request was made with"
      ),
    ]
    for (files, part, sentence) in cases { #expect(problem(files) == (part, sentence)) }
    #expect(problem(files()) == (nil, ""))
  }

  @Test("What is in a key's file shows in no print of it")
  func secret() throws {
    let files = try made.files("agent")
    var text = ""
    dump(files, to: &text)
    #expect(text.contains("agent.key"))
    #expect(!text.contains("\(files.key.bytes[20])\n"))
    #expect("\(files)".contains("agent.key") && !"\(files)".contains("bytes"))
  }
}
