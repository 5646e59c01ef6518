import Foundation
import MarkedYAML
import Telemetry
import TestSupport
import Testing

@testable import Settings

/// A bus over TLS, with files as openssl makes them.
@Suite("A bus over TLS")
struct SecureBusTests {
  private let made: TestCertificates

  init() throws { made = try TestCertificates() }

  private func text(
    address: String = "oven.plant",
    certificate: String = "agent.pem",
    key: String = "agent.key",
    more: String = ""
  ) -> String {
    """
    agent: edge-1
    site: Plant 7
    stations: [{id: reflow-1}]
    buses:
      - id: oven
        tls:
          address: "\(address)"
          certificate: \(certificate)
          key: \(key)
          trust: authority.pem\(more)
    devices: [{id: oven-1, profile: oven, bus: oven, unit: 255, station: reflow-1}]
    profiles: profiles
    journal: {path: journal.sqlite}
    """
  }

  private func load(_ text: String, now: Instant = SystemTime().now()) throws -> AgentSettings {
    try AgentSettings.load(bytes: Array(text.utf8), path: made.path("agent.yaml"), now: now)
  }

  /// Findings and warnings, without the folder.
  private func findings(_ text: String, now: Instant = SystemTime().now()) -> [String] {
    let findings: [Finding]
    do {
      findings = try load(text, now: now).warnings
    } catch {
      findings = (error as? SettingsError)?.findings ?? []
    }
    return findings.map { $0.description.replacingOccurrences(of: made.prefix, with: "") }
  }

  @Test("Its files are read with it, and its port is 802 where none is written")
  func good() throws {
    let settings = try load(text(more: "\n      server_name: localhost"))
    #expect(settings.warnings == [])
    guard case .tls(let server) = settings.buses[0].carrier else {
      Issue.record("\(settings.buses[0].carrier)")
      return
    }
    #expect(server.endpoint == Endpoint(host: "oven.plant", port: 802))
    #expect(server.expectedName == "localhost")
    #expect(server.files == (try made.files("agent")))
    #expect(settings.devices[0].unit?.rawValue == 255)
  }

  @Test(
    "A port, and an address in brackets, may be written",
    arguments: [
      ("oven.plant:8802", "oven.plant", 8_802), ("[fd00::7]", "fd00::7", 802),
      ("[fd00::7]:8802", "fd00::7", 8_802),
    ]
  )
  func address(address: String, host: String, port: Int) throws {
    let carrier = try load(text(address: address)).buses[0].carrier
    guard case .tls(let server) = carrier else {
      Issue.record("\(carrier)")
      return
    }
    #expect(server.endpoint == Endpoint(host: host, port: port))
  }

  @Test("A certificate that is renewed is another bus, though the configuration is the same")
  func renewed() throws {
    let before = try load(text())
    #expect(try load(text()).buses == before.buses)
    try made.issue("agent-2", like: "agent", days: 90, extensions: ["basicConstraints = CA:FALSE"])
    let manager = FileManager.default
    try manager.removeItem(atPath: made.path("agent.pem"))
    try manager.copyItem(atPath: made.path("agent-2.pem"), toPath: made.path("agent.pem"))
    let after = try load(text())
    #expect(after.hash == before.hash)
    #expect(after.buses != before.buses)
  }

  @Test("A key of another certificate is found where it is named")
  func otherKey() throws {
    #expect(
      findings(text(key: "device.key")) == [
        "agent.yaml:9:12: device.key is not the key of agent.pem; name the key that its request was "
          + "made with"
      ]
    )
  }

  @Test("Files in each other's place are found where they are named")
  func swapped() throws {
    #expect(
      findings(text(certificate: "agent.key", key: "agent.pem")).first
        == "agent.yaml:8:20: agent.key holds a private key where the certificate belongs; name the "
        + "other file"
    )
  }

  @Test("A key that others can read is warned of, and the bus is read nevertheless")
  func mode() throws {
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o640],
      ofItemAtPath: made.path("agent.key")
    )
    #expect(
      findings(text()) == [
        "agent.yaml:9:12: warning: others can read the private key agent.key; take that from them: "
          + "chmod 600 agent.key"
      ]
    )
    #expect(try load(text()).buses.count == 1)
  }

  @Test("The end of a certificate is warned of 30 days before, and when it has come")
  func dates() throws {
    func after(days: Int) -> [String] {
      let now = SystemTime().now().advanced(by: .seconds(days * 86_400))
      return findings(text(), now: now).map { finding in
        finding.replacing(/on 20\d\d-\d\d-\d\d/, with: "on DAY")
          .replacing(/from 20\d\d-\d\d-\d\d/, with: "from DAY")
      }
    }
    #expect(after(days: 330) == [])
    #expect(
      after(days: 340) == [
        "agent.yaml:8:20: warning: agent.pem expires on DAY; renew it, then reload"
      ]
    )
    #expect(
      after(days: 366) == [
        "agent.yaml:8:20: warning: agent.pem expired on DAY, and the device will refuse it; renew it"
      ]
    )
    #expect(
      after(days: -2) == [
        "agent.yaml:8:20: warning: agent.pem is valid only from DAY on; is the clock of this machine "
          + "right?"
      ]
    )
  }

  @Test("A certificate without a role is warned of")
  func role() throws {
    #expect(
      findings(text(certificate: "device.pem", key: "device.key")) == [
        "agent.yaml:8:20: warning: device.pem has no role (extension 1.3.6.1.4.1.50316.802.1), so a "
          + "device may refuse to be read; have one put in where the device asks for roles"
      ]
    )
  }
}
