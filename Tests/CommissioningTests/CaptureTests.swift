import Fieldbus
import Foundation
import MarkedYAML
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Commissioning

/// Captures are kept, read back and replayed.
@Suite("Captures")
struct CaptureTests {
  private static let oven = """
    profile: oven
    title: Oven
    kind: other
    source: generic
    modbus: {order: CDAB, max_registers: 125, max_gap: 8}
    groups:
      - name: fast
        period: 1s
        signals:
          - {name: top, table: holding, address: 0, type: int16, scale: 0.1, range: [0, 400]}
          - {name: bottom, table: holding, address: 1, type: int16, scale: 0.1, range: [0, 400]}
          - {name: energy, table: holding, address: 6, type: uint64}
          - {name: flow, table: input, address: 0, type: float32}
          - {name: hood, table: discrete, address: 3}
      - name: slow
        period: 5s
        signals:
          - {name: recipe, table: holding, address: 20, type: string, length: 8}
          - {name: "on", table: holding, address: 3, type: uint16, values: {1: heating}}

    """

  private static func bus() throws -> TableBus {
    let flow = try #require(
      ModbusSignal.Decoding(type: .float32, order: .cdab).registers(for: .single(0.1))
    )
    return TableBus(
      TrialTables([
        .init(table: .holding, address: 0, words: (0..<30).map { $0 == 0 ? 1_832 : 4_100 + $0 }),
        .init(table: .holding, address: 20, words: [0x5341, 0x4309, 0x22E9, 0]),
        .init(table: .holding, address: 3, words: [1]),
        .init(table: .input, address: 0, words: flow),
        .init(table: .discrete, address: 0, words: Array(repeating: 1, count: 8)),
      ])
    )
  }

  /// A capture of the oven, as a file.
  private static func text() async throws -> String {
    let profile = try Bench.profile("oven", oven)
    let trial = try Trial(profile, unit: UnitID(17), bus: try bus(), time: ManualTime())
    let capture = try Capture(
      of: await trial.scanAll(),
      by: profile,
      unit: UnitID(17),
      origin: "tcp bench:502",
      identification: [Capture.Identity(object: "vendor", text: "Öfen \"&\" Co\u{1}")]
    )
    return capture.text
  }

  private static func findings(_ capture: String, _ profile: String) throws -> [Finding] {
    let (file, findings) = CaptureFile.load(bytes: Array(capture.utf8), file: "Captures/oven.yaml")
    guard let file else { return findings }
    return CaptureVerification.findings(of: file, with: try Bench.profile("oven", profile))
  }

  @Test("A capture is a file that people can read")
  func golden() async throws {
    let hash = try Bench.profile("oven", Self.oven).hash.description
    let text = try await Self.text().replacingOccurrences(of: hash, with: "HASH")
    try Bench.expect(text, matches: "oven.txt")
  }

  @Test("What is written is read back as it was, and verifies clean")
  func roundTrip() async throws {
    let text = try await Self.text()
    let (file, findings) = CaptureFile.load(bytes: Array(text.utf8), file: "oven.yaml")
    #expect(findings == [])
    #expect(file?.capture.text == text)
    #expect(file?.capture.identification.first?.text == "Öfen \"&\" Co\u{1}")
    #expect(try Self.findings(text, Self.oven) == [])
  }

  @Test("Another scale makes exactly its signals differ, each with its registers and both values")
  func scale() async throws {
    let changed = Self.oven.replacingOccurrences(
      of: "address: 1, type: int16, scale: 0.1",
      with: "address: 1, type: int16, scale: 0.01"
    )
    let found = try Self.findings(try await Self.text(), changed)
    #expect(found.map(\.code) == [.captureDiffers])
    #expect(
      found.first?.message
        == "bottom: holding 1 held 1005, which was out_of_range (410.1) and is 41.01; "
        + "correct the profile, or record again if the new value is right"
    )
    let line = try #require(found.first?.line)
    #expect(
      try await Self.text().split(separator: "\n", omittingEmptySubsequences: false)[line - 1]
        .contains("signal: bottom")
    )
  }

  @Test(
    "A profile that asks in another way still verifies",
    arguments: [
      "max_registers: 4, max_gap: 0", "max_registers: 125, max_gap: 100",
      "max_registers: 125, max_gap: 1",
    ]
  )
  func plan(limits: String) async throws {
    let changed = Self.oven.replacingOccurrences(of: "max_registers: 125, max_gap: 8", with: limits)
    #expect(changed != Self.oven)
    #expect(try Self.findings(try await Self.text(), changed) == [])
  }

  @Test("An address that was never captured, and a signal that came or went, are findings")
  func incomplete() async throws {
    let text = try await Self.text()
    let moved = Self.oven.replacingOccurrences(of: "address: 20", with: "address: 200")
    #expect(
      try Self.findings(text, moved).map(\.message) == [
        "recipe needs holding 200 to 203, which was never captured; record again, or correct the profile"
      ]
    )
    let renamed = Self.oven.replacingOccurrences(of: "name: hood", with: "name: hood.open")
    #expect(
      try Self.findings(text, renamed).map(\.code.name).sorted()
        == ["capture-foreign", "capture-incomplete"]
    )
    let other = Self.oven.replacingOccurrences(of: "profile: oven", with: "profile: other")
    let (file, _) = CaptureFile.load(bytes: Array(text.utf8), file: "Captures/oven.yaml")
    let foreign = CaptureVerification.findings(
      of: try #require(file),
      with: try Bench.profile("other", other)
    )
    #expect(foreign.map(\.code) == [.captureForeign])
  }

  @Test("A device that does not answer everything is not recorded")
  func unanswered() async throws {
    let profile = try Bench.profile("oven", Self.oven)
    let trial = try Trial(
      profile,
      unit: UnitID(1),
      bus: TableBus(TrialTables()),
      time: ManualTime()
    )
    let scans = await trial.scanAll()
    let error = #expect(throws: CaptureError.self) {
      try Capture(of: scans, by: profile, unit: UnitID(1), origin: "bench")
    }
    #expect(error?.description.contains("because group fast got no answer") == true)
  }

  @Test("A device of which no signal is good is not recorded")
  func nothingGood() async throws {
    let profile = try Bench.profile(
      "bench",
      Bench.text(["name: s, table: holding, address: 0, type: int16, range: [0, 1]"])
    )
    let bus = TableBus(TrialTables([.init(table: .holding, address: 0, words: [9])]))
    let trial = try Trial(profile, unit: UnitID(1), bus: bus, time: ManualTime())
    let scans = await trial.scanAll()
    #expect(throws: CaptureError.nothingGood) {
      try Capture(of: scans, by: profile, unit: UnitID(1), origin: "bench")
    }
  }

  @Test("A register that two groups read at two times has one value in the capture")
  func shared() async throws {
    let shared = Self.oven.replacingOccurrences(
      of: "{name: recipe,",
      with:
        "{name: again, table: holding, address: 0, type: int16, scale: 0.1, range: [0, 400]}\n      - {name: recipe,"
    )
    let profile = try Bench.profile("oven", shared)
    let bus = try Self.bus()
    let trial = try Trial(profile, unit: UnitID(1), bus: bus, time: ManualTime())
    let first = await trial.scan(0)
    bus.set([1_900], at: 0)
    let second = await trial.scan(1)
    let text = try Capture(of: [first, second], by: profile, unit: UnitID(1), origin: "bench").text
    #expect(
      text.contains("{signal: top, value: 190.0}") && text.contains("{signal: again, value: 190.0}")
    )
    #expect(try Self.findings(text, shared) == [])
  }

  @Test("A serial instrument's answer is kept with its bytes")
  func serial() async throws {
    let text = """
      profile: oven
      title: Gauge
      kind: other
      source: generic
      serial: {terminator: "\\r\\n"}
      groups:
        - name: torque
          period: 1s
          request: "?"
          timeout: 500ms
          pattern: '^(?<torque>-?[0-9.]+) °$'
          fields:
            - {name: torque, unit: N.m, range: [-10, 10]}

      """
    let profile = try Bench.profile("oven", text)
    let bus = TableBus(TrialTables(), answers: [Array("?\r\n".utf8): Array("4.25 ".utf8) + [0xB0]])
    let trial = try Trial(profile, unit: nil, bus: bus, time: ManualTime())
    let capture = try Capture(of: await trial.scanAll(), by: profile, unit: nil, origin: "bench")
    #expect(capture.text.contains(#"- {request: "?\r\n", answer: "4.25 \xB0"}"#))
    #expect(capture.text.contains("{signal: torque, value: 4.25}"))
    #expect(try Self.findings(capture.text, text) == [])
    let asked = text.replacingOccurrences(of: "request: \"?\"", with: "request: \"T\"")
    #expect(
      try Self.findings(capture.text, asked).map(\.message) == [
        "torque needs an answer to the group's request, which was never captured; record again, "
          + "or correct the profile"
      ]
    )
    let turned = text.replacingOccurrences(of: "[0-9.]+) °$", with: "[0-9.]+) °?.*x$")
    #expect(
      try Self.findings(capture.text, turned).map(\.message) == [
        #"torque: the answer was "4.25 \xB0", which was 4.25 and is not_understood; "#
          + "correct the profile, or record again if the new value is right"
      ]
    )
  }

  @Test("Numbers of every width are kept exactly")
  func exact() async throws {
    let cells: [(String, RegisterType, Value)] = [
      ("int64", .int64, .integer(.min)), ("uint64", .uint64, .unsigned(.max)),
      ("float64", .float64, .real(.leastNonzeroMagnitude)),
      ("float64", .float64, .real(-.greatestFiniteMagnitude)),
      ("float32", .float32, .single(.leastNonzeroMagnitude)),
      ("float32", .float32, .single(16_777_216)),
      ("float64", .float64, .real(0.1)), ("float64", .float64, .real(-0.0)),
    ]
    var words: [UInt16] = []
    var signals: [String] = []
    for (index, cell) in cells.enumerated() {
      signals.append("name: s\(index), table: holding, address: \(words.count), type: \(cell.0)")
      words += try #require(ModbusSignal.Decoding(type: cell.1).registers(for: cell.2))
    }
    let text = Bench.text(signals, name: "oven")
    let profile = try Bench.profile("oven", text)
    let bus = TableBus(TrialTables([.init(table: .holding, address: 0, words: words)]))
    let trial = try Trial(profile, unit: UnitID(1), bus: bus, time: ManualTime())
    let capture = try Capture(of: await trial.scanAll(), by: profile, unit: UnitID(1), origin: "b")
    #expect(try Self.findings(capture.text, text) == [])
    #expect(capture.text.contains("value: -9223372036854775808}"))
    #expect(capture.text.contains("value: 18446744073709551615}"))
  }
}
