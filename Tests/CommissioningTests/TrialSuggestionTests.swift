import Fieldbus
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Commissioning

/// What values suggest about a profile, and when they suggest nothing.
@Suite("Suggestions of a trial")
struct TrialSuggestionTests {
  /// Wide numbers as a device may have them.
  private static let wide: [(type: RegisterType, word: String, value: Value, range: String)] = [
    (.float32, "float32", .single(183.2), "[0, 400]"),
    (.float32, "float32", .single(21.71), "[-40, 120]"),
    (.float32, "float32", .single(-4.218), "[-50, 50]"),
    (.float32, "float32", .single(45.33), "[0, 100]"),
    (.int32, "int32", .integer(1_523), "[-6000, 6000]"),
    (.uint32, "uint32", .integer(70_123), "[0, 100000]"),
    (.float64, "float64", .real(1013.25), "[800, 1200]"),
    (.float32, "float32", .single(0.0371), "[0, 1]"),
  ]

  /// The signals of ``wide`` one after the other, as a profile states them.
  private static func signals(_ count: Int = wide.count) -> [String] {
    var address = 0
    return wide.prefix(count).enumerated().map { index, cell in
      defer { address += cell.type.registerCount }
      return "name: s\(index), table: holding, address: \(address), type: \(cell.word), "
        + "range: \(cell.range)"
    }
  }

  /// Their registers in an order.
  private static func bus(_ order: RegisterOrder) throws -> TableBus {
    var words: [UInt16] = []
    for cell in wide {
      let decoding = ModbusSignal.Decoding(type: cell.type, order: order)
      words += try #require(decoding.registers(for: cell.value))
    }
    return TableBus(TrialTables([TrialTables.Run(table: .holding, address: 0, words: words)]))
  }

  private static func suggestions(
    _ bus: TableBus,
    _ signals: [String],
    modbus: String = "order: ABCD",
    scans: Int = 1
  ) async throws -> [TrialSuggestion] {
    let profile = try Bench.profile("bench", Bench.text(signals, modbus: modbus))
    return try await Bench.trial(profile, bus, scans: scans).suggestions
  }

  @Test("The device's word order is suggested, whatever the profile states, and never another")
  func everyOrder() async throws {
    for stated in RegisterOrder.allCases {
      for real in RegisterOrder.allCases {
        let found = try await Self.suggestions(
          try Self.bus(real),
          Self.signals(),
          modbus: "order: \(stated.rawValue)"
        )
        let isRight = found.allSatisfy {
          $0.kind == .order
            && $0.sentence.hasPrefix("8 of 8 values are plausible with order: \(real.rawValue)")
            && $0.sentence.hasSuffix("write order: \(real.rawValue) in modbus:")
        }
        #expect(isRight && found.count == (stated == real ? 0 : 1), "\(stated) \(real): \(found)")
      }
    }
  }

