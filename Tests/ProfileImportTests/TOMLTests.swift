import Foundation
import TestSupport
import Testing

@testable import ProfileImport

@Suite("TOML")
struct TOMLTests {
  private static let document = #"""
    # comment with [brackets] = and "quotes
    top = "a # no comment"   # a comment
    "quoted key" = 'C:\path'
    dotted.key.x = +1_000
    dotted.key.y = 0xFF

    [a.b]
    long = """
    x = 1 \
       joined ""quotes"""""
    raw = '''
    it's'''
    list = [
      { n = 1, "q" = 'y' }, # { n = 2 }
      { n = -2.50e3 }, [true, false,],
    ]
    [[c]]
    k = 1979-05-27 07:32:00
    [[c]]
    k = [1,
     2]
    [c.d]
    m = "\u00e9\t\U0001F600\\"
    [a]
    z = 0.001
    """#

  private func node(_ text: String) throws(TOMLError) -> SourceNode {
    var parser = TOMLParser(text)
    return try parser.document()
  }

  /// Every scalar by its path.
  private func flat(_ node: SourceNode, _ path: String = "") -> [String: String] {
    switch node.content {
    case .scalar(let text): [path: text]
    case .list(let items):
      items.enumerated().reduce(into: [:]) { result, item in
        result.merge(flat(item.element, "\(path)[\(item.offset)]")) { first, _ in first }
      }
    case .mapping(let entries):
      entries.reduce(into: [:]) { result, entry in
        result.merge(flat(entry.value, path + "/" + entry.key)) { first, _ in first }
      }
    }
  }

  @Test("Every value is read, with its line")
  func values() throws {
    let root = try node(Self.document)
    let values = flat(root)
    #expect(values["/top"] == "a # no comment")
    #expect(values["/quoted key"] == #"C:\path"#)
    #expect(values["/dotted/key/x"] == "1000")
    #expect(values["/dotted/key/y"] == "255")
    #expect(values["/a/b/long"] == "x = 1 joined \"\"quotes\"\"")
    #expect(values["/a/b/raw"] == "it's")
    #expect(values["/a/b/list[1]/n"] == "-2.50e3")
    #expect(values["/c[0]/k"] == "1979-05-27 07:32:00")
    #expect(values["/c[1]/k[1]"] == "2")
    #expect(values["/c[1]/d/m"] == "é\t😀\\")
    #expect(values["/a/z"] == "0.001")
    let tables = try #require(root.entries?.first { $0.key == "c" }?.value.items)
    #expect(tables.map(\.line) == [17, 19])
    #expect(tables[1].entries?.first?.value.items?.map(\.line) == [20, 21])
    let list = root.entries?.first { $0.key == "a" }?.value.entries?.first?.value.entries?.last
    #expect(list?.value.items?.map(\.line) == [14, 15, 15])
  }

  @Test(
    "What is not TOML is refused with its line",
    arguments: [
      "a = 1\nb = \n", "a = 1\nb = 09\n", "a = 1\nb = x\n", "a = 1\na = 2\n", "a = 1\n[a]\n",
      "[a]\n[a]\n", "a = 1\n[b\n", "a = 1\nb = [1\n", "a = 1\nb = {c = 1\n", "a = 1\nb = 'x\n",
      "a = 1\nb = \"\\q\"\n", "a = 1\nb\n", "a = 1\nb = 1 2\n", "a = 1\n= 1\n", "a = 1\nb = 1__0\n",
      "a = {b = 1}\n[a.c]\n", "a = []\n[[a]]\n", "a = 1\nb = \"\u{1}\"\n", "a = 1\nb = 1.\n",
    ]
  )
  func refused(text: String) {
    do throws(TOMLError) {
      _ = try node(text)
      Issue.record("\(text) was read")
    } catch {
      #expect((2...3).contains(error.line), "\(error)")
    }
  }

  /// Python's own reader, as the independent judge.
  @Test("What Python reads is read here, and the same; damaged documents, too")
  func agrees() throws {
    let folder = try TemporaryFolder()
    var generator = SeededGenerator(seed: 3)
    let marks: [UInt8] = Array("\"'{}[]=:,.#-+_019exn\n\\ ".utf8)
    var texts = [Self.document]
    texts += try GoldenTests.samples.filter { !$0.file.contains("sv") && !$0.file.contains("yml") }
      .map { try String(contentsOfFile: $0.path, encoding: .utf8) }
    for original in texts {
      for _ in 0..<200 {
        var bytes = Array(original.utf8)
        for _ in 0..<Int.random(in: 1...2, using: &generator) {
          let place = Int.random(in: 0..<bytes.count, using: &generator)
          bytes[place] = marks.randomElement(using: &generator) ?? 0
        }
        if let text = String(validating: bytes, as: UTF8.self) { texts.append(text) }
      }
    }
    for (index, text) in texts.enumerated() { _ = try folder.write(text, to: "\(index).toml") }
    let script = try folder.write(Self.python, to: "read.py")
    let run = try Tool.run(Repository.python.path, script, folder.url.path, "\(texts.count)")
    try #require(run.status == 0)
    let judged = try #require(
      JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [Any]
    )
    try #require(judged.count == texts.count)
    var accepted = 0
    for (text, wanted) in zip(texts, judged) {
      guard let wanted = wanted as? [String: String] else { continue }
      accepted += 1
      do throws(TOMLError) {
        let values = flat(try node(text)).mapValues(Self.normal)
        #expect(values == wanted.mapValues(Self.normal), "\(text)")
      } catch {
        Issue.record("\(error) in\n\(text)")
      }
    }
    #expect(accepted > 100)
  }

  /// Numbers by their value, dates by their digits.
  private static func normal(_ text: String) -> String {
    if let number = Double(text) { return "\(number)" }
    let isDate = text.wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}.*|[0-9]{2}:[0-9]{2}.*/) != nil
    return isDate ? text.prefix(10) + "" : text
  }

  private static let python = """
    import json, sys, tomllib
    def flat(value, path, out):
        if isinstance(value, dict):
            for key, item in value.items():
                flat(item, path + "/" + key, out)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                flat(item, f"{path}[{index}]", out)
        else:
            out[path] = str(value).lower() if isinstance(value, bool) else str(value)
        return out
    results = []
    for index in range(int(sys.argv[2])):
        try:
            with open(f"{sys.argv[1]}/{index}.toml", "rb") as file:
                results.append(flat(tomllib.load(file), "", {}))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            results.append(None)
    print(json.dumps(results))
    """
}
