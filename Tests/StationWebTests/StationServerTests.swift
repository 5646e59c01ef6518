import Logging
import StationWeb
import Telemetry
import TestSupport
import Testing

@Suite("Station server")
struct StationServerTests {
  private func server(_ host: String, port: Int = 0) -> StationServer {
    StationServer(
      address: Endpoint(host: host, port: port),
      service: FakeStation(),
      time: SystemTime(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
  }

  @Test(
    "Connections take a quarter of the descriptors that a process may have, and 128 at most",
    arguments: [(64, 16), (8, 4), (256, 64), (1_024, 128), (Int.max, 128)]
  )
  func connections(_ descriptors: Int, _ expected: Int) {
    #expect(StationServer.connections(ofDescriptors: descriptors) == expected)
  }

  @Test("A port that is taken is told in words")
  func taken() async throws {
    try await Served.with { served in
      let second = server("127.0.0.1", port: served.port)
      let address = Endpoint(host: "127.0.0.1", port: served.port)
      let error = await #expect(throws: StationServerError.self) { try await second.run() }
      #expect(error == .addressTaken(address))
      #expect(error?.description.contains("127.0.0.1:\(served.port)") == true)
      await #expect(throws: StationServerError.self) { try await second.port }
    }
  }

  @Test("An address that other machines can reach is refused", arguments: ["0.0.0.0", "10.0.0.1"])
  func notLoopback(host: String) async {
    await #expect(throws: StationServerError.notLoopback(Endpoint(host: host, port: 0))) {
      try await server(host).run()
    }
  }
}
