import Testing

@testable import MarkedYAML

@Suite("Field reader")
struct FieldReaderTests {
  private enum Colour: String, CaseIterable, Sendable { case red, green }

  /// Reads `v` of a one-line document.
  private func read<Value>(_ scalar: String, _ kind: ScalarKind<Value>) -> (Value?, [String]) {
    let log = FindingLog(file: "a.yaml")
    guard let root = YAMLDocument.compose("v: \(scalar)\n", into: log) else {
      return (nil, log.findings.map(\.description))
    }
    let key = Key("v", kind, "A value")
    let fields = FieldReader(root, shape: Shape("thing", [key.required]), into: log)
    let value = fields.value(key)?.value
    fields.finish()
    return (value, log.findings.map { "\($0.code.name): \($0.message)" })
  }

  @Test(
    "What YAML versions read differently is no text without quotes",
    arguments: [
      "off", "On", "YES", "no", "y", "N", "true", "False", "null", "~", "010", "0123", "12:30",
      "1:2:3.5", "5", "-5", "+5", "1_000", "3.14", ".5", "1e3", "0x1F", "0o17", "0b1", ".inf",
      "-.INF", ".NaN", "2026-01-31", "2026-01-31T10:00:00Z", "190:20", "=",
    ]
  )
  func traps(text: String) {
    let plain = read(text, .text)
    #expect(plain.0 == nil)
    #expect(plain.1.count == 1 && plain.1[0].hasPrefix("ambiguous-scalar"), "\(plain.1)")
    #expect(plain.1.first?.hasSuffix("quote it: \"\(text)\"") == true)
    #expect(read("\"\(text)\"", .text).0 == text)
  }

  @Test(
    "Ordinary texts need no quotes",
    arguments: [
      "offline", "reflow-1", "127.0.0.1:8470", "http://a.b:80", "1s", "500ms", "4xxxx", "a: b",
      "2026", "12:75", "e3", "-", "0.1.2", "nobody", "x010", "/dev/ttyUSB0", "°C",
    ]
  )
  func plainTexts(text: String) {
    let isException = ["a: b", "2026", "-"].contains(text)
    #expect((read(text, .text).0 == text) != isException)
  }

  @Test(
    "Whole numbers are read strictly",
    arguments: [
      ("5", 5), ("-5", -5), ("0", 0), ("0x1F", 31), ("010", nil), ("12:30", nil), ("1_0", nil),
      ("5.0", nil), ("\"5\"", nil), ("+5", nil), ("1e2", nil), ("101", nil), ("five", nil),
      ("99999999999999999999999999999999999999999999", nil), ("0x", nil), ("", nil), ("[5]", nil),
    ] as [(String, Int?)]
  )
  func integers(text: String, expected: Int?) {
    let result = read(text, .integer(in: -100...100))
    #expect(result.0 == expected)
    #expect(result.1.count == (expected == nil ? 1 : 0))
  }

  @Test(
    "Durations have a unit",
    arguments: [
      ("500ms", .milliseconds(500)), ("1s", .seconds(1)), ("1.5s", .milliseconds(1_500)),
      ("2m", .seconds(120)), ("1h", .seconds(3_600)), ("\"1s\"", .seconds(1)), ("5", nil),
      ("1 s", nil), ("-1s", nil), ("1d", nil), ("s", nil), ("1.s", nil), ("25h", nil),
      ("99999999999999999999s", nil),
    ] as [(String, Duration?)]
  )
  func durations(text: String, expected: Duration?) {
    let result = read(text, .duration(in: .milliseconds(1)...(.seconds(86_400))))
    #expect(result.0 == expected)
    #expect(result.1.count == (expected == nil ? 1 : 0))
  }

  @Test(
    "Decimals keep their digits",
    arguments: [
      ("0.1", 1, 1), ("-40", -40, 0), ("1e-3", 1, 3), ("2.50", 250, 2), ("1.5e3", 1_500, 0),
    ]
  )
  func decimals(text: String, mantissa: Int64, places: Int) {
    let value = read(text, .decimal).0
    #expect(value?.mantissa == mantissa && value?.places == places)
    #expect(value?.double == Double(text))
  }

  @Test(
    "Decimals that are none are refused",
    arguments: ["1e-16", ".5", "1.", "nan", "\"1\"", "0,1"]
  )
  func noDecimals(text: String) { #expect(read(text, .decimal).0 == nil) }

  @Test("Truth values are true and false, and nothing else")
  func truth() {
    #expect(read("true", .bool).0 == true)
    #expect(read("false", .bool).0 == false)
    #expect(read("yes", .bool).1.first?.hasPrefix("ambiguous-scalar") == true)
    #expect(read("1", .bool).1.first?.hasPrefix("wrong-type") == true)
  }

  @Test("A choice names the word that was meant, or all of them")
  func choice() {
    #expect(read("green", ScalarKind<Colour>.choice("known colours")).0 == .green)
    let near = read("grean", ScalarKind<Colour>.choice("known colours")).1
    #expect(
      near == [
        "unknown-value: \"v\": grean is not one of the known colours; did you mean \"green\"?"
      ]
    )
    let far = read("blue", ScalarKind<Colour>.choice("known colours")).1
    #expect(
      far == [
        "unknown-value: \"v\": blue is not one of the known colours; known colours: green, red"
      ]
    )
  }

  @Test("One check finds everything, in the order of the file")
  func everything() throws {
    let log = FindingLog(file: "a.yaml")
    let root = try #require(
      YAMLDocument.compose("perod: 1\nlist: 5\nname: off\n", into: log)
    )
    let name = Key("name", .text, "A name")
    let period = Key("period", .text, "A period")
    let list = Section("list", Shape("item", []), "Items")
    let shape = Shape("thing", [name.required, period.required, list.requiredList])
    let fields = FieldReader(root, shape: shape, into: log)
    _ = fields.value(name)
    _ = fields.value(period)
    _ = fields.mappings(list)
    fields.finish()
    #expect(
      log.findings.map(\.description) == [
        "a.yaml:1:1: \"perod\" is not a key of a thing; did you mean \"period\"?",
        "a.yaml:1:1: \"period\" is missing in this thing; add a text, such as period: Reflow oven",
        "a.yaml:2:7: \"list\" is 5; write a list, each line beginning with '- '",
        "a.yaml:3:7: \"name\": off without quotes is the truth value false in YAML; quote it: \"off\"",
      ]
    )
  }

  @Test(
    "Slips of the pen are recognised",
    arguments: [
      ("adress", "address"), ("perido", "period"), ("maxRegisters", nil), ("max-gap", "max_gap"),
      ("colour", nil), (String(repeating: "a", count: 100_000), nil),
    ] as [(String, String?)]
  )
  func suggestions(word: String, expected: String?) {
    let known = ["address", "period", "max_registers", "max_gap", "name"]
    let nearest = Suggestion.nearest(to: word, among: known)
    #expect(nearest == expected || (word == "maxRegisters" && nearest == "max_registers"))
  }
}
