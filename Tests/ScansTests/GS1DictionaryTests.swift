import Foundation
import TestSupport
import Testing

@testable import Scans

/// The file that GS1 publishes, where it lies beside the checkout.
private let file = Repository.root.deletingLastPathComponent()
  .appending(path: "shared/data/gs1/gs1-syntax-dictionary.txt")

/// One line of the file, taken apart anew.
private struct Line: Sendable, CustomTestStringConvertible {
  let first: Int
  let last: Int
  let digits: Int
  let flags: String
  let components: [String]
  let attributes: [String]
  let title: String

  var testDescription: String { "\(first)-\(last)" }

  init?(_ text: Substring) throws {
    guard let start = text.first, start.isNumber else { return nil }
    let pattern = /(\d+)(?:-(\d+))?\s+([*?]*)\s*([^#]*?)\s*(?:#\s(.*))?/
    let match = try #require(try pattern.wholeMatch(in: text))
    first = try #require(Int(match.1))
    last = match.2.flatMap { Int($0) } ?? first
    digits = match.1.count
    flags = String(match.3)
    let words = match.4.split(separator: " ").map(String.init)
    components = words.filter { !$0.contains("=") && $0 != "dlpkey" }
    attributes = words.filter { $0.contains("=") || $0 == "dlpkey" }
    title = match.5.map(String.init) ?? ""
  }

  static let all: [Line] = {
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap { try? Line($0) }
  }()
}

extension GS1Entry.Component {
  /// As the file writes it.
  fileprivate var notation: String {
    let extent =
      length.lowerBound == length.upperBound
      ? "\(length.upperBound)" : "..\(length.upperBound)"
    let bare = isOptional ? "[\(characters.rawValue)\(extent)]" : "\(characters.rawValue)\(extent)"
    return ([bare] + linters.map(\.rawValue)).joined(separator: ",")
  }
}

@Suite("The GS1 syntax dictionary")
struct GS1DictionaryTests {
  @Test(
    "Every line of the dictionary is an entry, in each of its statements",
    .enabled(if: FileManager.default.fileExists(atPath: file.path)),
    arguments: Line.all
  )
  private func entries(line: Line) throws {
    for number in line.first...line.last {
      let ai = String(repeating: "0", count: line.digits - "\(number)".count) + "\(number)"
      let entry = try #require(GS1Dictionary.entries[ai])
      #expect(entry.isPredefined == line.flags.contains("*"))
      #expect(entry.isLinkAttribute == line.flags.contains("?"))
      #expect(entry.components.map(\.notation) == line.components)
      #expect(entry.title == line.title)
      let required = entry.required.map {
        "req=" + $0.map { $0.joined(separator: "+") }.joined(separator: ",")
      }
      #expect(required == line.attributes.filter { $0.hasPrefix("req=") })
      let excluded = line.attributes.filter { $0.hasPrefix("ex=") }
        .flatMap { $0.dropFirst(3).split(separator: ",") }
      #expect(entry.excluded == excluded.map(String.init))
      let key = line.attributes.first { $0.hasPrefix("dlpkey") }
      let qualifiers = entry.qualifiers.map { alternatives in
        alternatives.isEmpty
          ? "dlpkey"
          : "dlpkey=" + alternatives.map { $0.joined(separator: ",") }.joined(separator: "|")
      }
      #expect(qualifiers == key)
    }
  }

  @Test(
    "There is no entry that the dictionary does not have",
    .enabled(if: FileManager.default.fileExists(atPath: file.path))
  )
  func count() {
    #expect(Line.all.count == 224)
    #expect(GS1Dictionary.entries.count == Line.all.map { $0.last - $0.first + 1 }.reduce(0, +))
  }

  @Test("Application Identifiers that begin alike are equally long")
  func prefixes() {
    let lengths = Dictionary(grouping: GS1Dictionary.entries.keys) { $0.prefix(2) }
      .mapValues { Set($0.map(\.count)) }
    for (prefix, lengths) in lengths { #expect(lengths.count == 1, "\(prefix)") }
  }

  @Test(
    "Only what has no separator behind it has a predefined length, and that is fixed"
  )
  func predefined() {
    for entry in GS1Dictionary.entries.values where entry.isPredefined {
      #expect(entry.length.count == 1, "\(entry.ai)")
    }
  }
}
