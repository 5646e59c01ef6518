import NIOCore
import Telemetry
import TestSupport
import Testing

@testable import Fieldbus

/// One at a time, because the times of devices and bus are a few milliseconds.
@Suite("RTU over TCP, replies that come twice", .serialized)
struct RTUOverTCPCopyTests {
  @Test(
    "A reply that comes again after the next request left is never taken for its answer",
    arguments: [2, 10, 30]
  )
  func late(milliseconds: Int) async throws {
    let server = try await ScriptedDeviceServer { request in
      [.say(request.reply), .wait(.milliseconds(Int64(milliseconds))), .say(request.reply)]
    }
    let bus = bus(server)
    for round in UInt16(0)..<4 {
      let addresses = (0..<5).map { round * 500 + $0 * 100 }
      let outcomes = await bus.exchange(try asking(addresses))
      #expect(outcomes.map(\.registers) == addresses.map { [$0, $0 + 1] })
    }
    #expect(server.connections.value == 1)
    try await server.stop()
  }

  @Test("A reply that comes twice at once is read over one connection, nothing asked twice")
  func atOnce() async throws {
    let server = try await ScriptedDeviceServer { [.say($0.reply + $0.reply)] }
    let bus = bus(server)
    let addresses = (0..<12).map { UInt16($0 * 100) }
    let outcomes = await bus.exchange(try asking(addresses))
    #expect(outcomes.map(\.registers) == addresses.map { [$0, $0 + 1] })
    #expect(server.requests.value.map(\.address) == addresses)
    #expect(server.connections.value == 1)
    try await server.stop()
  }

  @Test("An answer that turns out to be a copy is asked again in the same scan")
  func takenBack() async throws {
    let isFirst = Locked(true)
    let server = try await ScriptedDeviceServer { request in
      guard request.address == 600 else { return [.say(request.reply)] }
      let strikes = isFirst.with { first in
        defer { first = false }
        return first
      }
      guard strikes else { return [.say(request.reply)] }
      // The answer of 500 again, and its own only then.
      let copy = request.frame([3, 4, 1, 244, 1, 245])
      return [.say(copy), .wait(.milliseconds(2)), .say(request.reply)]
    }
    let bus = bus(server)
    let trusted = (0..<5).map { UInt16($0 * 100) }
    #expect(await bus.exchange(try asking(trusted)).allSatisfy { $0.registers != nil })
    let addresses: [UInt16] = [500, 600, 700, 800, 900]
    let outcomes = await bus.exchange(try asking(addresses))
    #expect(outcomes.map(\.registers) == addresses.map { [$0, $0 + 1] })
    #expect(server.requests.value.count { $0.address == 600 } == 2)
    #expect(server.connections.value == 1)
    try await server.stop()
  }

  @Test("Another answer behind the answer has earlier ones of its kind asked again as well")
  func stray() async throws {
    let server = try await ScriptedDeviceServer { request in
      let other = request.frame([3, 4, 0, 77, 0, 78])
      return [.say(request.number == 1 ? request.reply + other : request.reply)]
    }
    let outcomes = await bus(server).exchange(try asking([10, 20, 30]))
    #expect(outcomes.map(\.registers) == [[10, 11], [20, 21], [30, 31]])
    #expect(server.requests.value.map(\.address) == [10, 20, 20, 30, 10])
    try await server.stop()
  }

  @Test("A doubtful confirmation of a write is bad and says why, and nothing is written twice")
  func writes() async throws {
    let server = try await ScriptedDeviceServer { request in
      guard request.pdu[0] == 6 else { return [.say(request.reply)] }
      let other = request.frame([6, 0, 9, 0, 1])
      return [.say(request.frame(request.pdu)), .wait(.milliseconds(2)), .say(other)]
    }
    let write = BusRequest.modbus(try writing(1, 8, .registers([3])))
    let outcomes = await bus(server).exchange([write] + (try asking([20])))
    #expect(outcomes[0].failure?.cause == .foreignReply)
    #expect(outcomes[0].failure?.detail.contains("more answers came than were asked for") == true)
    #expect(outcomes[1].registers == [20, 21])
    #expect(server.requests.value.count { $0.pdu[0] == 6 } == 1)
    try await server.stop()
  }

  private func bus(_ server: ScriptedDeviceServer) -> TCPBus {
    TCPBus(
      through: DeviceServer(Endpoint(host: "127.0.0.1", port: server.port)),
      timeout: .milliseconds(500),
      quiet: .milliseconds(50),
      time: SystemTime()
    )
  }
}
