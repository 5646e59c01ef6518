import Foundation
import Telemetry
import TestSupport
import Testing

@Suite("Frame coding")
struct FrameCodingTests {
  private func encode(_ readings: [Reading], bindings: [Bound] = [9]) -> [UInt8] {
    let frame = Frame(
      at: Instant(microseconds: 0),
      spanMicroseconds: 1,
      layout: 5,
      bindings: bindings,
      readings: readings
    )
    return FrameCoding.encode(frame, seq: 12)
  }

  private func roundTrip(_ readings: [Reading], bindings: [Bound] = [9]) throws -> Frame {
    let record = try RecordCoding.decode(encode(readings, bindings: bindings))
    guard case .frame(let frame) = record.content else { throw CancellationError() }
    return frame
  }

  /// How a value stands in `v`.
  private func text(_ value: Value) throws -> String {
    let line = String(decoding: encode([Reading(value)]), as: UTF8.self)
    let tail = try #require(line.components(separatedBy: #""v":["#).last)
    return String(tail.dropLast(2))
  }

  @Test("Values with up to three decimals are written with the digits of the general conversion")
  func thousandths() throws {
    for thousandths in stride(from: 1, to: 1_100_000, by: 7) {
      let single = Float(thousandths) / 1_000
      let real = Double(thousandths) / -1_000
      guard try text(.single(single)) != single.description || text(.real(real)) != real.description
      else { continue }
      Issue.record("\(thousandths): \(try text(.single(single))), \(try text(.real(real)))")
      return
    }
  }