  @Test("The sentence says how many values speak for the order, and how many against")
  func sentence() async throws {
    let found = try await Self.suggestions(try Self.bus(.cdab), Self.signals())
    #expect(
      found.map(\.sentence) == [
        "8 of 8 values are plausible with order: CDAB, 0 of 8 with ABCD: write order: CDAB in modbus:"
      ]
    )
  }

  @Test("One value alone is too thin to suggest an order")
  func oneValue() async throws {
    for order in RegisterOrder.allCases {
      let found = try await Self.suggestions(try Self.bus(order), Self.signals(1))
      #expect(!found.contains { $0.kind == .order }, "\(order): \(found)")
    }
  }

  @Test("Values that are zero in every order suggest nothing")
  func zeros() async throws {
    let bus = TableBus(
      TrialTables([.init(table: .holding, address: 0, words: Array(repeating: 0, count: 18))])
    )
    #expect(try await Self.suggestions(bus, Self.signals()) == [])
  }

  @Test("A device that is merely off suggests nothing")
  func noise() async throws {
    var generator = SeededGenerator(seed: 7)
    for round in 0..<200 {
      let words = (0..<18).map { _ in UInt16.random(in: 0...UInt16.max, using: &generator) }
      let bus = TableBus(TrialTables([.init(table: .holding, address: 0, words: words)]))
      let found = try await Self.suggestions(bus, Self.signals())
      #expect(!found.contains { $0.kind == .order || $0.kind == .address }, "\(round): \(found)")
    }
  }

  @Test("Right values that are small, negative or out of range once suggest no order")
  func rightProfile() async throws {
    let bus = try Self.bus(.abcd)
    let hot = try #require(
      ModbusSignal.Decoding(type: .float32).registers(for: .single(900))
    )
    bus.set(hot, at: 0)
    #expect(try await Self.suggestions(bus, Self.signals()) == [])
  }

  @Test("Registers that are one address lower suggest that the manual counts from 1")
  func shift() async throws {
    let signals = [(0, "[100, 200]"), (1, "[2000, 3000]"), (2, "[-50, -10]"), (3, "[7, 9]")]
      .map { "name: s\($0.0), table: holding, address: \(11 + $0.0), type: int16, range: \($0.1)" }
    let bus = TableBus(
      TrialTables([.init(table: .holding, address: 0, words: Array(repeating: 60_000, count: 30))])
    )
    bus.set([150, 2_500, UInt16(bitPattern: -20), 8], at: 10)
    let found = try await Self.suggestions(bus, signals)
    #expect(
      found.map(\.sentence) == [
        "4 of 4 values are plausible with every address one lower, 0 of 4 as it is: the manual may "
          + "count from 1: write address_base: 1 in modbus:, or lower the addresses"
      ]
    )
    let twice = Array(signals.prefix(2))
    #expect(try await Self.suggestions(bus, twice).isEmpty, "two values are too thin")
  }

  @Test("A device that may not be asked beside its signals is not")
  func unmapped() async throws {
    let bus = TableBus(TrialTables([.init(table: .holding, address: 11, words: [9, 9, 9])]))
    let signals = (0..<3).map {
      "name: s\($0), table: holding, address: \(11 + $0), type: int16, range: [100, 200]"
    }
    let profile = try Bench.profile("bench", Bench.text(signals))
    let trial = try Trial(profile, unit: UnitID(1), bus: bus, time: ManualTime())
    let scans = await trial.scanAll()
    _ = await trial.adjoining(scans)
    #expect(bus.asked.count == 3, "one scan, one address before it and one after")
    let bits = try Bench.profile(
      "bench",
      Bench.text(["name: s, table: coil, address: 5"])
    )
    bus.set([1], at: 5, in: .coil)
    let coils = try Trial(bits, unit: UnitID(1), bus: bus, time: ManualTime())
    _ = await coils.adjoining(await coils.scanAll())
    #expect(bus.asked.count == 4, "coils have no order, and nothing is asked beside them")
  }

  @Test("Numbers ten times too large suggest the scale, when all of them are")
  func scale() async throws {
    let signals = (0..<4).map {
      "name: s\($0), table: holding, address: \($0), type: int16, unit: Cel, range: [150, 300]"
    }
    let bus = TableBus(
      TrialTables([.init(table: .holding, address: 0, words: [1_832, 1_909, 2_455, 2_718])])
    )
    #expect(
      try await Self.suggestions(bus, signals).map(\.sentence) == [
        "4 of 4 values with scale: 1 lie outside of their range, and all would lie within it with "
          + "scale: 0.1: look up the decimals in the manual"
      ]
    )
    bus.set([183], at: 3)
    bus.set([191], at: 2)
    #expect(try await Self.suggestions(bus, signals).isEmpty, "two fit as they are")
  }

  @Test("A whole number that wraps around suggests its sign")
  func sign() async throws {
    let bus = TableBus(TrialTables([.init(table: .holding, address: 0, words: [65_530, 40_000])]))
    let signals = [
      "name: dew_point, table: holding, address: 0, type: uint16, range: [-100, 100]",
      "name: pressure, table: holding, address: 1, type: int16, range: [0, 50000]",
    ]
    #expect(
      try await Self.suggestions(bus, signals).map(\.sentence) == [
        "dew_point reads 65530, outside of -100.0 to 100.0, and would read -6 as int16: "
          + "write type: int16",
        "pressure reads -25536, outside of 0.0 to 50000.0, and would read 40000 as uint16: "
          + "write type: uint16",
      ]
    )
  }

  @Test("Values that leap about from scan to scan are not plausible, though each may be")
  func leaps() throws {
    let profile = try Bench.profile("bench", Bench.text(Self.signals(1)))
    let signal = try #require(profile.modbusSignals.first)
    #expect(TrialPlausibility.jumps([10, 390, 12, 380], of: signal))
    #expect(!TrialPlausibility.jumps([10, 390, 391, 392], of: signal), "a door was opened once")
    #expect(!TrialPlausibility.jumps([10, 12, 15, 12], of: signal))
  }
}
