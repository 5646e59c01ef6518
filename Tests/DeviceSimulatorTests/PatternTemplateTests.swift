import DeviceSimulator
import Profiles
import Telemetry
import Testing

@Suite("Pattern template")
struct PatternTemplateTests {
  private static let patterns: [(pattern: String, text: String)] = [
    (#"O2 (?<x>\d+) ppm"#, "O2 42 ppm"),
    (#"^\+?(?<x>[0-9.]+)\s+N\.m$"#, "42 N.m"),
    (#"(?:O2|OX)[:=]\s*(?<x>\d+)(?:,OK)?"#, "O2:42"),
    (#"[+-](?<x>\d+)[^,]\x41\u0042{2,5}"#, "+420ABB"),
    (#"(?:error|value (?<x>\d+)|none)"#, "value 42"),
    (#"(?:a(?<x>\d+))?b*?"#, "a42"),
    (#"\A(?i)ID\d{3}(?<unit>\s?ppm):(?<x>.*?)\z"#, "ID000ppm:42"),
    (#"(?i:st),(?<x>\d+)\\\[\]"#, #"st,42\[]"#),
  ]

  @Test("Text is made that the pattern matches", arguments: patterns)
  func makes(_ example: (pattern: String, text: String)) throws {
    let template = try PatternTemplate(example.pattern, fields: ["x"])
    let text = template.text { _ in "42" }
    #expect(text == example.text)
    #expect(template.matches(text))
  }

  @Test(
    "What cannot be turned round is refused with its place",
    arguments: [
      (#"(?=a)(?<x>\d)"#, 2), (#"(?<x>\d)\1"#, 10), (#"\p{L}(?<x>\d)"#, 2),
      (#"[[a-z]--[b]](?<x>\d)"#, 1), (#"(?<x>\d)a{65}"#, 13),
    ]
  )
  func refuses(pattern: String, offset: Int) {
    let error = #expect(throws: PatternTemplateError.self) {
      try PatternTemplate(pattern, fields: ["x"])
    }
    guard case .unsupported(_, let found, _) = error else {
      Issue.record("\(pattern): \(String(describing: error))")
      return
    }
    #expect(found == offset)
  }

  @Test("A pattern that is none, a missing field and a repeated field are refused")
  func mistakes() {
    #expect(throws: PatternTemplateError.self) { try PatternTemplate("(", fields: []) }
    #expect(throws: PatternTemplateError.missingField(pattern: "a", field: "x")) {
      try PatternTemplate("a", fields: ["x"])
    }
    #expect(throws: PatternTemplateError.self) {
      try PatternTemplate(#"(?:(?<x>\d)){3}"#, fields: ["x"])
    }
  }

  private func instrument(_ pattern: String, _ field: SerialField) throws -> SerialInstrument {
    let group = TestProfiles.group(request: "?\r", pattern: pattern, [field])
    let profile = TestProfiles.instrument("x", [group])
    guard case .serial(let access) = profile.access else { preconditionFailure() }
    return try SerialInstrument(profile: profile, access: access, seed: 1)
  }

  @Test(
    "Numbers are written as the group wants them",
    arguments: [
      #"\d+\.\d"#, #"\d{5}"#, #"[+-]\d{3}\.\d{2}"#, #" *\d+\.\d{3}"#, #"\S+"#, #"\d{1,3}"#,
      #"[ ]{2}\d\d\.\d"#, #"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"#,
    ]
  )
  func formats(group: String) throws {
    let field = TestProfiles.field("level", capture: "v", range: 20...80)
    let pattern = "V=(?<v>\(group));"
    let instrument = try instrument(pattern, field)
    for second in stride(from: 0, through: 300, by: 3) {
      let line = instrument.line(of: instrument.groups[0], at: .seconds(second))
      let text = String(decoding: line.dropLast(2), as: UTF8.self)
      let match = try #require(try Regex(pattern).wholeMatch(in: text), "\(text)")
      let written = match["v"]?.substring.map { $0.filter { $0 != " " } }
      let value = try #require(written.flatMap { Double($0) })
      #expect((20...80).contains(value))
    }
  }

  @Test("The profile's scaling is undone before a number is written")
  func scaling() throws {
    let field = TestProfiles.field(
      "level",
      capture: "v",
      range: 20...80,
      scaling: TestProfiles.tenths
    )
    let instrument = try instrument(#"(?<v>\d{4})"#, field)
    let line = instrument.line(of: instrument.groups[0], at: .seconds(1))
    let counts = try #require(Int(String(decoding: line.dropLast(2), as: UTF8.self)))
    #expect((200...800).contains(counts))
  }

  @Test("A group that no number fits is refused")
  func noFormat() {
    let field = TestProfiles.field("level", capture: "v", range: 20...80)
    #expect(throws: SimulationError.self) { try instrument("(?<v>[A-F]+)", field) }
  }
}

@Suite("Serial requests")
struct SerialRequestMatcherTests {
  private static let requests = ["?\r", "?T\r", "M"].map { Array($0.utf8) } + [[]]

  @Test("Requests are found whole, in pieces, in a row and after garbage")
  func finds() {
    var matcher = SerialRequestMatcher(requests: Self.requests)
    #expect(matcher.receive(Array("?\r".utf8)) == [0])
    #expect(matcher.receive(Array("?".utf8)) == [])
    #expect(matcher.receive(Array("T\r".utf8)) == [1])
    #expect(matcher.receive(Array("?\r?T\rM".utf8)) == [0, 1, 2])
    #expect(matcher.receive(Array("xx\u{0}??\r".utf8)) == [0])
    #expect(matcher.pendingBytes == 0)
  }

  @Test("A request that could become a longer one waits for silence")
  func prefix() {
    var matcher = SerialRequestMatcher(requests: ["R", "R1\r"].map { Array($0.utf8) })
    #expect(matcher.receive(Array("R".utf8)) == [])
    #expect(matcher.silence() == [0])
    #expect(matcher.receive(Array("R1\r".utf8)) == [1])
  }

  @Test("Garbage without end is not kept")
  func bounded() {
    var matcher = SerialRequestMatcher(requests: [[1, 2, 3]])
    for _ in 0..<100 { #expect(matcher.receive([UInt8](repeating: 1, count: 4_096)) == []) }
    #expect(matcher.pendingBytes <= 512)
    #expect(matcher.receive([2, 3]) == [0])
  }
}
