import TestSupport

@testable import Scans

/// A GS1 message made from the dictionary's own statements.
struct RandomMessage {
  /// AI and value, in the message's order.
  let elements: [(ai: String, value: String)]

  /// As a scanner sends it, without symbology identifier.
  var text: String {
    elements.enumerated().map { index, element in
      let isLast = index == elements.count - 1
      let isPredefined = GS1Dictionary.entries[element.ai]?.isPredefined == true
      return element.ai + element.value + (isLast || isPredefined ? "" : "\u{1D}")
    }.joined()
  }

  /// Content that is made here; what has other checks is left out.
  private static let makeable: Set<GS1Linter> = [
    .csum, .gcppos1, .gcppos2, .yymmdd, .yymmd0, .yyyymmdd, .hh, .mi, .ss, .hhmi, .iso4217,
    .iso3166, .iso3166999, .iso3166alpha2, .yesno, .zero, .nonzero, .nozeroprefix, .pieceoftotal,
    .winding, .iso5218, .hyphen,
  ]

  static let entries: [GS1Entry] = GS1Dictionary.entries.values
    .filter { $0.components.allSatisfy { makeable.isSuperset(of: $0.linters) } }
    .sorted { $0.ai < $1.ai }

  /// - Parameters:
  ///   - random: What chooses.
  ///   - alphabet: The characters of texts.
  ///   - entries: The AIs to choose from.
  init(
    using random: inout SeededGenerator,
    alphabet: [UInt8] = Array(
      "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz".utf8
    ),
    entries: [GS1Entry] = Self.entries
  ) {
    var chosen: [GS1Entry] = []
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      guard let entry = entries.randomElement(using: &random) else { continue }
      let fits = chosen.allSatisfy { other in
        other.ai != entry.ai
          && !other.excluded.contains { GS1Entry.matches(entry.ai, $0) }
          && !entry.excluded.contains { GS1Entry.matches(other.ai, $0) }
      }
      if fits { chosen.append(entry) }
    }
    elements = chosen.map { ($0.ai, Self.value(of: $0, alphabet, using: &random)) }
  }

  private static func value(
    of entry: GS1Entry,
    _ alphabet: [UInt8],
    using random: inout SeededGenerator
  ) -> String {
    var value: [UInt8] = []
    for component in entry.components {
      if component.isOptional, Bool.random(using: &random) { break }
      value += content(of: component, alphabet, using: &random)
    }
    return String(decoding: value, as: UTF8.self)
  }

  private static func content(
    of component: GS1Entry.Component,
    _ alphabet: [UInt8],
    using random: inout SeededGenerator
  ) -> [UInt8] {
    func digits(_ number: Int, _ count: Int) -> [UInt8] {
      let text = Array(String(number).utf8)
      return Array(repeating: UInt8(ascii: "0"), count: max(0, count - text.count)) + text
    }
    let count = Int.random(in: component.length, using: &random)
    let characters = alphabet.filter(component.characters.contains)
    let day = Int.random(in: 1...28, using: &random)
    let month = Int.random(in: 1...12, using: &random)
    let year = Int.random(in: 0...99, using: &random)
    for linter in component.linters {
      switch linter {
      case .csum:
        let body = (1..<count).map { _ in UInt8.random(in: 0x30...0x39, using: &random) }
        return body + digits(CheckDigit.modulo10(body), 1)
      case .yymmdd: return digits(year * 10_000 + month * 100 + day, 6)
      case .yymmd0:
        return digits(year * 10_000 + month * 100 + day * Int.random(in: 0...1, using: &random), 6)
      case .yyyymmdd: return digits((1_900 + year) * 10_000 + month * 100 + day, 8)
      case .hh: return digits(Int.random(in: 0...23, using: &random), 2)
      case .mi, .ss: return digits(Int.random(in: 0...59, using: &random), 2)
      case .hhmi: return digits(Int.random(in: 0...23, using: &random) * 100 + day, 4)
      case .iso4217: return Array("978".utf8)
      case .iso3166, .iso3166999: return Array("276".utf8)
      case .iso3166alpha2: return Array("DE".utf8)
      case .yesno, .winding, .iso5218: return [UInt8(ascii: "1")]
      case .zero: return [UInt8(ascii: "0")]
      case .hyphen: return [UInt8(ascii: "-")]
      case .nonzero, .nozeroprefix: return Array(repeating: UInt8(ascii: "7"), count: count)
      case .pieceoftotal: return digits(day * 100 + 28, 4)
      case .gcppos1, .gcppos2:
        guard component.characters != .digits else { continue }
        let rest = (4..<max(count, 5)).compactMap { _ in characters.randomElement(using: &random) }
        return Array("9506".utf8) + rest
      default: continue
      }
    }
    return (0..<count).compactMap { _ in characters.randomElement(using: &random) }
  }
}
