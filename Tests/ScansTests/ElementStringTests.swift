import Testing

@testable import Scans

@Suite("GS1 element strings")
struct ElementStringTests {
  @Test("A device label gives product, lot, serial and dates")
  func udi() throws {
    let code = try read("]d201095060001343521126110117261130" + "10LOT-42{GS}21SN0001")
    #expect(code.symbology?.name == "GS1 DataMatrix")
    #expect(code.standard == .gs1)
    #expect(
      code.pairs == ["01 09506000134352", "11 261101", "17 261130", "10 LOT-42", "21 SN0001"]
    )
    #expect(code.facts.identifier == "09506000134352")
    #expect(code.facts.lot == "LOT-42" && code.facts.serial == "SN0001")
    #expect(code.facts.expires?.description == "2026-11-30")
    let udi = try #require(code.udi)
    #expect(udi.deviceIdentifier.value == "09506000134352")
    #expect(udi.productionIdentifiers.map(\.key) == ["11", "17", "10", "21"])
    #expect(code.notes == [])
  }

  @Test("Line end, leading FNC1 and separators behind fixed lengths change nothing")
  func framing() throws {
    let plain = try read("010950600013435210LOT-42{GS}21SN1").pairs
    for text in [
      "010950600013435210LOT-42{GS}21SN1\r\n", "{GS}010950600013435210LOT-42{GS}21SN1",
      "0109506000134352{GS}10LOT-42{GS}21SN1{GS}", "]C1010950600013435210LOT-42~d02921SN1",
      "(01)09506000134352(10)LOT-42(21)SN1", "0109506000134352" + "10LOT-42^]21SN1",
    ] {
      #expect(try read(text).pairs == plain, "\(text)")
    }
  }

  @Test(
    "What breaks the dictionary is refused with the place and the reason",
    arguments: [
      ("]d20109506000134353", 19, "the check digit is 3 and should be 2"),
      ("]d2010950600013435217261331", 24, "there is no month 13"),
      ("]d2010950600013435217260230", 26, "there is no day 30 in month 2"),
      ("]d20109506000134352" + "10LOT 42{GS}", 25, "82 characters"),
      ("]d2010950600013435210ABCDEFGHIJKLMNOPQRSTU{GS}", 42, "it is too long"),
      ("]d201095060001343521126", 24, "it is too short"),
      ("]d20109506000134352" + "05X", 20, "no GS1 Application Identifier begins with \"05X\""),
      ("]d2010950600013435242200A{GS}", 25, "digits only"),
      ("]d20109506000134352422990{GS}", 23, "990 is no country"),
      ("]d201095060001343528005ABC123", 24, "digits only"),
      ("]d28006123456789012300101{GS}", 0, "the check digit"),
    ]
  )
  func refused(text: String, position: Int, reason: String) throws {
    let error = try #require(try refusal(of: text))
    #expect(error.problem.contains(reason), "\(error)")
    if position > 0 { #expect(error.position == position, "\(error)") }
    #expect(error.description.contains(error.mend))
  }

  @Test("Elements that contradict each other are refused")
  func contradictions() throws {
    let twice = try #require(try refusal(of: "]d2010950600013435210A{GS}10B{GS}"))
    #expect(twice.kind == .contradiction && twice.problem.contains("is there twice"))
    let both = try #require(try refusal(of: "]d2010950600013435202095060001343523710{GS}"))
    #expect(both.kind == .contradiction && both.problem.contains("cannot stand with"))
    #expect(try read("]d2010950600013435210A{GS}10A{GS}").pairs == ["01 09506000134352", "10 A"])
  }

  @Test("What the standard wants beside an element is told, since it may be in another code")
  func incomplete() throws {
    let code = try read("]C110LOT-42{GS}")
    #expect(code.facts.lot == "LOT-42")
    #expect(code.notes.map(\.code) == [.incomplete])
    #expect(code.notes.first?.sentence.contains("(01) or (02) or (03)") == true)
  }

  @Test("Without symbology identifier and check digit, it only looks like GS1")
  func unproven() throws {
    #expect(try read("10LOT-42").isUnproven)
    #expect(try !read("]C110LOT-42").isUnproven)
    #expect(try !read("010950600013435210LOT-42").isUnproven)
    #expect(try !read("10LOT-42{GS}").isUnproven)
  }

  @Test("Articles are read from retail symbols, too")
  func articles() throws {
    #expect(try read("]E09506000134352").facts.identifier == "09506000134352")
    #expect(try read("]E496385074").standard == .gtin)
    #expect(try read("9506000134352").isUnproven)
    #expect(try refusal(of: "]E09506000134353")?.kind == .unknown)
  }

  @Test(
    "Check characters, accounts, pieces and codes are held to their rules",
    arguments: [
      ("80131987654Ad4X4bL5ttr2310c2K", true), ("80131987654Ad4X4bL5ttr2310c2X", false),
      ("4149506000134352{GS}8007GB82WEST12345698765432", true),
      ("4149506000134352{GS}8007GB82WEST12345698765433", false),
      ("800609506000134352" + "0102", true), ("800609506000134352" + "0302", false),
      ("0109506000134352{GS}8001123412345" + "1230" + "1", true),
      ("0109506000134352{GS}8001000012345" + "1230" + "1", false),
      ("00009506000134352008{GS}4307DE", true), ("00009506000134352008{GS}4307ZZ", false),
      ("00009506000134352008{GS}43090000000000" + "3600000001", false),
      ("00009506000134352008{GS}4301A%2", false), ("00009506000134352008{GS}4301A%20B", true),
      ("0109506000134352{GS}70032611302359", true), ("0109506000134352{GS}70032611302460", false),
    ]
  )
  func linters(text: String, isRight: Bool) throws {
    #expect((try refusal(of: "]d2" + text + "{GS}") == nil) == isRight, "\(text)")
  }

  @Test(
    "Two digits of a year are the nearest such year",
    arguments: [("261130", 2_026), ("761130", 2_076), ("771130", 1_977), ("000229", 2_000)]
  )
  func centuries(digits: String, year: Int) throws {
    #expect(CodeDate(gs1: Array(digits.utf8), year: 2_026)?.year == year)
  }

  @Test("Day 00 is the month's last")
  func lastDay() throws {
    let code = try read("010950600013435217280200")
    #expect(code.facts.expires?.description == "2028-02-29")
  }
}

extension ScannedCode {
  /// Whether nothing but its look says what the code is.
  fileprivate var isUnproven: Bool { notes.contains { $0.code == .unproven } }
}
