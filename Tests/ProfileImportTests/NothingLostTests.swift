import Foundation
import Tables
import TestSupport
import Testing

@testable import ProfileImport

/// Every key of a source either shapes the profile or is named in a note.
///
/// Each key in turn is put out of action; then something of the result must change, and the key
/// that stands in its place must be named.
@Suite("Nothing is lost silently")
struct NothingLostTests {
  /// A key with its value, somewhere in a text.
  struct Pair: Sendable {
    let key: Substring
    let value: String
    let line: Int
    let whole: Range<String.Index>
  }

  /// Values that say what would be so without them.
  static let withoutEffect: Set<String> = [
    "byte_order=AB", "byte_order=ABCD", "byte_order=MSW-BE", "scale=1.0", "output=BOOL",
    "data_type=BOOL", "measurement=modbus", "register=holding", "readWrite=R", "bit=0",
    "isHidden=false", "configuration_type=register",
    // What the registers hold is said by rawType.
    "valueType=Float32",
  ]

  static let samples = GoldenTests.samples.filter { !$0.file.hasSuffix("sv") && $0.device == 1 }

  @Test("A key that is put out of action changes the profile or the notes", arguments: samples)
  func keys(sample: GoldenTests.Sample) throws {
    let text = try String(contentsOfFile: sample.path, encoding: .utf8)
    let original = try outcome(text, sample)
    let isYAML = sample.file.hasSuffix("yml")
    let skipped = Self.linesLeftOut(text, original.notes, isYAML: isYAML)
    var count = 0
    for pair in Self.pairs(in: text, isYAML: isYAML) {
      if Self.withoutEffect.contains("\(pair.key)=\(pair.value)") { continue }
      if skipped.contains(pair.line) { continue }
      count += 1
      let stand = isYAML ? "zz_stand_in: 1" : "zz_stand_in = 1"
      let changed = text.replacingCharacters(in: pair.whole, with: stand)
      // A file that is refused has lost nothing silently.
      guard let after = try? outcome(changed, sample) else { continue }
      let others = after.notes.filter { !$0.subject.contains("zz_stand_in") }
      #expect(
        after.text != original.text || Set(others) != Set(original.notes),
        "\(sample.file):\(pair.line): \(pair.key) = \(pair.value)"
      )
      let isNamed = after.notes.contains {
        $0.lines.contains(pair.line)
          && ($0.subject.contains("zz_stand_in") || Self.isWhole($0))
      }
      let isInWhole = Self.linesLeftOut(changed, after.notes, isYAML: isYAML).contains(pair.line)
      #expect(
        isNamed || isInWhole,
        "\(sample.file):\(pair.line): the unknown key in place of \(pair.key) is not named"
      )
    }
    #expect(count >= 15)
  }

  @Test(
    "A cell that is emptied changes the profile or the notes",
    arguments: ["kepware.csv", "plain.tsv"]
  )
  func cells(file: String) throws {
    let sample = try #require(GoldenTests.samples.first { $0.file == file })
    let text = try String(contentsOfFile: sample.path, encoding: .utf8)
    let table = try CSVText(text)
    let original = try outcome(text, sample)
    let leftOut = Set(original.notes.filter { $0.text.contains("left out:") }.flatMap(\.lines))
    let defaults: Set<String> = [
      "Respect Data Type=1", "Client Access=RO", "Scaling=None", "Clamp Low=0", "Clamp High=0",
      "Scaled Data Type=Float", "Scaled Data Type=Double",
      // What the address says by itself.
      "Data Type=Word", "Data Type=Boolean", "Data Type=String",
    ]
    for (index, row) in table.rows.enumerated().dropFirst() where !leftOut.contains(row.line) {
      for (column, cell) in row.cells.enumerated() where !cell.isEmpty {
        if defaults.contains("\(table.rows[0].cells[column])=\(cell)") { continue }
        var cells = table.rows.map(\.cells)
        cells[index][column] = ""
        let changed = cells.map { $0.map(Self.quoted).joined(separator: String(table.separator)) }
          .joined(separator: "\n")
        let after = try outcome(changed, sample)
        #expect(
          after.text != original.text || after.notes != original.notes,
          "\(file):\(row.line): \(table.rows[0].cells[column]) = \(cell)"
        )
      }
    }
  }

  private static func quoted(_ cell: String) -> String {
    "\"" + cell.replacing("\"", with: "\"\"") + "\""
  }

  private func outcome(
    _ text: String,
    _ sample: GoldenTests.Sample
  ) throws(ImportError) -> ImportResult {
    try sample.importer.result(of: Array(text.utf8), file: sample.file)
  }

  // MARK: Reading the samples without the code under test

  private static func pairs(in text: String, isYAML: Bool) -> [Pair] {
    let toml = /([A-Za-z_][A-Za-z0-9_]*) *= *("[^"\n]*"|\[[^\[\]{}\n]*\]|[^,\s\[\]{}"#]+)/
    let yaml = /("?[A-Za-z0-9_]+"?): +("[^"\n]*"|[^,\s\[\]{}"#]+)/
    return text.matches(of: isYAML ? yaml : toml).compactMap { match in
      let before = text[..<match.range.lowerBound]
      let line = 1 + before.count { $0 == "\n" }
      guard
        !(before.split(separator: "\n", omittingEmptySubsequences: false).last ?? "")
          .contains("#")
      else { return nil }
      return Pair(
        key: match.output.1,
        value: match.output.2.filter { $0 != "\"" },
        line: line,
        whole: match.range
      )
    }
  }

  /// The lines of what was left out as a whole, which one note names.
  private static func linesLeftOut(
    _ text: String,
    _ notes: [ImportNote],
    isYAML: Bool
  ) -> Set<Int> {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var result: Set<Int> = []
    for note in notes where isWhole(note) {
      guard let first = note.lines.first else { continue }
      let depth = indentation(lines[first - 1])
      result.insert(first)
      for (index, line) in lines.enumerated().dropFirst(first) {
        let own = indentation(line)
        guard isYAML ? own >= depth : own > depth else { break }
        result.insert(index + 1)
      }
    }
    return result
  }

  private static func isWhole(_ note: ImportNote) -> Bool {
    note.text.contains("it was left out:") || note.subject.contains("omit = true")
      || note.subject.hasPrefix("device ") || note.text == "it is not about Modbus"
  }

  private static func indentation(_ line: Substring) -> Int { line.prefix { $0 == " " }.count }
}
