import Profiles
import Telemetry
import Testing

@testable import DeviceSimulator

@Suite("Writes to a simulated unit")
struct ServerWriteTests {
  private static func unit() throws -> SimulatedUnit {
    let profile = try ProfileLoader.load(
      bytes: Array(
        """
        profile: machine
        title: Machine
        kind: other
        source: generic
        modbus: {order: ABCD}
        identify: {registers: [{table: holding, address: 9, type: uint16, equals: 77}]}
        groups:
          - name: g
            period: 1s
            signals:
              - {name: setpoint, table: holding, address: 0, type: int16, scale: 0.1, range: [0, 400]}
              - {name: count, table: holding, address: 1, type: uint32}
              - {name: fan, table: coil, address: 0}
              - {name: pump, table: coil, address: 1}
              - {name: reading, table: input, address: 0, type: int16}
        """.utf8
      ),
      file: "machine.yaml"
    )
    return try #require(SimulatedUnit(profile: profile, seed: 1, start: .zero))
  }

  @Test(
    "What is written is confirmed as the standard says, and stays whatever the process does",
    arguments: [
      ([0x06, 0, 0, 0x07, 0xD0], [3, 0, 0, 0, 1], [3, 2, 0x07, 0xD0]),
      ([0x10, 0, 1, 0, 2, 4, 0, 1, 0, 2], [3, 0, 1, 0, 2], [3, 4, 0, 1, 0, 2]),
      ([0x05, 0, 1, 0xFF, 0], [1, 0, 1, 0, 1], [1, 1, 1]),
      ([0x0F, 0, 0, 0, 2, 1, 0b10], [1, 0, 0, 0, 2], [1, 1, 0b10]),
    ] as [([UInt8], [UInt8], [UInt8])]
  )
  func held(write: [UInt8], read: [UInt8], reply: [UInt8]) throws {
    let unit = try Self.unit()
    #expect(unit.reply(to: write[...], at: .seconds(1)) == Array(write.prefix(5)))
    for second in [1, 2, 60] {
      #expect(unit.reply(to: read[...], at: .seconds(second)) == reply)
    }
  }

  @Test(
    "What is not there, or not as the standard says, is refused and changes nothing",
    arguments: [
      ([0x06, 0, 200, 0, 1], 2), ([0x05, 0, 9, 0xFF, 0], 2), ([0x10, 0, 9, 0, 1, 2, 0, 1], 2),
      ([0x05, 0, 0, 0x12, 0x34], 3), ([0x06, 0, 0, 0], 3), ([0x10, 0, 0, 0, 1, 2, 0], 3),
      ([0x10, 0, 0, 0, 0, 0], 3), ([0x0F, 0, 0, 0, 2, 2, 1], 3), ([0x06], 3),
    ] as [([UInt8], UInt8)]
  )
  func refused(write: [UInt8], code: UInt8) throws {
    let unit = try Self.unit()
    let all: [UInt8] = [3, 0, 0, 0, 3]
    let before = unit.reply(to: all[...], at: .seconds(1))
    #expect(unit.reply(to: write[...], at: .seconds(1)) == [write[0] | 0x80, code])
    #expect(unit.reply(to: all[...], at: .seconds(1)) == before)
  }
}
