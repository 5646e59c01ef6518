import Telemetry
import Testing

@testable import Profiles

@Suite("What is written to a signal")
struct SignalWritingTests {
  private static let tenths = Scaling(scale: Scaling.Decimal(mantissa: 1, places: 1))

  private static func signal(
    _ type: RegisterType,
    table: ModbusTable = .holding,
    scaling: Scaling? = nil,
    range: ClosedRange<Double>? = nil,
    notAvailable: Set<UInt64> = [],
    names: [Int64: String] = [:],
    order: RegisterOrder = .abcd
  ) -> ModbusSignal {
    ModbusSignal(
      signal: Signal(name: "s", range: range),
      location: ModbusLocation(table: table, address: 7, count: type.registerCount),
      decoding: ModbusSignal.Decoding(
        type: type,
        order: order,
        scaling: scaling,
        notAvailable: notAvailable,
        names: names
      )
    )
  }

  @Test(
    "A value becomes the registers that read as it",
    arguments: [
      (signal(.int16, scaling: tenths), .real(-12.5), .real(-12.5), [UInt16(bitPattern: -125)]),
      (signal(.int16, scaling: tenths), .text("183.2"), .real(183.2), [1_832]),
      (signal(.uint16), .integer(65_535), .integer(65_535), [65_535]),
      (signal(.uint32, order: .cdab), .text("65536"), .integer(65_536), [0, 1]),
      (signal(.float32), .text("183.2"), .single(183.2), [0x4337, 0x3333]),
      (signal(.float32, order: .cdab), .real(183.2), .single(183.2), [0x3333, 0x4337]),
      (signal(.bcd16), .integer(1_234), .integer(1_234), [0x1234]),
      (signal(.uint16, names: [0: "idle", 1: "run"]), .text("run"), .text("run"), [1]),
      (signal(.bool, table: .coil), .text("on"), .flag(true), [1]),
      (signal(.bool, table: .coil), .flag(false), .flag(false), [0]),
      (signal(.bool, table: .coil), .integer(1), .flag(true), [1]),
      (signal(.bool), .text("off"), .flag(false), [0]),
      (signal(.string(registers: 2)), .text("AB"), .text("AB"), [0x4142, 0]),
      (signal(.uint64), .text("18446744073709551615"), .unsigned(.max), [.max, .max, .max, .max]),
    ] as [(ModbusSignal, Value, Value, [UInt16])]
  )
  func written(signal: ModbusSignal, wanted: Value, value: Value, words: [UInt16]) throws {
    #expect(signal.objectionToWriting == nil)
    #expect(
      try signal.writable(wanted, within: nil) == WritableValue(value: value, words: words)
    )
  }

  @Test(
    "What the device cannot hold, or would hold otherwise, is refused with what would be right",
    arguments: [
      (signal(.int16, scaling: tenths), .real(183.24), "the nearest is 183.2"),
      (signal(.uint16), .real(5.7), "between two steps"),
      (signal(.uint16), .integer(-1), "does not fit into uint16"),
      (signal(.int16, scaling: tenths), .integer(4_000), "-3276.8 to 3276.7"),
      (signal(.uint16), .text("many"), "is no number"),
      (signal(.uint16), .text("1e3"), "is no number"),
      (signal(.uint16), .text("0x10"), "is no number"),
      (signal(.uint16), .text("nan"), "is no number"),
      (signal(.uint16), .text(""), "is no number"),
      (signal(.uint16), .text("5."), "is no number"),
      (signal(.uint16), .flag(true), "is no number"),
      (signal(.float32), .text("inf"), "is no number"),
      (signal(.float32), .real(1e300), "does not fit into float32"),
      (signal(.uint16, range: 0...400), .integer(401), "plausible range; write 0.0 to 400.0"),
      (signal(.uint16, notAvailable: [0x8000]), .integer(32_768), "when it has no value"),
      (signal(.uint16, names: [0: "idle", 1: "run"]), .text("halt"), "write one of idle, run"),
      (signal(.uint16, names: [0: "idle", 1: "run"]), .integer(1), "write one of idle, run"),
      (signal(.bool, table: .coil), .integer(2), "neither on nor off"),
      (signal(.bool, table: .coil), .text("yes"), "neither on nor off"),
      (signal(.string(registers: 1)), .text("ABC"), "does not fit"),
      (signal(.string(registers: 1)), .integer(7), "is no text"),
    ] as [(ModbusSignal, Value, String)]
  )
  func refused(signal: ModbusSignal, wanted: Value, part: String) {
    let objection = #expect(throws: WriteObjection.self) {
      try signal.writable(wanted, within: nil)
    }
    #expect(objection?.description.contains(part) == true, "\(objection?.description ?? "")")
  }

  @Test("The permit's range holds beside the profile's")
  func permitted() throws {
    let signal = Self.signal(.int16, scaling: Self.tenths, range: 0...400)
    #expect(try signal.writable(.integer(300), within: 20...300).words == [3_000])
    for value in [19.9, 300.1] {
      let objection = #expect(throws: WriteObjection.self) {
        try signal.writable(.real(value), within: 20...300)
      }
      #expect(objection?.description.contains("write 20.0 to 300.0") == true)
    }
  }

  @Test("A single float at a bound of the permit lies within")
  func bound() throws {
    #expect(try Self.signal(.float32).writable(.real(400.1), within: 0...400.1).words.count == 2)
  }

  @Test(
    "What Modbus cannot write, or not alone, can never be permitted",
    arguments: [
      (signal(.int16, table: .input), "input registers"),
      (signal(.bool, table: .discrete), "discrete inputs"),
      (signal(.bit(3)), "part of a register"), (signal(.bits(0...3)), "part of a register"),
      (signal(.string(registers: 124)), "123 at most"),
    ]
  )
  func never(signal: ModbusSignal, part: String) {
    #expect(signal.objectionToWriting?.contains(part) == true)
  }

  @Test("A range must be one that registers and profile can hold")
  func ranges() {
    let signal = Self.signal(.int16, scaling: Self.tenths, range: 0...400)
    #expect(signal.objection(toRange: 20...300) == nil)
    #expect(signal.objection(toRange: 20...4_000)?.contains("-3276.8 to 3276.7") == true)
    #expect(signal.objection(toRange: -5...300)?.contains("plausible range 0.0 to 400.0") == true)
    #expect(Self.signal(.bool, table: .coil).objection(toRange: 0...1) != nil)
    #expect(Self.signal(.uint16, names: [0: "idle"]).objection(toRange: 0...1) != nil)
  }
}
