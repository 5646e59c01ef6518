import MarkedYAML
import Telemetry
import Tables
import TestSupport
import Testing

@testable import ProfileImport

@Suite("Parts of the import")
struct PartsTests {
  @Test(
    "A name becomes lower case words with dots",
    arguments: [
      ("RoomTemperature", "room.temperature"), ("motor1_run", "motor1_run"), ("PV", "pv"),
      ("Zone 1/PV", "zone.n1.pv"), ("HTTPPort", "http.port"), ("Rücklauf", "ruecklauf"),
      ("Press.OilTemp", "press.oil.temp"), ("_x_", "x"), ("%RH", "percentrh"), ("", "signal"),
      ("日本", "signal"), ("Zone1Temp", "zone1.temp"),
    ]
  )
  func names(original: String, expected: String) {
    #expect(SignalNames.plain(original) == expected)
  }

  @Test("Names that would be the same get numbers, and long ones are cut")
  func unique() {
    var names = SignalNames()
    #expect(names.name(for: "a b").name == "a.b")
    #expect(names.name(for: "a.b").name == "a.b_2")
    #expect(names.name(for: "A/B").name == "a.b_3")
    let long = String(repeating: "x", count: 90)
    #expect(names.name(for: long).name.count == 64)
    #expect(names.name(for: long).name.hasSuffix("_2"))
    #expect(names.name(for: long).title == long)
  }

