import Telemetry
import Testing

@testable import Profiles

@Suite("Serial lines")
struct LineDecoderTests {
  private func group(
    _ pattern: String,
    _ fields: [SerialField],
    example: String? = nil
  ) -> SerialScanGroup {
    SerialScanGroup(
      name: "g",
      period: .seconds(1),
      request: [],
      timeout: .seconds(1),
      pattern: pattern,
      errorPattern: #"ERR [0-9]+"#,
      example: example,
      fields: fields
    )
  }

  private func field(
    _ capture: String,
    _ kind: SerialField.Kind = .number,
    range: ClosedRange<Double>? = nil,
    scaling: Scaling? = nil
  ) -> SerialField {
    SerialField(
      signal: Signal(name: capture, range: range),
      capture: capture,
      kind: kind,
      scaling: scaling,
      notAvailable: ["----", "OVER"]
    )
  }

  @Test(
    "A line is understood as a whole, or not at all",
    arguments: [
      ("O2 512.4 ppm", Reading(.real(512.4))), ("O2 512 ppm\r\n", Reading(.integer(512))),
      ("O2 -0.5 ppm", Reading(.outOfRange, evidence: .real(-0.5))),
      ("O2 ---- ppm", Reading(.notAvailable)), ("O2  OVER ppm", Reading(.notAvailable)),
      ("O2 +7 ppm", Reading(.integer(7))), ("O2 5e2 ppm", Reading(.real(500))),
      ("O2 0x10 ppm", Reading(.notUnderstood, evidence: .text("0x10"))),
      ("O2 nan ppm", Reading(.notUnderstood, evidence: .text("nan"))),
      ("O2 1,5 ppm", Reading(.notUnderstood, evidence: .text("1,5"))),
      ("O2 512.4 ppm ", Reading(.notUnderstood)), ("xO2 512.4 ppm", Reading(.notUnderstood)),
      ("", Reading(.notUnderstood)), ("ERR 17", Reading(.deviceError)),
    ]
  )
  func lines(line: String, expected: Reading) throws {
    let decoder = try LineDecoder(group("O2 +(?<o2>.+) ppm", [field("o2", range: 0...1e6)]))
    #expect(decoder.readings(from: Array(line.utf8)) == [expected])
  }

  @Test("Fields come in the order of the profile, with their kinds")
  func fields() throws {
    let decoder = try LineDecoder(
      group(#"(?<a>\S+) (?<b>\S+)( (?<c>\S+))?"#, [field("c"), field("b", .text), field("a")])
    )
    #expect(
      decoder.readings(from: Array("1.5 Nm".utf8))
        == [Reading(.notAvailable), Reading(.text("Nm")), Reading(.real(1.5))]
    )
  }

  @Test("A degree sign in Latin-1 is understood")
  func latin() throws {
    let decoder = try LineDecoder(group("(?<t>[0-9.]+)°C", [field("t")]))
    #expect(decoder.readings(from: [0x32, 0x31, 0xB0, 0x43]) == [Reading(.integer(21))])
  }

  @Test("A scaled field is exact")
  func scaled() throws {
    let scaling = Scaling(scale: Scaling.Decimal(mantissa: 1, places: 1))
    let decoder = try LineDecoder(group("(?<t>[0-9]+)", [field("t", scaling: scaling)]))
    #expect(decoder.readings(from: Array("1832".utf8)) == [Reading(.real(183.2))])
  }

  @Test("Noise without an end is not searched for a pattern")
  func long() throws {
    let decoder = try LineDecoder(group("(?<t>[0-9]+)", [field("t")]))
    let noise = [UInt8](repeating: 0x31, count: LineDecoder.maximumLength + 1)
    #expect(decoder.readings(from: noise) == [Reading(.notUnderstood)])
  }

  @Test("A pattern that is wrong, or lacks a field, is refused with its reason")
  func patterns() {
    let wrong = #expect(throws: LinePatternError.self) { try LineDecoder(group("(?<t>", [])) }
    #expect(wrong?.description.hasPrefix("(?<t> is not a regular expression: ") == true)
    #expect(throws: LinePatternError.missingGroup("t", pattern: "(?<x>a)")) {
      try LineDecoder(group("(?<x>a)", [field("t")]))
    }
  }
}
