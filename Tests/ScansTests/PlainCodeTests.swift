import Testing

@testable import Scans

@Suite("Plain codes")
struct PlainCodeTests {
  private static let rules: CodeRules = {
    var made = CodeFacts()
    made.part = "4711-C"
    made.program = "SAC305-A"
    var paste = CodeFacts()
    paste.material = "SAC305 paste T4"
    var end = CodeFacts()
    end.command = .endLot
    return CodeRules(
      codes: [
        CodePattern(.lot, "(?<lot>PCB-[0-9]{4})(/(?<work_order>WO-[0-9]+))?", stating: made),
        CodePattern(.badge, "BADGE:(?<operator>[a-z]+)"),
        CodePattern(.material, "PASTE-[0-9]{4}", stating: paste),
        CodePattern(.unit, "SN[0-9]{6}"), CodePattern(.command, "LOT-END", stating: end),
      ],
      articles: [CodeArticle("09506000134352", .material, stating: paste)]
    )
  }()

  @Test("The first fitting pattern says what a code is, and its groups what it says")
  func patterns() throws {
    let lot = try read("PCB-2411/WO-88", by: Self.rules)
    #expect(lot.standard == .plain && lot.facts.kind == .lot)
    #expect(lot.facts.lot == "PCB-2411" && lot.facts.workOrder == "WO-88")
    #expect(lot.facts.part == "4711-C" && lot.facts.program == "SAC305-A")
    #expect(try read("]A0BADGE:mara", by: Self.rules).facts.operatorName == "mara")
    #expect(try read("PASTE-0931", by: Self.rules).facts.lot == "PASTE-0931")
    #expect(try read("SN000042\r", by: Self.rules).facts.serial == "SN000042")
    #expect(try read("LOT-END", by: Self.rules).facts.command == .endLot)
  }

  @Test("A code that fits no pattern is refused, with what there are patterns for")
  func unknown() throws {
    let error = try #require(try refusal(of: "HELLO", by: Self.rules))
    #expect(error.kind == .unknown)
    #expect(error.problem.contains("there are patterns for a command, a lot, a material lot"))
    #expect(error.mend.contains("scans.codes"))
  }

  @Test("Part of a code does not fit, whatever stands around it")
  func whole() throws {
    #expect(try refusal(of: "XPCB-2411", by: Self.rules) != nil)
    #expect(try refusal(of: "PCB-24110", by: Self.rules) != nil)
    #expect(try refusal(of: "PCB-2411{GS}", by: Self.rules) != nil)
  }

  @Test("Patterns that both fit and say different things are refused")
  func contradiction() throws {
    let rules = CodeRules(codes: [CodePattern(.lot, "[A-Z]+"), CodePattern(.badge, "[A-Z]{4}")])
    #expect(try refusal(of: "MARA", by: rules)?.kind == .contradiction)
    #expect(try read("MARAS", by: rules).facts.kind == .lot)
  }

  @Test("A loose pattern does not take a GS1 code that proves itself")
  func loosePattern() throws {
    let rules = CodeRules(codes: [CodePattern(.lot, "[A-Z0-9-]+")])
    #expect(try refusal(of: "010950600013435210LOT-42", by: rules)?.kind == .contradiction)
    #expect(try read("]C0010950600013435210LOT-42", by: rules).standard == .plain)
    #expect(try read("]C1010950600013435210LOT-42", by: rules).facts.lot == "LOT-42")
  }

  @Test("The configuration says what an article is")
  func articles() throws {
    let code = try read("]d201095060001343521726113010P0931{GS}", by: Self.rules)
    #expect(code.facts.kind == .material && code.facts.material == "SAC305 paste T4")
    #expect(code.facts.lot == "P0931")
    let lot = try read("]d210PCB-2411{GS}", by: Self.rules)
    #expect(lot.facts.kind == .lot && lot.facts.part == "4711-C")
  }

  @Test(
    "A pattern that cannot be used is told",
    arguments: [
      ("PCB-[", "it is not a regular expression"), ("(?<lott>.*)", "(?<lott>…) says nothing"),
    ]
  )
  func wrongPattern(pattern: String, reason: String) {
    #expect {
      try CodeReader(CodeRules(codes: [CodePattern(.lot, pattern)]), year: 2_026)
    } throws: {
      "\($0)".contains(reason)
    }
  }

  @Test("Bytes that are no text are shown, not lost")
  func garbage() throws {
    let reader = try CodeReader(CodeRules(), year: 2_026)
    #expect {
      try reader.read([0xFF, 0x00, 0x41, 0x02] as [UInt8])
    } throws: {
      ($0 as? CodeError)?.code == "{0xFF}{0x00}A{STX}"
    }
    #expect(throws: CodeError.self) { try reader.read([]) }
    #expect {
      try reader.read(Array(repeating: UInt8(ascii: "A"), count: 1_025))
    } throws: {
      ($0 as? CodeError)?.kind == .length
    }
  }
}
