import DeviceSimulator
import Foundation
import Profiles
import Telemetry
import TestSupport
import Testing

@Suite("Modbus TCP simulator")
struct ModbusTCPSimulatorTests {
  private static let options = SimulationOptions(
    devices: [
      .init(profile: TestProfiles.oven), .init(profile: TestProfiles.environment, unit: UnitID(7)),
    ],
    carrier: .tcp(Endpoint(host: "127.0.0.1", port: 0)),
    seed: 5
  )

  private func poll(
    _ address: SimulationAddress,
    unit: Int = 1,
    type: String,
    at start: Int,
    count: Int
  ) async throws -> Poll {
    try await Poll(
      "-m tcp -p \(port(of: address)) 127.0.0.1",
      unit: unit,
      type: type,
      address: start,
      count: count
    )
  }

  @Test("mbpoll reads what the model shows, from two units of one endpoint")
  func mbpoll() async throws {
    let time = ManualTime()
    try await serving(Self.options, time: time) { address in
      time.advance(by: .seconds(77))
      let oven = ProcessModel(profile: TestProfiles.oven, seed: 5).values(at: .seconds(77))
      let named = Dictionary(
        uniqueKeysWithValues: zip(TestProfiles.oven.signalNames, oven.map(\.number))
      )
      let top = try await poll(address, type: "4", at: 20, count: 10)
      let expected = (1...10).compactMap { named["zone\($0).top.temperature"] ?? nil }
      #expect(top.values == expected.map { "\(Int(($0 * 10).rounded()))" }, "\(top.output)")
      let speed = try await poll(address, type: "4:hex", at: 60, count: 3)
      let bits = Float(try #require(named["conveyor.speed"] ?? nil)).bitPattern
      #expect(speed.values == [Self.hex(bits >> 16), Self.hex(bits & 0xFFFF), "0x0002"])
      let flags = try await poll(address, type: "1", at: 0, count: 4)
      #expect(flags.values.count == 4, "\(flags.output)")

      let room = ProcessModel(profile: TestProfiles.environment, seed: 5).values(at: .seconds(77))
      let humidity = try await poll(address, unit: 7, type: "3:float", at: 0, count: 1)
      let read = try #require(humidity.values.first.flatMap(Double.init), "\(humidity.output)")
      #expect(abs(read - (room[0].number ?? 0)) < 0.001)
    }
  }

  @Test("mbpoll sees an exception for an unmapped address and for an absent unit")
  func exceptions() async throws {
    try await serving(Self.options, time: ManualTime()) { address in
      let unmapped = try await poll(address, type: "4", at: 900, count: 2)
      #expect(unmapped.values.isEmpty)
      let process = try await errors(of: address, unit: 1, at: 900)
      #expect(process.contains("Illegal data address"), "\(process)")
      let absent = try await errors(of: address, unit: 9, at: 0)
      #expect(absent.contains("Target device failed to respond"), "\(absent)")
    }
  }

  @Test("A device alone at its endpoint answers as unit 255 too")
  func ownAddress() async throws {
    let options = SimulationOptions(
      devices: [.init(profile: TestProfiles.oven)],
      carrier: .tcp(Endpoint(host: "127.0.0.1", port: 0))
    )
    try await serving(options, time: ManualTime()) { address in
      let setpoints = try await poll(address, unit: 255, type: "4", at: 0, count: 3)
      #expect(setpoints.values == ["1100", "1300", "1500"])
    }
  }

  @Test("Requests sent in one piece are answered in their order")
  func pipelined() async throws {
    try await serving(Self.options, time: ManualTime()) { address in
      let client = try TCPClient(port: port(of: address))
      let requests: [UInt8] = (0..<50).flatMap { (index: Int) -> [UInt8] in
        [0, UInt8(index), 0, 0, 0, 6, 1, 3, 0, UInt8(index % 10), 0, 1]
      }
      try client.send(requests)
      let replies = try await client.receive(50 * 11)
      let numbers = stride(from: 0, to: replies.count, by: 11).map { Int(replies[$0 + 1]) }
      #expect(numbers == Array(0..<50))
    }
  }

  @Test("A client that speaks another protocol is closed, and others are served on")
  func garbage() async throws {
    try await serving(Self.options, time: ManualTime()) { address in
      let client = try TCPClient(port: port(of: address))
      try client.send(Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
      #expect(try await client.isClosedByServer())
      let setpoints = try await poll(address, type: "4", at: 0, count: 1)
      #expect(setpoints.values == ["1100"])
    }
  }

  @Test("A client that completes no request is closed, and no more are let in than allowed")
  func limits() async throws {
    let unit = try #require(SimulatedUnit(profile: TestProfiles.oven, seed: 1, start: .zero))
    let simulator = ModbusTCPSimulator(
      units: [try #require(UnitID(1)): unit],
      endpoint: Endpoint(host: "127.0.0.1", port: 0),
      time: ManualTime(),
      limits: .init(connections: 2, idle: .milliseconds(500))
    )
    try await serving({ ready in try await simulator.run(onReady: ready) }) { endpoint in
      let slow = try TCPClient(port: endpoint.port)
      try slow.send([0, 1, 0, 0, 0])
      let second = try TCPClient(port: endpoint.port)
      let third = try TCPClient(port: endpoint.port)
      #expect(try await third.isClosedByServer())
      #expect(try await slow.isClosedByServer())
      #expect(try await second.isClosedByServer())
      let next = try TCPClient(port: endpoint.port)
      try next.send([0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1])
      #expect(try await next.receive(11).suffix(2) == [0x04, 0x4C])
    }
  }

  @Test("An endpoint that is taken is an error that names it")
  func taken() async throws {
    try await serving(Self.options, time: ManualTime()) { address in
      let again = SimulationOptions(
        devices: [.init(profile: TestProfiles.oven)],
        carrier: .tcp(Endpoint(host: "127.0.0.1", port: port(of: address)))
      )
      let error = await #expect(throws: SimulationError.self) {
        try await Simulation(again, time: ManualTime()).run { _ in }
      }
      #expect(error?.description.contains("127.0.0.1:\(port(of: address))") == true)
    }
  }

  /// What mbpoll says on standard error.
  private func errors(of address: SimulationAddress, unit: Int, at start: Int) async throws
    -> String
  {
    try await shell(
      "mbpoll -m tcp -p \(port(of: address)) -a \(unit) -0 -r \(start) -t 4 -c 1 -1 127.0.0.1"
    )
  }

  private static func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return "0x" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
