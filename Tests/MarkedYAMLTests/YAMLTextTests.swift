import TestSupport
import Testing

@testable import MarkedYAML

@Suite("YAML text")
struct YAMLTextTests {
  /// What was written and what is read, without marks.
  private indirect enum Bare: Hashable {
    case scalar(String, isText: Bool)
    case sequence([Bare])
    case mapping([[Bare]])

    init(_ node: YAMLNode) {
      switch node.content {
      case .scalar(let scalar): self.init(scalar)
      case .sequence(let nodes): self = .sequence(nodes.map(Bare.init))
      case .mapping(let entries):
        self = .mapping(entries.map { [Bare($0.key), Bare($0.value)] })
      }
    }

    private init(_ scalar: YAMLScalar) {
      let isText = !scalar.isPlain || PlainScalar.meaning(of: scalar.text) == nil
      self = .scalar(scalar.text, isText: isText)
    }
  }

  private func again(_ node: YAMLNode) -> (Bare?, [String]) {
    let log = FindingLog(file: "a.yaml")
    let root = YAMLDocument.compose(YAMLText.of(node), into: log)
    return (root.map(Bare.init), log.findings.map(\.description))
  }

  /// The mark of byte order is kept anywhere but in front of a text, where the parser takes it off.
  private static let pieces = [
    "a", "off", "010", ": ", " #", "- ", "\n", "\r", "\t", "\"", "'", "\\", "{", "}", "[", "]", ",",
    "&x", "*x", "!", "|", ">", "%", "@", "`", "?", "---", "...", "\u{85}", "\u{2028}", "a\u{FEFF}",
    "\u{7F}", "\u{A0}", "\u{0}", "\u{1}", "\u{E000}", "\u{FFFE}", "é", "漢", "😀", " ", "=", "<<",
    "~",
    "é",
  ]

  private static func text(_ generator: inout SeededGenerator) -> String {
    (0..<Int.random(in: 0...6, using: &generator))
      .map { _ in pieces.randomElement(using: &generator) ?? "" }
      .joined()
  }

  private static func quoted(_ text: String) -> YAMLScalar {
    YAMLScalar(text: text, isPlain: false, mark: .start)
  }

  private static func node(_ depth: Int, _ generator: inout SeededGenerator) -> YAMLNode {
    let content: YAMLNode.Content
    switch depth > 3 ? 0 : Int.random(in: 0..<4, using: &generator) {
    case 1:
      content = .sequence(
        (0..<Int.random(in: 0...4, using: &generator)).map { _ in node(depth + 1, &generator) }
      )
    case 2: content = mapping(depth, &generator)
    default: content = .scalar(quoted(text(&generator)))
    }
    return YAMLNode(mark: .start, content: content)
  }

  private static func mapping(
    _ depth: Int,
    _ generator: inout SeededGenerator
  ) -> YAMLNode.Content {
    .mapping(
      (0..<Int.random(in: 1...4, using: &generator)).map { index in
        // Every key is there once.
        YAMLNode.Entry(
          key: quoted("\(index)" + text(&generator)),
          value: node(depth + 1, &generator)
        )
      }
    )
  }

  @Test("Hostile texts, as values and as keys, come back as they were")
  func hostile() {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<1_000 {
      let node = YAMLNode(mark: .start, content: Self.mapping(0, &generator))
      let (read, findings) = again(node)
      #expect(findings == [])
      #expect(read == Bare(node), "\(YAMLText.of(node))")
    }
  }

  @Test(
    "What a file has without quotes comes back as it was",
    arguments: [
      "a: b\n", "a: [b, c:d, 'e, f', \"g\"]\n", "a:\n- b\n-\n- ~\n- [x, ]\n", "a: []\nb: {}\nc:\n",
      "a: b\n\n  c\n", "a: {b: {c: [1, [2, 3], {d: 4}]}}\n",
      "a: |\n  text\n  more\n\nb: >\n  x\n  y\n", "? a b\n: - c\n  - - d\n    - e\n",
      "12:30: 010\n'off': off\n=: <<\n", "a: x # not\nb: 'x # is'\n",
      "a: http://b.c/d?e=f#g\n", "a: -1\nb: '- 1'\n", "\"a\\tb\": \"\\0\"\n",
      "a:\n  - {b: c}\n  -\n    b: d\n    e: [f]\n",
    ]
  )
  func plain(text: String) throws {
    let log = FindingLog(file: "a.yaml")
    let node = try #require(YAMLDocument.compose(text, into: log), "\(log.findings)")
    let (read, findings) = again(node)
    #expect(findings == [])
    #expect(read == Bare(node), "\(YAMLText.of(node))")
  }

  @Test("A dash that is a text within braces stays one outside of them")
  func lonelyDash() throws {
    let root = try #require(
      YAMLDocument.compose("a: {b: -, c: [-, x]}\n", into: FindingLog(file: "a"))
    )
    let (read, findings) = again(root)
    #expect(read == Bare(root))
    #expect(findings == [])
  }
}
