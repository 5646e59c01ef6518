import Telemetry
import TestSupport
import Testing

@testable import Profiles

private typealias Decoding = ModbusSignal.Decoding

/// What holds for every type, order, scale and rounding.
@Suite("Properties of register coding")
struct CodecPropertyTests {
  private static let types: [RegisterType] = [
    .bool, .bit(0), .bit(9), .bit(15), .bits(0...3), .bits(4...15), .bits(7...7), .bits(0...15),
    .int16, .uint16, .int32, .uint32, .int64, .uint64, .float16, .float32, .float64, .bcd16, .bcd32,
    .bcd64, .string(registers: 1), .string(registers: 5),
  ]

  private static func decimal(_ mantissa: Int64, _ places: Int) -> Scaling.Decimal {
    Scaling.Decimal(mantissa: mantissa, places: places)
  }

  private static let scalings: [Scaling?] = [
    nil, Scaling(), Scaling(scale: decimal(1, 1)), Scaling(scale: decimal(1, 3), decimals: 1),
    Scaling(scale: decimal(25, 3), offset: decimal(-40, 0)),
    Scaling(scale: decimal(-3, 0), offset: decimal(5, 1), decimals: 0),
    Scaling(offset: decimal(5, 1), decimals: 0), Scaling(scale: decimal(1_000, 0)),
    Scaling(scale: decimal(7, 2), offset: decimal(1, 15), decimals: 15), Scaling(decimals: 2),
  ]

  private static func registers(
    of type: RegisterType,
    _ generator: inout SeededGenerator
  ) -> [UInt16] {
    (0..<type.registerCount).map { _ in
      if type.isBinaryCodedDecimal {
        return (0..<4).reduce(0) { word, _ in
          word << 4 | UInt16.random(in: 0...9, using: &generator)
        }
      }
      if case .string = type {
        let high = UInt16.random(in: 0x21...0x7E, using: &generator)
        return high << 8 | UInt16.random(in: 0x21...0x7E, using: &generator)
      }
      return UInt16.random(in: 0 ... .max, using: &generator)
    }
  }

  @Test(
    "What is encoded decodes to itself",
    arguments: types,
    RegisterOrder.allCases
  )
  func identity(type: RegisterType, order: RegisterOrder) {
    var generator = SeededGenerator(seed: 20_261_125)
    var count = 0
    for scaling in Self.scalings where scaling == nil || type.isInteger || type.isFloat {
      let decoding = Decoding(type: type, order: order, scaling: scaling)
      for _ in 0..<200 {
        let registers = Self.registers(of: type, &generator)
        guard let value = decoding.reading(from: registers, range: nil).value else { continue }
        let again = decoding.registers(for: value).map { decoding.reading(from: $0, range: nil) }
        #expect(again == Reading(value), "\(registers) \(value) \(String(describing: scaling))")
        count += 1
      }
    }
    #expect(count >= 150)
  }

  @Test(
    "Registers of unscaled numbers are the same again, bit for bit",
    arguments: types,
    RegisterOrder.allCases
  )
  func sameRegisters(type: RegisterType, order: RegisterOrder) {
    var generator = SeededGenerator(seed: 3)
    let decoding = Decoding(type: type, order: order)
    for _ in 0..<300 {
      let registers = Self.registers(of: type, &generator)
      guard type != .bool, let value = decoding.reading(from: registers, range: nil).value else {
        continue
      }
      var expected = registers
      if type.registerCount == 1, type.mask != .max {
        let bits = order.bits(of: registers) & UInt64(type.mask)
        expected = order.registers(of: bits, count: 1)
      }
      #expect(decoding.registers(for: value) == expected, "\(value)")
    }
  }

  @Test("A rounded value is the decimal with so many places, half away from zero")
  func rounding() {
    var generator = SeededGenerator(seed: 8)
    for places in 0...4 {
      let scaling = Scaling(scale: Self.decimal(1, 4), decimals: places)
      let decoding = Decoding(type: .int32, scaling: scaling)
      for _ in 0..<500 {
        let raw = Int32.random(in: -2_000_000...2_000_000, using: &generator)
        // By whole numbers, so that no float takes part.
        let unit = [10_000, 1_000, 100, 10, 1][places]
        let steps = (Int(raw.magnitude) + unit / 2) / unit
        let text = "\(raw < 0 ? "-" : "")\(steps)e-\(places)"
        let registers = RegisterOrder.abcd.registers(
          of: UInt64(UInt32(bitPattern: raw)),
          count: 2
        )
        let value = decoding.reading(from: registers, range: nil).value
        #expect(value == Double(text).map { .real($0 == 0 ? 0 : $0) }, "\(raw) \(places)")
      }
    }
  }

  @Test("Four bits that are no decimal digit are not a number", arguments: [1, 2, 4])
  func noDigits(count: Int) {
    let type: RegisterType = count == 1 ? .bcd16 : count == 2 ? .bcd32 : .bcd64
    for place in 0..<(count * 4) {
      for digit in UInt64(10)...15 {
        let registers = RegisterOrder.abcd.registers(of: digit << UInt64(place * 4), count: count)
        let reading = Decoding(type: type).reading(from: registers, range: nil)
        #expect(reading.quality == .bad(.notUnderstood), "\(registers)")
      }
    }
  }
}
