import Testing

@testable import Scans

@Suite("HIBC")
struct HIBCTests {
  @Test("A product's code is taken apart, and its check character is right")
  func primary() throws {
    let code = try read("+A123BJC5D6E71G")
    #expect(code.standard == .hibc)
    #expect(code.facts.identifier == "A123BJC5D6E71")
    #expect(code.udi?.deviceIdentifier.value == "A123BJC5D6E71")
  }

  @Test(
    "Lot, serial and dates are read in each of their forms",
    arguments: [
      ("$LOT-4", "LOT-4", nil, nil), ("$+SN12", nil, "SN12", nil),
      ("$$1126LOT4", "LOT4", nil, "2026-11-30"), ("$$2113026LOT4", "LOT4", nil, "2026-11-30"),
      ("$$3261130LOT4", "LOT4", nil, "2026-11-30"), ("$$426113012LOT4", "LOT4", nil, "2026-11-30"),
      ("$$526334LOT4", "LOT4", nil, "2026-11-30"), ("$$62633412LOT4", "LOT4", nil, "2026-11-30"),
      ("$$7LOT4", "LOT4", nil, nil), ("$$+3261130SN9", nil, "SN9", "2026-11-30"),
      ("$$8053261130LOT4", "LOT4", nil, "2026-11-30"), ("26334LOT4", "LOT4", nil, "2026-11-30"),
      ("$LOT4/S77D", "LOT4", "77D", nil), ("$LOT4/14D20261130", "LOT4", nil, "2026-11-30"),
    ] as [(String, String?, String?, String?)]
  )
  func secondary(data: String, lot: String?, serial: String?, expires: String?) throws {
    let code = try read(hibc("+A99912345/\(data)"))
    #expect(code.facts.identifier == "A99912345")
    #expect(code.facts.lot == lot && code.facts.serial == serial)
    #expect(code.facts.expires?.description == expires)
    if !data.contains("/") {
      let alone = try read(hibc("+\(data)G"))
      #expect(alone.facts.lot == lot && alone.facts.serial == serial, "with a link character")
    }
  }

  @Test("A date of production is one of the UDI's parts")
  func produced() throws {
    let code = try read(hibc("+A99912345/$$52001510X3/16D20111212/S77DEFG45"))
    #expect(code.facts.manufactured?.description == "2011-12-12")
    #expect(code.udi?.productionIdentifiers.map(\.key) == ["$$", "$", "16D", "S"])
  }

  @Test(
    "What is wrong is refused",
    arguments: [
      ("+A123BJC5D6E71H", CodeError.Kind.check), ("+a123bjc5d6e71g", .malformed),
      (hibc("+A99912345/$$3261330LOT"), .malformed), (hibc("+A9"), .malformed),
      (hibc("+/ABC"), .malformed), ("+1%", .malformed), (hibc("+$L"), .malformed), ("+", .check),
      (hibc("+A99912345/16D20261301"), .malformed),
    ]
  )
  func refused(text: String, kind: CodeError.Kind) throws {
    #expect(try refusal(of: text)?.kind == kind, "\(text)")
  }
}

/// A HIBC with its check character.
private func hibc(_ text: String) -> String {
  let characters = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%")
  let sum = text.reduce(0) { $0 + (characters.firstIndex(of: $1) ?? 0) }
  return text + String(characters[sum % 43])
}

@Suite("ISBT 128")
struct ISBT128Tests {
  @Test("The example of the FDA's list of UDI formats is taken apart")
  func udi() throws {
    let code = try read(
      "=/A9999XYZ100T0944=,000025=A99971312345600=>014032=}013032&,1000000000000XYZ123"
    )
    #expect(code.standard == .isbt128)
    #expect(code.facts.identifier == "A9999XYZ100T0944")
    #expect(code.facts.serial == "000025")
    #expect(code.facts.lot == "000000000000XYZ123")
    #expect(code.facts.expires?.description == "2014-02-01")
    #expect(code.facts.manufactured?.description == "2013-02-01")
    #expect(code.udi?.productionIdentifiers.map(\.key) == ["=,", "=", "=>", "=}", "&,1"])
  }

  @Test(
    "What is wrong is refused with its place",
    arguments: [("=/A99", 3), ("=>014400", 3), ("=,000025X", 9), ("=>0140", 3)]
  )
  func refused(text: String, position: Int) throws {
    let error = try #require(try refusal(of: text))
    #expect(error.kind == .malformed && error.position == position, "\(error)")
  }
}
