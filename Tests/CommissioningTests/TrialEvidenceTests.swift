import Fieldbus
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Commissioning

/// How suggestions fare with many devices whose values are drawn.
@Suite("Suggestions over drawn devices")
struct TrialEvidenceTests {
  /// A device whose values are drawn, each within its range; `idle` of ten are noise around zero.
  private struct Device {
    var signals: [String] = []
    var words: [UInt16] = []

    init(count: Int, real: RegisterOrder, idle: Int, _ generator: inout SeededGenerator) throws {
      for index in 0..<count {
        let bounds: [Double] = [1, 50, 100, 400, 3_000]
        let bound = bounds[Int.random(in: 0..<bounds.count, using: &generator)]
        let isSigned = Bool.random(using: &generator)
        let lowest = isSigned ? -bound : 0
        var number = Double.random(in: lowest...bound, using: &generator)
        if Int.random(in: 0..<10, using: &generator) < idle {
          number = Double.random(in: 0...1, using: &generator) * bound * 1e-6
        }
        let (type, word, value): (RegisterType, String, Value) =
          switch Int.random(in: 0..<4, using: &generator) {
          case 0: (.int32, "int32", .integer(Int64(number)))
          case 1: (.float64, "float64", .real(number))
          default: (.float32, "float32", .single(Float(number)))
          }
        signals.append(
          "name: s\(index), table: holding, address: \(words.count), type: \(word), "
            + "range: [\(Int(lowest)), \(Int(bound))]"
        )
        words += try #require(ModbusSignal.Decoding(type: type, order: real).registers(for: value))
      }
    }
  }

  /// What is suggested for a device, by the orders that the profile states and the device has.
  private static func orders(
    _ device: Device,
    stated: RegisterOrder
  ) async throws -> [TrialSuggestion] {
    let text = Bench.text(device.signals, modbus: "order: \(stated.rawValue), max_gap: 0")
    let bus = TableBus(TrialTables([.init(table: .holding, address: 0, words: device.words)]))
    return try await Bench.trial(try Bench.profile("bench", text), bus).suggestions
      .filter { $0.kind == .order || $0.kind == .address }
  }

  @Test("A right profile is never doubted, not even of a machine that stands still")
  func right() async throws {
    var generator = SeededGenerator(seed: 3)
    for round in 0..<900 {
      let order = RegisterOrder.allCases[round % 4]
      let device = try Device(
        count: 1 + round % 12,
        real: order,
        idle: [0, 3, 10][round % 3],
        &generator
      )
      let found = try await Self.orders(device, stated: order)
      #expect(found.isEmpty, "\(device.signals) \(found)")
    }
  }

  @Test("A wrong order is found with eight values, and no other order is suggested for it")
  func wrong() async throws {
    var generator = SeededGenerator(seed: 5)
    var right = 0
    var total = 0
    for round in 0..<200 {
      let real = RegisterOrder.allCases[round % 4]
      let device = try Device(count: 8, real: real, idle: round % 2, &generator)
      for stated in RegisterOrder.allCases where stated != real {
        let found = try await Self.orders(device, stated: stated)
        let isRight = found.contains { $0.sentence.contains("write order: \(real.rawValue) in") }
        #expect(found.isEmpty || isRight, "\(stated) \(real): \(found)")
        right += isRight ? 1 : 0
        total += 1
      }
    }
    #expect(right * 100 >= total * 95, "\(right) of \(total)")
  }
}
