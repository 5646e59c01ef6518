import TestSupport
import Testing

@testable import Scans

@Suite("Properties of codes")
struct CodePropertyTests {
  @Test("Every message of the dictionary's own values is read as it was made", arguments: 0..<4)
  func roundTrip(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let reader = try CodeReader(CodeRules(standIns: []), year: 2_026)
    for _ in 0..<500 {
      let message = RandomMessage(using: &random)
      // One separator shows that the scanner sends them.
      let code = try reader.read("]d2\(message.text)\u{1D}".utf8)
      #expect(code.elements.map(\.key) == message.elements.map(\.ai))
      #expect(code.elements.map(\.value) == message.elements.map(\.value))
    }
  }

  @Test("A message whose separators are lost is refused, or read as it was made", arguments: 0..<4)
  func lostSeparators(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let reader = try CodeReader(CodeRules(standIns: []), year: 2_026)
    var refused = 0
    for _ in 0..<400 {
      let message = RandomMessage(using: &random, alphabet: Array("0123456789AB-".utf8))
      let lost = message.text.filter { $0 != "\u{1D}" }
      do throws(CodeError) {
        let code = try reader.read("]d2\(lost)".utf8)
        #expect(code.elements.map(\.value) == message.elements.map(\.value), "\(message.text)")
      } catch {
        refused += 1
        #expect([.ambiguous, .malformed, .check, .contradiction].contains(error.kind), "\(error)")
      }
    }
    #expect(refused > 0 && refused < 400)
  }

  @Test("Any bytes are read or refused with a text", arguments: 0..<4)
  func anyBytes(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let rules = CodeRules(codes: [CodePattern(.lot, "[A-Z]{3}-?[0-9]*")])
    let reader = try CodeReader(rules, year: 2_026)
    let starts = [
      "", "]d2", "]C1", "01", "10", "+A", "+$$", "=/", "=>", "https://a/01/", "(01)", "]E0",
    ]
    for _ in 0..<3_000 {
      let isText = Bool.random(using: &random)
      let rest = (0..<Int.random(in: 0...40, using: &random)).map { _ in
        isText
          ? UInt8.random(in: 0x20...0x7E, using: &random)
          : UInt8.random(in: 0...255, using: &random)
      }
      let bytes = Array((starts.randomElement(using: &random) ?? "").utf8) + rest
      do throws(CodeError) {
        let code = try reader.read(bytes)
        #expect(!code.elements.isEmpty)
        #expect(!code.text.unicodeScalars.contains { $0.value < 0x20 })
      } catch {
        #expect(!error.problem.isEmpty && !error.mend.isEmpty)
        if let position = error.position { #expect((1...(bytes.count + 1)).contains(position)) }
      }
    }
  }
}
