import Testing

@testable import MarkedYAML

@Suite("YAML document")
struct YAMLDocumentTests {
  /// The findings of one text, each as `line:column code`.
  private func findings(_ text: String) -> [String] {
    let log = FindingLog(file: "a.yaml")
    _ = YAMLDocument.compose(text, into: log)
    return log.findings.map { "\($0.line):\($0.column) \($0.code.name)" }
  }

  private func root(_ text: String) throws -> YAMLNode {
    try #require(YAMLDocument.compose(text, into: FindingLog(file: "a.yaml")))
  }

  @Test("Every node has the place where it begins")
  func marks() throws {
    guard case .mapping(let entries) = try root("a: 1\nbé: {c: 'd'}\n").content else {
      Issue.record("not a mapping")
      return
    }
    #expect(entries[1].key.mark == SourceMark(line: 2, column: 1))
    #expect(entries[1].value.mark == SourceMark(line: 2, column: 5))
    guard case .mapping(let inner) = entries[1].value.content,
      case .scalar(let scalar) = inner[0].value.content
    else {
      Issue.record("not a mapping")
      return
    }
    #expect(scalar.mark == SourceMark(line: 2, column: 9))
    #expect(!scalar.isPlain)
  }

  @Test(
    "A key that is given twice is found at its second place, whatever its quotes and depth",
    arguments: [
      ("a: 1\nb: 2\na: 3\n", ["3:1 duplicate-key"]),
      ("\"a\": 1\na: 3\n", ["2:1 duplicate-key"]),
      ("x: [{k: 1, k: 2}, {k: 1}]\n", ["1:12 duplicate-key"]),
      (
        "a: 1\na: 2\na: 3\nb: {c: 1, c: 2}\n",
        ["2:1 duplicate-key", "3:1 duplicate-key", "4:11 duplicate-key"]
      ),
      ("é: 1\né: 2\r\né: 3\n", ["2:1 duplicate-key", "3:1 duplicate-key"]),
      ("1: a\n\"1\": b\n", ["2:1 duplicate-key"]),
    ]
  )
  func duplicates(text: String, expected: [String]) { #expect(findings(text) == expected) }

  @Test("Duplicate keys beyond the bound end the check, not the program")
  func manyDuplicates() {
    let text = String(repeating: "a: 1\n", count: 60)
    let found = findings(text)
    #expect(found.allSatisfy { $0.hasSuffix("duplicate-key") } && !found.isEmpty)
  }

  @Test("A duplicate does not hide what else is wrong")
  func duplicateBesideTag() {
    #expect(findings("a: 1\na: 2\nb: !!int 3\n") == ["2:1 duplicate-key", "3:4 yaml-tag"])
  }

  @Test("A repeated key keeps its first value and its own spelling")
  func firstValue() throws {
    guard case .mapping(let entries) = try root("name: a\nname: b\n").content else { return }
    #expect(entries.map(\.key.text) == ["name"])
    #expect(entries.map(\.value.noun) == ["a"])
  }

  @Test(
    "Anchors and aliases are refused where they stand",
    arguments: [
      ("a: &x 1\n", ["1:4 yaml-alias"]),
      ("a: &x [1]\nb: *x\n", ["1:4 yaml-alias"]),
      ("a: *x\n", ["1:4 yaml-syntax"]),
    ]
  )
  func aliases(text: String, expected: [String]) { #expect(findings(text) == expected) }

  @Test("A document that multiplies itself through aliases is refused before it is composed")
  func bomb() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...30 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(aliases)]\n"
    }
    #expect(findings(text + "? *a30\n: 1\n") == ["3:45 yaml-alias"])
  }

  @Test("Stars in texts, patterns and comments are no aliases")
  func stars() {
    let lines = (0..<40).map { "k\($0): '.*a]*b * c*d' # *** * **" }.joined(separator: "\n")
    #expect(findings(lines) == [])
  }

  @Test(
    "Text that is not YAML is found at its line",
    arguments: [
      ("a: 1\n\tb: 2\n", "2:1 yaml-syntax"),
      ("a: b: c\n", "1:5 yaml-syntax"),
      ("a: [1, 2\nb: 3\n", "2:2 yaml-syntax"),
      ("a: 'b\n", "2:1 yaml-syntax"),
      ("a: 1\n---\nb: 2\n", "2:1 yaml-syntax"),
      ("", "1:1 yaml-syntax"),
      ("# only a comment\n", "1:1 yaml-syntax"),
      ("a: \u{1}\n", "1:4 yaml-syntax"),
    ]
  )
  func syntax(text: String, expected: String) { #expect(findings(text) == [expected]) }

  @Test("Nesting has a bound, within and beyond what the parser takes")
  func depth() {
    let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
    #expect(findings(deep) == ["1:33 yaml-depth"])
    let deeper = String(repeating: "[", count: 100_000)
    #expect(findings(deeper).count == 1)
    #expect(findings(String(repeating: "- ", count: 100_000)).count == 1)
  }

  @Test("A file that is too long, not text, or not there, is one finding")
  func files() {
    let log = FindingLog(file: "a.yaml")
    let long = [UInt8](repeating: 0x20, count: SourceText.maximumBytes + 1)
    #expect(SourceText(bytes: long, into: log) == nil)
    #expect(SourceText(bytes: [0x61, 0x0A, 0xFF], into: log) == nil)
    #expect(SourceText(path: "/nonexistent.yaml", into: log) == nil)
    #expect(SourceText(path: "/tmp", into: log) == nil)
    #expect(
      Set(log.findings.map { "\($0.line) \($0.code.name)" })
        == ["1 file-too-large", "2 yaml-syntax", "1 file-unreadable"]
    )
  }

  @Test("A log names so many findings and no more")
  func bound() {
    let log = FindingLog(file: "a.yaml")
    for line in 1...2_000 { log.add(.wrongType, at: SourceMark(line: line, column: 1), "x") }
    #expect(log.findings.count == FindingLog.maximumFindings + 1)
    #expect(log.findings.last?.code == .tooManyFindings)
  }
}