  @Test(
    "A straight line through two points is exact",
    arguments: [
      ("0", "4000", "-50", "150", "0.05", "-50"), ("4", "20", "0", "100", "6.25", "-25"),
      ("0", "32767", "0", "32767", "1", "0"), ("-1000", "1000", "10", "-10", "-0.01", "0"),
      ("0.5", "2.5", "1", "2", "0.5", "0.75"),
    ]
  )
  func lines(
    rawLow: String,
    rawHigh: String,
    low: String,
    high: String,
    scale: String,
    offset: String
  ) throws {
    let numbers = [rawLow, rawHigh, low, high].compactMap { ExactDecimal($0) }
    let line = try #require(
      ExactLine(raw: (numbers[0], numbers[1]), scaled: (numbers[2], numbers[3]))
    )
    #expect(line.scale.text == scale)
    #expect(line.offset.text == offset)
    #expect(!line.isRounded)
  }

  @Test("A line that no decimal has is rounded half up at the 15th digit, and says so")
  func rounded() throws {
    let line = try #require(
      ExactLine(
        raw: (.zero, ExactDecimal(digits: 3, places: 0)),
        scaled: (.zero, ExactDecimal(digits: 2, places: 0))
      )
    )
    #expect(line.isRounded)
    #expect(line.scale.text == "0.666666666666667")
  }

  @Test("Two points at one place are no line")
  func noLine() {
    #expect(ExactLine(raw: (.one, .one), scaled: (.zero, .one)) == nil)
    #expect(ExactLine(raw: (.zero, .one), scaled: (.one, .one)) == nil)
  }

  @Test(
    "A decimal is read as it is written",
    arguments: [
      ("0.10", "0.1"), ("-12.50", "-12.5"), ("1e-05", "0.00001"), ("2.5E3", "2500"),
      (".5", "0.5"), ("-0.05", "-0.05"), ("100", "100"), ("0,1", nil), ("1.2.3", nil),
      ("", nil), ("abc", nil), ("1e99", nil), ("0.0000000000000001", nil), ("nan", nil),
    ] as [(String, String?)]
  )
  func decimals(text: String, expected: String?) {
    #expect(ExactDecimal(text)?.text == expected)
  }

  @Test("A comma stands for the point only where it may")
  func comma() {
    #expect(ExactDecimal("0,125", comma: true)?.text == "0.125")
  }

  @Test(
    "A table is read with its separator, quotes and line ends",
    arguments: [
      ("a,b\n1,2\n", ","), ("a;b\r\n1;2\r\n", ";"), ("a\tb\n1\t2", "\t"),
      ("\"a\";\"b\"\n\"1\";2\n", ";"), ("sep=;\na;b\n1;2\n", ";"),
    ]
  )
  func tables(text: String, separator: String) throws {
    let table = try CSVText(text)
    #expect(String(table.separator) == separator)
    #expect(table.rows.map(\.cells) == [["a", "b"], ["1", "2"]])
  }

  @Test("A quoted cell holds separators, quotes and line ends, and lines are counted through it")
  func quotes() throws {
    let table = try CSVText("a,b\n\"x, \"\"y\"\"\nz\",1\n\nlast,\n")
    #expect(table.rows.map(\.cells) == [["a", "b"], ["x, \"y\"\nz", "1"], ["last", ""]])
    #expect(table.rows.map(\.line) == [1, 2, 5])
  }

  @Test(
    "An address is read in every notation that tables have",
    arguments: [
      ("40001", "holding", 0, nil), ("400001", "holding", 0, nil), ("300010", "input", 9, nil),
      ("00005", "coil", 4, nil), ("100006", "discrete", 5, nil), ("40030.3", "holding", 29, 3),
      ("holding:10", "holding", 10, nil), ("4x0010", "holding", 9, nil),
      ("465536", "holding", 65_535, nil),
    ] as [(String, String, Int, Int?)]
  )
  func addresses(text: String, table: String, address: Int, bit: Int?) throws {
    let read = try CSVAddress(text, table: nil, base: .modicon)
    #expect(read.table.rawValue == table)
    #expect(read.address == address)
    #expect(read.bit == bit)
  }

  @Test(
    "What is no address is refused",
    arguments: [
      "40000", "20001", "4001", "40001.16", "40001[3]", "x", "", "holding:", "foo:1", "40001.0H",
    ]
  )
  func badAddresses(text: String) {
    #expect(throws: CSVAddressError.self) {
      try CSVAddress(text, table: nil, base: .modicon)
    }
  }

  @Test("Plain addresses count from the base that is stated")
  func bases() throws {
    #expect(try CSVAddress("0x1F", table: .input, base: .zero).address == 31)
    #expect(try CSVAddress("1", table: .input, base: .one).address == 0)
    #expect(throws: CSVAddressError.self) { try CSVAddress("0", table: .input, base: .one) }
    #expect(throws: CSVAddressError.self) {
      try CSVAddress("30001", table: .holding, base: .modicon)
    }
  }

  @Test(
    "A text is quoted exactly where YAML needs it, and reads back the same",
    arguments: [
      ("plain text", false), ("off", true), ("y", true), ("010", true), ("12:30", true),
      ("1.5", true), ("a: b", true), ("a:b", false), ("a #b", true), ("a#b", false),
      ("- a", true), ("%", true), ("%{RH}", true), ("[ppm]", true), ("N.m", false),
      ("°C", false), ("", true), (" a", true), ("a\nb", true), ("say \"no\"", true),
      ("\u{7F}", true),
      ("back\\slash", false), ("it's", false), ("null", true), ("<<", true),
      ("a,b", true), ("😀", false), ("x:", true), ("\u{2028}", true), ("1", true), ("/min", false),
    ]
  )
  func quoting(text: String, isQuoted: Bool) {
    let written = YAMLText.written(text)
    #expect(written.hasPrefix("\"") == isQuoted)
    for document in ["k: \(written)\n", "k: {a: \(written), b: 1}\n"] {
      let node = YAMLDocument.compose(document, into: FindingLog(file: "t"))
      guard case .mapping(let entries)? = node?.content else {
        Issue.record("\(document)")
        continue
      }
      switch entries[0].value.content {
      case .scalar(let scalar): #expect(scalar.text == text)
      case .mapping(let inner):
        #expect(
          inner[0].value.content
            == .scalar(YAMLScalar(text: text, isPlain: !isQuoted, mark: inner[0].value.mark))
        )
      case .sequence: Issue.record("\(document)")
      }
    }
  }

  @Test(
    "A duration is written as profiles have it",
    arguments: [
      ("500ms", "500ms"), ("1s", "1s"), ("1m30s", "90s"), ("90", "90s"), ("1.5s", "1500ms"),
      ("2m", "2m"), ("1h", "1h"), ("5ms", nil), ("25h", nil), ("abc", nil), ("1", "1s"),
      ("-5", nil), ("", nil),
    ] as [(String, String?)]
  )
  func durations(text: String, expected: String?) {
    #expect(Duration(telegraf: text)?.profileText == expected)
  }

  @Test("EdgeX's mask and shift are a run of bits, and its factor a power of two")
  func maskAndShift() {
    func arithmetic(_ mask: String, _ shift: String) -> EdgeXArithmetic? {
      let entries = [("mask", mask), ("shift", shift), ("scale", "0.5")].map {
        SourceEntry(key: $0, line: 1, value: SourceNode(line: 1, content: .scalar($1)))
      }
      let fields = SourceFields(entries, line: 1, noun: "t", notes: NoteLog())
      return EdgeXArithmetic(type: .number("uint16"), properties: fields)
    }
    #expect(arithmetic("0x0F00", "8")?.type == .bits(8, 11))
    #expect(arithmetic("0x0F00", "8")?.scale?.text == "0.5")
    #expect(arithmetic("3840", "0")?.scale?.text == "128")
    #expect(arithmetic("0", "4")?.type == .bits(4, 15))
    #expect(arithmetic("0x0F00", "10")?.type == .bits(10, 11))
    #expect(arithmetic("255", "-4")?.scale?.text == "8")
    #expect(arithmetic("0xFFFF", "0")?.type == .number("uint16"))
    #expect(arithmetic("0x0101", "0") == nil)
  }
}
