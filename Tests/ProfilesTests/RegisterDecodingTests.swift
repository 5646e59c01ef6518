import Telemetry
import TestSupport
import Testing

@testable import Profiles

private typealias Decoding = ModbusSignal.Decoding

@Suite("Register decoding")
struct RegisterDecodingTests {
  private func decimal(_ mantissa: Int64, _ places: Int) -> Scaling.Decimal {
    Scaling.Decimal(mantissa: mantissa, places: places)
  }

  @Test(
    "A number's registers are put in order by the letters that vendors use",
    arguments: [
      // 123456.789 as an IEEE 754 binary32 is 0x47F12065.
      (RegisterOrder.abcd, [0x47F1, 0x2065] as [UInt16]), (.cdab, [0x2065, 0x47F1]),
      (.badc, [0xF147, 0x6520]), (.dcba, [0x6520, 0xF147]),
    ]
  )
  func orders(order: RegisterOrder, registers: [UInt16]) {
    let decoding = Decoding(type: .float32, order: order)
    #expect(decoding.reading(from: registers, range: nil) == Reading(.single(123_456.789)))
  }

  @Test(
    "Wider numbers and texts follow the same two rules",
    arguments: [
      (RegisterOrder.abcd, [0x4142, 0x4344, 0x4546, 0x4748] as [UInt16]),
      (.cdab, [0x4748, 0x4546, 0x4344, 0x4142]), (.badc, [0x4241, 0x4443, 0x4645, 0x4847]),
      (.dcba, [0x4847, 0x4645, 0x4443, 0x4241]),
    ]
  )
  func wideOrders(order: RegisterOrder, registers: [UInt16]) {
    let number = Decoding(type: .int64, order: order)
    #expect(
      number.reading(from: registers, range: nil) == Reading(.integer(0x4142_4344_4546_4748))
    )
    let text = Decoding(type: .string(registers: 4), order: order)
    #expect(text.reading(from: registers, range: nil) == Reading(.text("ABCDEFGH")))
  }

  @Test("A single register honours the order of bytes")
  func singleRegister() {
    let decoding = Decoding(type: .uint16, order: .badc)
    #expect(decoding.reading(from: [0x3412], range: nil) == Reading(.integer(0x1234)))
    #expect(
      Decoding(type: .bit(8), order: .dcba).reading(from: [0x0001], range: nil)
        == Reading(.flag(true))
    )
  }

  @Test("A scaled value is the double nearest to the true decimal, for every 16-bit count")
  func exactScaling() {
    let tenths = Decoding(type: .int16, scaling: Scaling(scale: decimal(1, 1)))
    #expect(tenths.reading(from: [1_832], range: nil) == Reading(.real(183.2)))
    for raw in Int16.min...Int16.max {
      let reading = tenths.reading(from: [UInt16(bitPattern: raw)], range: nil)
      #expect(reading.value == .real(Double("\(raw)e-1") ?? .nan))
    }
  }

  @Test("Scale and offset are exact together")
  func offset() {
    let decoding = Decoding(
      type: .uint16,
      scaling: Scaling(scale: decimal(1, 2), offset: decimal(-40, 0))
    )
    #expect(decoding.reading(from: [6_531], range: nil) == Reading(.real(25.31)))
    let wide = Decoding(
      type: .uint64,
      scaling: Scaling(scale: decimal(.max, 15), offset: decimal(.max, 15))
    )
    let reading = wide.reading(from: [0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF], range: nil)
    #expect(reading.value?.number.map { abs($0 / 1.701411834604692e23 - 1) < 1e-12 } == true)
  }

  @Test("A scaled float is scaled as the decimal that it shows")
  func scaledFloat() {
    let decoding = Decoding(type: .float32, scaling: Scaling(scale: decimal(1, 1)))
    let bits = Float(183.2).bitPattern
    let registers = [UInt16(bits >> 16), UInt16(truncatingIfNeeded: bits)]
    #expect(decoding.reading(from: registers, range: nil) == Reading(.real(18.32)))
  }

  @Test("Unscaled numbers keep the kind that the device sent")
  func kinds() {
    let all: [UInt16] = [0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF]
    func value(_ type: RegisterType) -> Value? {
      Decoding(type: type).reading(from: Array(all.prefix(type.registerCount)), range: nil).value
    }
    #expect(value(.int16) == .integer(-1))
    #expect(value(.uint16) == .integer(65_535))
    #expect(value(.int32) == .integer(-1))
    #expect(value(.uint32) == .integer(4_294_967_295))
    #expect(value(.int64) == .integer(-1))
    #expect(value(.uint64) == .unsigned(.max))
    #expect(value(.bool) == .flag(true))
    #expect(value(.bit(15)) == .flag(true))
  }

  @Test("A code for no value, NaN and infinity are no value")
  func notAvailable() {
    let code = Decoding(
      type: .int16,
      scaling: Scaling(scale: decimal(1, 1)),
      notAvailable: [0x8000]
    )
    #expect(code.reading(from: [0x8000], range: -1e9...1e9) == Reading(.notAvailable))
    for bits: [UInt16] in [[0x7FC0, 0], [0x7F80, 0], [0xFF80, 0], [0x7F80, 1]] {
      #expect(
        Decoding(type: .float32).reading(from: bits, range: nil) == Reading(.notAvailable)
      )
    }
    #expect(
      Decoding(type: .float64).reading(from: [0x7FF8, 0, 0, 0], range: nil)
        == Reading(.notAvailable)
    )
  }

  @Test("A value out of range is bad, and kept as evidence")
  func outOfRange() {
    let decoding = Decoding(type: .int16, scaling: Scaling(scale: decimal(1, 1)))
    let reading = decoding.reading(from: [4_001], range: 0...400)
    #expect(reading == Reading(.outOfRange, evidence: .real(400.1)))
    #expect(decoding.reading(from: [4_000], range: 0...400) == Reading(.real(400)))
  }

  @Test("A 32-bit float on the edge of its range is within")
  func floatEdge() {
    let bits = Float(400.1).bitPattern
    let registers = [UInt16(bits >> 16), UInt16(truncatingIfNeeded: bits)]
    #expect(
      Decoding(type: .float32).reading(from: registers, range: 0...400.1).quality == .good
    )
  }

  @Test("A state is its name; a code without one is bad, with the code as evidence")
  func names() {
    let decoding = Decoding(type: .int16, names: [0: "off", -1: "fault"])
    #expect(decoding.reading(from: [0], range: nil) == Reading(.text("off")))
    #expect(decoding.reading(from: [0xFFFF], range: nil) == Reading(.text("fault")))
    #expect(
      decoding.reading(from: [7], range: nil) == Reading(.undefinedCode, evidence: .integer(7))
    )
  }

  @Test("A text ends at NUL, without its padding, and must be UTF-8")
  func texts() {
    let decoding = Decoding(type: .string(registers: 3))
    #expect(decoding.reading(from: [0x4142, 0x0043, 0x4445], range: nil) == Reading(.text("AB")))
    #expect(decoding.reading(from: [0x4120, 0x4220, 0x2020], range: nil) == Reading(.text("A B")))
    #expect(decoding.reading(from: [0xC3A9, 0x0000, 0x0000], range: nil) == Reading(.text("é")))
    #expect(decoding.reading(from: [0xFF41, 0, 0], range: nil).quality == .bad(.notUnderstood))
  }

  @Test("The wrong number of registers is never a value")
  func count() {
    #expect(
      Decoding(type: .int32).reading(from: [1], range: nil) == Reading(.malformedReply)
    )
  }

  // MARK: The inverse

  static let numberTypes: [RegisterType] = [
    .int16, .uint16, .int32, .uint32, .int64, .uint64, .float32, .float64,
  ]

  @Test(
    "What is encoded decodes to itself, for every type, order and scale",
    arguments: numberTypes,
    RegisterOrder.allCases
  )
  func inverse(type: RegisterType, order: RegisterOrder) {
    let scalings: [Scaling?] = [
      nil, Scaling(scale: decimal(1, 1)), Scaling(scale: decimal(25, 2), offset: decimal(-40, 0)),
      Scaling(scale: decimal(-1, 3), offset: decimal(1, 2)), Scaling(scale: decimal(1_000, 0)),
    ]
    var generator = SeededGenerator(seed: 7)
    for scaling in scalings {
      let decoding = Decoding(type: type, order: order, scaling: scaling)
      var edges: [[UInt16]] = [
        Array(repeating: 0, count: type.registerCount),
        Array(repeating: 0xFFFF, count: type.registerCount),
        order.registers(of: 1 << UInt64(type.bitCount - 1), count: type.registerCount),
        order.registers(of: (1 << UInt64(type.bitCount - 1)) - 1, count: type.registerCount),
      ]
      for _ in 0..<300 {
        edges.append(
          (0..<type.registerCount).map { _ in UInt16.random(in: 0 ... .max, using: &generator) }
        )
      }
      for registers in edges {
        let reading = decoding.reading(from: registers, range: nil)
        guard reading.quality.isGood, let value = reading.value else { continue }
        let encoded = decoding.registers(for: value)
        let again = encoded.map { decoding.reading(from: $0, range: nil) }
        #expect(again?.value == value, "\(registers) \(value) \(String(describing: scaling))")
      }
    }
  }

  @Test("Flags, names and texts are encoded too", arguments: RegisterOrder.allCases)
  func otherInverse(order: RegisterOrder) {
    let cases: [(Decoding, Value)] = [
      (Decoding(type: .bool, order: order), .flag(true)),
      (Decoding(type: .bit(3), order: order), .flag(true)),
      (Decoding(type: .bit(3), order: order), .flag(false)),
      (Decoding(type: .int16, order: order, names: [-2: "fault", 1: "run"]), .text("fault")),
      (Decoding(type: .string(registers: 5), order: order), .text("LF-SAC305")),
      (Decoding(type: .string(registers: 5), order: order), .text("")),
    ]
    for (decoding, value) in cases {
      let registers = decoding.registers(for: value)
      #expect(registers.map { decoding.reading(from: $0, range: nil) } == Reading(value))
    }
  }

  @Test("What does not fit is not encoded")
  func unfit() {
    let tenths = Decoding(type: .int16, scaling: Scaling(scale: decimal(1, 1)))
    #expect(tenths.registers(for: .real(3_276.8)) == nil)
    #expect(tenths.registers(for: .real(-3_276.8)) == [0x8000])
    #expect(tenths.registers(for: .real(183.24)) == [1_832])
    #expect(tenths.registers(for: .text("off")) == nil)
    #expect(Decoding(type: .uint16).registers(for: .integer(-1)) == nil)
    #expect(Decoding(type: .uint64).registers(for: .real(1e30)) == nil)
    let steep = Scaling(scale: decimal(.max, 0), offset: decimal(.min, 15))
    for number in [1e300, -1e38, 1e37, 1e-300, 0] {
      let registers = Decoding(type: .int64, scaling: steep).registers(for: .real(number))
      #expect((registers == nil) == (abs(number) > 9e37), "\(number)")
    }
    #expect(Decoding(type: .float32).registers(for: .real(1e300)) == nil)
    #expect(Decoding(type: .string(registers: 1)).registers(for: .text("abc")) == nil)
    #expect(Decoding(type: .uint16, names: [0: "off"]).registers(for: .text("on")) == nil)
  }
}
