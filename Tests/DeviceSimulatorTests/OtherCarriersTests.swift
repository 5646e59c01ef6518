import DeviceSimulator
import Fieldbus
import Foundation
import Telemetry
import TestSupport
import Testing
import TransportSecurity

/// RTU over TCP read by pymodbus, TLS by a client on Python's ssl.
@Suite("Simulated devices behind a device server, and over TLS", .serialized)
struct OtherCarriersTests {
  private static let endpoint = Endpoint(host: "127.0.0.1", port: 0)

  private func serving<Result: Sendable>(
    _ carrier: SimulationOptions.Carrier,
    onClient: @escaping @Sendable (CertificateDetails) -> Void = { _ in },
    _ body: @escaping @Sendable (Int) async throws -> Result
  ) async throws -> Result {
    let options = SimulationOptions(
      devices: [.init(profile: TestProfiles.oven, unit: UnitID(3))],
      carrier: carrier,
      seed: 5
    )
    let simulation = try Simulation(options, time: ManualTime())
    return try await DeviceSimulatorTests.serving { ready in
      try await simulation.run(onClient: onClient) { ready($0) }
    } _: { (address: SimulationAddress) in
      switch address.place {
      case .tcp(let endpoint), .tls(let endpoint), .rtuOverTCP(let endpoint):
        return try await body(endpoint.port)
      case .rtu, .serial: throw ServerEnded()
      }
    }
  }

  private static func read(
    _ kind: String,
    port: Int,
    unit: Int = 3,
    _ more: [String] = []
  ) async throws -> String {
    let client = try PeerProcess(
      script: "modbus_client.py",
      [kind, "\(port)", "\(unit)", "0", "10"] + more
    )
    return try await client.finish().output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @Test("A device server's client reads what a client of Modbus TCP reads")
  func rtuOverTCP() async throws {
    let expected = try await serving(.tcp(Self.endpoint)) { try await Self.read("tcp", port: $0) }
    #expect(expected.split(separator: " ").count == 10, "\(expected)")
    for baud in [nil, 19_200] {
      let found = try await serving(.rtuOverTCP(Self.endpoint, baud: baud)) { port in
        try await Self.read("rtu_over_tcp", port: port)
      }
      #expect(found == expected)
    }
  }

  @Test("A client with a certificate reads, and its role is told; one without is sent away")
  func tls() async throws {
    let made = try TestCertificates(role: "Maintenance")
    let expected = try await serving(.tcp(Self.endpoint)) { try await Self.read("tcp", port: $0) }
    let clients = Locked<[CertificateDetails]>([])
    let carrier = SimulationOptions.Carrier.tls(Self.endpoint, try made.files("device"))
    let (found, refused) = try await serving(carrier) { client in
      clients.with { $0.append(client) }
    } _: { port in
      let authority = made.path("authority.pem")
      return (
        try await Self.read(
          "tls",
          port: port,
          [made.path("agent.pem"), made.path("agent.key"), authority]
        ),
        try await Self.read("tls", port: port, ["none", "none", authority])
      )
    }
    #expect(found == expected)
    #expect(refused.hasPrefix("failed:"), "\(refused)")
    #expect(clients.value.map(\.role) == ["Maintenance"])
    #expect(clients.value.map(\.subject) == ["edge-1"])
  }

  @Test("Eight requests in flight over TLS are answered, each with its own values")
  func pipelined() async throws {
    let made = try TestCertificates()
    let (device, agent) = (try made.files("device"), try made.files("agent"))
    let unit = try #require(UnitID(3))
    let blocks: [UInt16] = [0, 20, 40, 0, 20, 40]
    let requests = blocks.flatMap { Array($0..<$0 + 10) }.compactMap { address in
      ModbusRequest(unit: unit, table: .holding, address: address, count: 1)
        .map(BusRequest.modbus)
    }
    let (found, expected) = try await serving(.tls(Self.endpoint, device)) { port in
      let server = SecureEndpoint(Endpoint(host: "localhost", port: port), files: agent)
      var results: [[Result<BusReply, BusFailure>]] = []
      for inFlight in [8, 1] {
        let bus = makeBus(
          .tls(server),
          timeout: .seconds(20),
          maximumInFlight: inFlight,
          firstTransaction: 65_500,
          time: SystemTime()
        )
        results.append(await bus.exchange(requests).map(\.result))
        await bus.close()
      }
      return (results[0], results[1])
    }
    #expect(found == expected)
    #expect(found.allSatisfy { if case .success = $0 { true } else { false } })
    #expect(Set(found.map { "\($0)" }).count > 10)
  }

  @Test("A file that cannot be used ends the simulation before it begins, with the sentence")
  func unusable() throws {
    let made = try TestCertificates()
    let files = try made.files("device", key: "agent")
    let options = SimulationOptions(
      devices: [.init(profile: TestProfiles.oven)],
      carrier: .tls(Self.endpoint, files)
    )
    let error = #expect(throws: SimulationError.self) {
      _ = try Simulation(options, time: ManualTime())
    }
    #expect(
      error?.description
        == "\(made.path("agent.key")) is not the key of \(made.path("device.pem")); "
        + "name the key that its request was made with"
    )
  }
}
