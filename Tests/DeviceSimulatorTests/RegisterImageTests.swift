import DeviceSimulator
import Profiles
import Telemetry
import Testing

@Suite("Register image")
struct RegisterImageTests {
  private func registers(
    _ type: RegisterType,
    _ order: RegisterOrder,
    scaling: Scaling? = nil,
    names: [Int64: String] = [:],
    _ value: Value
  ) throws -> [UInt16] {
    let signal = TestProfiles.signal("x", at: 0, type, order: order, scaling: scaling, names: names)
    var image = RegisterImage(access: access([signal]))
    image.refresh([value])
    return Array(try #require(image.read(.holding, address: 0, count: type.registerCount)))
  }

  private func access(_ signals: [ModbusSignal]) -> ModbusAccess {
    ModbusAccess(groups: [ModbusScanGroup(name: "all", period: .seconds(1), signals: signals)])
  }

  @Test(
    "The four orders lay out a 32-bit number as their letters say",
    arguments: [
      (RegisterOrder.abcd, [0x1234, 0x5678]), (.cdab, [0x5678, 0x1234]),
      (.badc, [0x3412, 0x7856]), (.dcba, [0x7856, 0x3412]),
    ] as [(RegisterOrder, [UInt16])]
  )
  func orders(order: RegisterOrder, expected: [UInt16]) throws {
    #expect(try registers(.uint32, order, .integer(0x1234_5678)) == expected)
  }

  @Test("Types carry their numbers as the standards say")
  func types() throws {
    #expect(try registers(.int16, .abcd, .integer(-2)) == [0xFFFE])
    #expect(try registers(.int64, .abcd, .integer(-1)) == [0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF])
    #expect(try registers(.uint64, .cdab, .unsigned(1 << 63)) == [0, 0, 0, 0x8000])
    #expect(try registers(.float32, .abcd, .single(1.5)) == [0x3FC0, 0])
    #expect(try registers(.float64, .abcd, .real(-2)) == [0xC000, 0, 0, 0])
    #expect(try registers(.int16, .abcd, scaling: TestProfiles.tenths, .real(183.2)) == [1_832])
    #expect(try registers(.string(registers: 2), .abcd, .text("AbC")) == [0x4162, 0x4300])
    #expect(try registers(.uint16, .abcd, names: [7: "run"], .text("run")) == [7])
  }

  @Test("A value that the type cannot hold leaves the register as it was")
  func tooLarge() throws {
    #expect(try registers(.int16, .abcd, .integer(40_000)) == [0])
    #expect(try registers(.uint16, .abcd, names: [7: "run"], .text("walk")) == [0])
  }

  @Test("Bits share a register, and follow the word where a signal covers it as a whole")
  func bits() throws {
    var image = RegisterImage(
      access: access([
        TestProfiles.signal("a", at: 0, .bit(0)), TestProfiles.signal("b", at: 0, .bit(15)),
        TestProfiles.signal("word", at: 1, .uint16), TestProfiles.signal("c", at: 1, .bit(1)),
      ])
    )
    image.refresh([.flag(true), .flag(true), .integer(4), .flag(true)])
    #expect(image.read(.holding, address: 0, count: 2).map(Array.init) == [0x8001, 4])
    image.refresh([.flag(false), .flag(true), .integer(4), .flag(true)])
    #expect(image.read(.holding, address: 0, count: 1).map(Array.init) == [0x8000])
  }
}
