import Foundation
import TestSupport
import Testing

/// Devices over TLS and behind a device server, from the command line.
@Suite("lotline over TLS and RTU over TCP")
struct SecureDeviceTests {
  private static let profiles = Repository.root.appending(path: "DeviceProfiles").path

  private func simulate(_ arguments: [String]) async throws -> (peer: PeerProcess, port: String) {
    let peer = try PeerProcess(
      Repository.root.appending(path: ".build/debug/lotline").path,
      ["simulate", "servo-drive@7", "--profiles", Self.profiles] + arguments
    )
    let ready = try await peer.line { $0.hasPrefix("Simulating") }
    return (peer, try #require(ready.firstMatch(of: /:(\d+)\./).map { String($0.1) }, "\(ready)"))
  }

  @Test("What Scripts/certificates makes serves the simulator, the test and the configuration")
  func tls() async throws {
    let made = try TestCertificates(role: "Reader")
    let (device, agent, trust) = (
      made.path("device"), made.path("agent"), made.path("authority.pem")
    )
    let (peer, port) = try await simulate([
      "--tls", "127.0.0.1:0", "--certificate", device + ".pem", "--key", device + ".key", "--trust",
      trust,
    ])
    let trial = try Tool.run(
      built: "lotline",
      [
        "profile", "test", "servo-drive", "--profiles", Self.profiles, "--tls", "localhost:\(port)",
        "--certificate", agent + ".pem", "--key", agent + ".key", "--trust", trust, "--unit", "7",
        "--in-flight",
      ]
    )
    #expect(trial.output.contains("signals, all good."), "\(trial.output)")
    #expect(trial.output.contains("16 in flight"), "\(trial.output)")
    let client = try await peer.line { $0.hasPrefix("Client") }
    #expect(client.hasPrefix("Client edge-1, role Reader, valid until "))
    let configuration = try made.folder.write(
      """
      agent: edge-test
      site: Plant 7
      stations: [{id: burn-in}]
      buses:
        - id: drives
          tls:
            address: "localhost:\(port)"
            certificate: agent.pem
            key: agent.key
            trust: authority.pem
      devices: [{id: drive-1, profile: servo-drive, bus: drives, unit: 7, station: burn-in}]
      profiles: \(Self.profiles)
      journal: {path: journal.sqlite}
      """,
      to: "agent.yaml"
    )
    let check = try Tool.run(built: "lotline", ["config", "check", configuration])
    #expect(check.status == 0, "\(check.output)")
    #expect(
      check.output.hasPrefix("Bus drives: certificate of edge-1, role Reader, valid until "),
      "\(check.output)"
    )
    let configured = try Tool.run(
      built: "lotline",
      ["profile", "test", "--config", configuration, "--device", "drive-1"]
    )
    #expect(configured.output.contains("signals, all good."), "\(configured.output)")
  }

  @Test("A device behind a device server is read, planned and tested")
  func rtuOverTCP() async throws {
    let (peer, port) = try await simulate(["--rtu-over-tcp", "127.0.0.1:0", "--baud", "115200"])
    for bus in [
      ["--rtu-over-tcp", "127.0.0.1:\(port)"],
      ["--bus", "rtu-over-tcp://127.0.0.1:\(port)?baud=115200"],
    ] {
      let trial = try Tool.run(
        built: "lotline",
        ["profile", "test", "servo-drive", "--profiles", Self.profiles, "--unit", "7"] + bus
      )
      #expect(trial.output.contains("signals, all good."), "\(trial.output)")
    }
    withExtendedLifetime(peer) {}
  }
}
