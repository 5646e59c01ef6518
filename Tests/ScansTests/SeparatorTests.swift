import Testing

@testable import Scans

@Suite("Lost separators")
struct SeparatorTests {
  @Test(
    "A value that could hold another element is refused, never guessed",
    arguments: [
      "10LOT21SN", "]C110LOT21SN", "010950600013435210LOT21SN",
      "01095060001343521726113010PCB-2411",
      "21SN10LOT", "240ABC10LOT",
    ]
  )
  func ambiguous(text: String) throws {
    let error = try #require(try refusal(of: text))
    #expect(error.kind == .ambiguous)
    #expect(error.problem.contains("ambiguous") && error.readings.count > 1)
    #expect(error.mend.contains("have the scanner send the separator"))
  }

  @Test("The refusal shows the ways to read it")
  func readings() throws {
    let error = try #require(try refusal(of: "10LOT21SN"))
    #expect(
      error.readings.map { $0.map { "\($0.key) \($0.value)" } }
        == [["10 LOT21SN"], ["10 LOT", "21 SN"]]
    )
    #expect(
      error.description == """
        "10LOT21SN" is not taken, at character 3: it is ambiguous: no separator (GS) came from the \
        scanner, so it reads as (10) batch or lot LOT21SN, or as (10) batch or lot LOT with (21) \
        serial number SN; have the scanner send the separator, or type the lot that the label \
        shows, or add the pattern of your lots to scans.codes in the agent's configuration
        """
    )
  }

  @Test(
    "A separator anywhere shows that the scanner sends them",
    arguments: [
      ("10LOT21SN{GS}", ["10 LOT21SN"]), ("10LOT{GS}21SN", ["10 LOT", "21 SN"]),
      ("21SN{GS}10PCB-2411", ["21 SN", "10 PCB-2411"]),
    ]
  )
  func separated(text: String, pairs: [String]) throws {
    #expect(try read(text).pairs == pairs)
  }

  @Test("A value in which no other element fits is taken as it is")
  func certain() throws {
    let code = try read("01095060001343521726113010LOT-42")
    #expect(code.facts.lot == "LOT-42" && code.notes == [])
  }

  @Test("The plant's pattern of lots settles which reading it is")
  func pattern() throws {
    let rules = CodeRules(codes: [CodePattern(.lot, "PCB-[0-9]{4}")])
    let code = try read("010950600013435210PCB-241121SN7", by: rules)
    #expect(code.facts.lot == "PCB-2411" && code.facts.serial == "SN7")
    #expect(code.notes.map(\.code) == [.settled])
    let alone = try read("010950600013435210PCB-2411", by: rules)
    #expect(alone.facts.lot == "PCB-2411" && alone.facts.serial == nil)
  }

  @Test("A pattern that two readings fit, or none, settles nothing")
  func loosePattern() throws {
    for pattern in ["[A-Z0-9-]+", "WO-[0-9]+"] {
      let rules = CodeRules(codes: [CodePattern(.lot, pattern)])
      #expect(try refusal(of: "]C1010950600013435210LOT21SN", by: rules)?.kind == .ambiguous)
    }
  }

  @Test("Whoever scanned it may say which lot the label shows, and no other")
  func stated() throws {
    let text = "010950600013435210LOT21SN"
    #expect(try read(text, lot: "LOT21SN").facts.serial == nil)
    #expect(try read(text, lot: "LOT").facts.serial == "SN")
    #expect(throws: CodeError.self) { try read(text, lot: "LOT2") }
  }

  @Test("Where only one way remains, it is taken, and the loss is told")
  func onlyWay() throws {
    let code = try read("]d2010950600013435230" + "12345678" + "10-")
    #expect(code.pairs == ["01 09506000134352", "30 12345678", "10 -"])
    #expect(code.notes.map(\.code) == [.separatorLost])
  }

  @Test("Long digits are judged in bounded time")
  func hostile() throws {
    let text = "10" + String(repeating: "2110", count: 250)
    #expect(try refusal(of: text) != nil)
    let rules = CodeRules(codes: [CodePattern(.lot, "[0-9]*"), CodePattern(.unit, "[0-9]*")])
    #expect(try refusal(of: text, by: rules) != nil)
  }
}