  @Test(
    "Values are written with their shortest digits",
    arguments: [
      (.single(183.2), "183.2"), (.single(-0.5), "-0.5"), (.single(0), "0.0"),
      (.single(-0.0), "-0.0"), (.single(1_234.5), "1234.5"), (.single(16_777_216), "16777216.0"),
      (.single(.greatestFiniteMagnitude), "3.4028235e+38"),
      (.single(.leastNonzeroMagnitude), "1e-45"),
      (.real(0.1), "0.1"), (.real(1.0 / 3), "0.3333333333333333"), (.real(-0.0), "-0.0"),
      (.real(0.001), "0.001"), (.real(0.0005), "0.0005"), (.real(1e300), "1e+300"),
      (.real(999_999_999.999), "999999999.999"), (.real(.leastNonzeroMagnitude), "5e-324"),
      (.integer(.min), "-9223372036854775808"), (.integer(.max), "9223372036854775807"),
      (.integer(0), "0"), (.integer(-1), "-1"), (.integer(10), "10"),
      (.integer(99_999_999), "99999999"),
      (.integer(100_000_000), "100000000"),
      (.integer(1_000_000_000_000_000_000), "1000000000000000000"),
      (.unsigned(1 << 63), "9223372036854775808"), (.unsigned(.max), "18446744073709551615"),
      (.unsigned(10_000_000_000_000_000_000), "10000000000000000000"),
      (.flag(true), "true"), (.flag(false), "false"),
      (.text(""), #""""#), (.text("a\"b\\c/d"), #""a\"b\\c/d""#),
      (.text("\n\t\u{0}\u{1F}\u{7F}"), "\"\\u000a\\u0009\\u0000\\u001f\u{7F}\""),
      (.text("µm 部品 🙂"), "\"µm 部品 🙂\""),
    ] as [(Value, String)]
  )
  func digits(value: Value, expected: String) throws {
    #expect(try text(value) == expected)
    let read = try #require(try roundTrip([Reading(value)]).readings.first?.value)
    switch value {
    case .single(let single): #expect(read == .real(try #require(Double(single.description))))
    default: #expect(read == value)
    }
    if case .real(let real) = read, case .real(let written) = value {
      #expect(real.sign == written.sign)
    }
  }

  @Test("Every cause reads back, alone, for all readings, and beside good ones")
  func qualities() throws {
    let causes: [Cause] =
      [
        .timeout, .checksum, .foreignReply, .malformedReply, .noConnection, .outOfRange,
        .notAvailable, .undefinedCode, .notUnderstood, .deviceError, .stale, .frozen, .restarted,
      ] + (1...255).map { .exception($0) }
    for cause in causes {
      for readings in [
        [Reading(cause)], [Reading(cause), Reading(cause)],
        [Reading(.integer(1)), Reading(cause)],
        [Reading(cause, evidence: .integer(7)), Reading(.timeout), Reading(.integer(2))],
      ] {
        #expect(try roundTrip(readings).readings == readings)
      }
    }
  }

  @Test("Bindings may be none, several, or missing")
  func bindings() throws {
    let all: [[Bound]] = [
      [], [nil], [1], [nil, 7, nil], [.one(.max)], [.several([1, 2])],
      [nil, .several([3, 5, .max]), 4],
    ]
    for bindings in all {
      #expect(try roundTrip([], bindings: bindings).bindings == bindings)
    }
  }

  @Test("Crews are there where somebody is, and no crew at all is no member")
  func crews() throws {
    for crews in [[], [3], [nil, 7], [2, nil, .max]] as [[Int?]] {
      let frame = Frame(
        at: Instant(microseconds: 1),
        spanMicroseconds: 1,
        layout: 1,
        bindings: crews.map { _ in nil },
        crews: crews,
        readings: [Reading(.integer(1))]
      )
      let bytes = FrameCoding.encode(frame, seq: 12)
      #expect(try RecordCoding.decode(bytes).content == .frame(frame))
      #expect(String(decoding: bytes, as: UTF8.self).contains("crew") == !crews.isEmpty)
    }
  }

  @Test(
    "Several bindings that are one, none or out of order are refused",
    arguments: ["[]", "[1]", "[2,1]", "[1,1]", "[1,null,2]", "[1,2"]
  )
  func badBindings(bound: String) {
    let text =
      #"{"type":"frame","seq":1,"at":"2026-11-24T21:11:07.000000Z","span":1,"layout":1,"#
      + #""bind":[\#(bound)],"v":[1]}"#
    #expect(throws: RecordCodingError.self) { try RecordCoding.decode(Array(text.utf8)) }
  }

  @Test("Scans that were left out before a frame are counted in it, and no such count is no member")
  func skipped() throws {
    for count in [0, 1, 59, Int.max] {
      let frame = try roundTrip([Reading(.integer(1))]).with(skipped: count)
      let bytes = FrameCoding.encode(frame, seq: 12)
      #expect(try RecordCoding.decode(bytes).content == .frame(frame))
      #expect(String(decoding: bytes, as: UTF8.self).contains("skipped") == (count > 0))
    }
  }

  @Test("A count of scans that is not above 0 is refused", arguments: ["0", "-1", "1.5", "null"])
  func badSkipped(count: String) {
    let text =
      #"{"type":"frame","seq":1,"at":"2026-11-24T21:11:07.000000Z","span":1,"layout":1,"#
      + #""skipped":\#(count),"bind":[],"v":[1]}"#
    #expect(throws: RecordCodingError.self) { try RecordCoding.decode(Array(text.utf8)) }
  }

  @Test("Twenty thousand frames of random readings read back", arguments: [1, 2])
  func random(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<10_000 {
      let readings = (0..<Int.random(in: 0...6, using: &random)).map { _ in
        random.reading()
      }
      let read = try roundTrip(readings).readings
      guard read == readings.map(\.asRead) else {
        Issue.record("\(read) is not \(readings)")
        return
      }
    }
  }

  @Test("Foundation's JSON parser reads every frame to the same values")
  func foundation() throws {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<500 {
      let readings = (0..<5).map { _ in random.reading() }
      let object = try JSONSerialization.jsonObject(with: Data(encode(readings)))
      let values = try #require((object as? [String: Any])?["v"] as? [Any])
      for (value, reading) in zip(values, readings) {
        switch reading.value {
        case nil: #expect(value is NSNull)
        case .text(let text): #expect(value as? String == text)
        case .flag(let flag): #expect(value as? Bool == flag)
        case .integer(let integer): #expect((value as? NSNumber)?.int64Value == integer)
        case .real(let real):
          // Foundation on Linux reads long decimals a few units in the last place off.
          let read = try #require((value as? NSNumber)?.doubleValue)
          #expect(abs(read - real) <= abs(real) * 1e-14)
        default: break
        }
      }
    }
  }

  @Test("A frame cut at any byte is refused")
  func cut() {
    let bytes = encode([Reading(.single(183.2)), Reading(.timeout), Reading(.text("é"))])
    for length in 0..<bytes.count {
      #expect(throws: RecordCodingError.self) { try RecordCoding.decode(Array(bytes[..<length])) }
    }
    #expect(throws: RecordCodingError.self) { try RecordCoding.decode(bytes + [0x20]) }
  }

  @Test(
    "Values that JSON does not know are refused",
    arguments: [
      "01", "+1", "1.", ".5", "1e", "--1", "1e400", "nan", "NaN", "inf", "0x10", "tru", "nul",
      "1.2.3", "\"\\n\"", "\"\\u0041\"", "\"\\u00+1\"", "'a'", "\"a", "[1]",
      "99999999999999999999e",
    ]
  )
  func strict(value: String) {
    let text =
      #"{"type":"frame","seq":1,"at":"2026-11-24T21:11:07.000000Z","span":1,"layout":1,"#
      + #""bind":[],"v":[\#(value)]}"#
    #expect(throws: RecordCodingError.self) { try RecordCoding.decode(Array(text.utf8)) }
  }

  @Test("Text that is not UTF-8 is refused")
  func notUTF8() throws {
    var bytes = encode([Reading(.text("é"))])
    let position = try #require(bytes.firstIndex(of: 0xC3))
    bytes[position] = 0xFF
    #expect(throws: RecordCodingError.self) { try RecordCoding.decode(bytes) }
  }

  @Test(
    "A quality that fits no reading is refused",
    arguments: [#""q":{"1":"timeout"}"#, #""q":{"-1":"timeout"}"#, #""q":"sad""#, #""q":{}"#]
  )
  func badQuality(member: String) {
    let text =
      #"{"type":"frame","seq":1,"at":"2026-11-24T21:11:07.000000Z","span":1,"layout":1,"#
      + #""bind":[],"v":[1],\#(member)}"#
    #expect(throws: RecordCodingError.self) { try RecordCoding.decode(Array(text.utf8)) }
  }
}

extension SeededGenerator {
  fileprivate mutating func reading() -> Reading {
    switch Int.random(in: 0...9, using: &self) {
    case 0: Reading(.exception(UInt8.random(in: 1...255, using: &self)))
    case 1: Reading(.outOfRange, evidence: value())
    default: Reading(value())
    }
  }

  private mutating func value() -> Value {
    switch Int.random(in: 0...7, using: &self) {
    case 0: .integer(Int64(bitPattern: next() >> UInt64.random(in: 0...63, using: &self)))
    case 1: .unsigned(next() | 1 << 63)
    case 2: .flag(next() % 2 == 0)
    case 3: .text(String((0..<Int(next() % 8)).compactMap { _ in character() }))
    case 4: .real(Double(Int64(next() % 2_000_000) - 1_000_000) / 1_000)
    case 5: .single(Float(Int64(next() % 2_000_000) - 1_000_000) / 100)
    case 6: .single(finite(Float(bitPattern: UInt32(truncatingIfNeeded: next()))))
    default: .real(finite(Double(bitPattern: next())))
    }
  }

  private func finite<Number: BinaryFloatingPoint>(_ value: Number) -> Number {
    value.isFinite ? value : 1
  }

  private mutating func character() -> Character? {
    Unicode.Scalar(UInt32(next() % 0x300)).map(Character.init)
  }
}

extension Reading {
  /// A 32-bit float reads back as the number that was printed.
  fileprivate var asRead: Reading {
    guard case .single(let single)? = value, let real = Double(single.description) else {
      return self
    }
    if case .bad(let cause) = quality { return Reading(cause, evidence: .real(real)) }
    return Reading(.real(real))
  }
}
