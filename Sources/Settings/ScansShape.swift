internal import MarkedYAML
internal import Scans
internal import Telemetry

/// `scans:`: what codes are.
enum ScansShape {
  static let codes = Section("codes", CodeShape.shape, "The plant's own codes, by how they look")
  static let articles = Section(
    "articles",
    ArticleShape.shape,
    "What the plant makes of GTINs and other product numbers"
  )
  static let standIns = Key(
    "stand_ins",
    ScalarKind<String>.text.suchAs("\"{GS}\""),
    "What scanners send in place of the separator GS",
    default: #"["{GS}", "~d029", "^]", "␝"]"#
  )
  static let separatorKeys = Key(
    "separator_keys",
    ScalarKind<String>.text.suchAs("F8"),
    "Keys that a keyboard scanner presses in place of the separator, beside Ctrl+]"
  )
  static let shape = Shape(
    "scans section",
    [codes.optionalList, articles.optionalList, standIns.list(), separatorKeys.list()]
  )
}

enum CodeShape {
  static let kind = Key("kind", ScalarKind<CodeKind>.choice("kinds"), "What such a code is")
  static let pattern = Key(
    "pattern",
    .codePattern,
    "A regular expression that the whole code fits; its named groups say what the code says"
  )
  static let command = Key(
    "command",
    ScalarKind<CodeCommand>.choice("commands"),
    "What such a code has the agent do"
  )
  static let part = label("part", "Part number of what is made", such: "4711-C")
  static let revision = label("revision", "Revision of the part", such: "C")
  static let workOrder = label("work_order", "Work order", such: "WO-88")
  static let program = label("program", "Machine program", such: "SAC305-A")
  static let operatorName = label("operator", "Who the badge belongs to", such: "mara")
  static let material = label("material", "What the material is", such: "SAC305 paste T4")
  static let station = Key(
    "station",
    ScalarKind<StationID>.identifier.suchAs("reflow-1"),
    "The station that the code is on"
  )
  static let shape = Shape(
    "code",
    [
      kind.required, pattern.required, part.optional, revision.optional, workOrder.optional,
      program.optional, operatorName.optional, material.optional, station.optional,
      command.optional,
    ],
    rules: [
      .needs(["command"], where: "kind", is: ["command"]),
      .only(
        ["command"],
        where: "kind",
        is: ["command"],
        isDefault: false,
        finding: "is what a code of kind: command does; remove it, or write kind: command"
      ),
    ]
  )

  private static func label(_ name: String, _ summary: String, such example: String) -> Key<Label> {
    Key(name, ScalarKind<Label>.label.suchAs(example), summary)
  }
}

enum ArticleShape {
  /// What an article can be.
  enum Kind: String, CaseIterable { case lot, material }

  static let identifier = Key(
    "identifier",
    ScalarKind<String>.productNumber,
    "The GTIN with 14 digits, or another standard's product number, in quotes"
  )
  static let kind = Key(
    "kind",
    ScalarKind<Kind>.choice("kinds"),
    "lot for what is made here, material for what goes in"
  )
  static let shape = Shape(
    "article",
    [
      identifier.required, kind.required, CodeShape.part.optional, CodeShape.revision.optional,
      CodeShape.program.optional, CodeShape.material.optional,
    ]
  )
}

extension ScalarKind where Value == String {
  /// A pattern of codes that compiles, and whose groups say something.
  fileprivate static let codePattern = ScalarKind(
    expected: "a regular expression, in single quotes",
    example: "'PCB-[0-9]{4}'",
    schema: ["type": "string", "minLength": 1]
  ) { scalar throws(ScalarProblem) in
    guard !scalar.text.isEmpty else { throw .wrongType }
    if scalar.isPlain { _ = try ScalarKind.text.read(scalar) }
    do throws(CodePatternError) {
      _ = try CodePattern.check(scalar.text)
    } catch {
      throw .other(
        .badPattern,
        message: "\(scalar.text) cannot be a pattern: \(error); write one, in single quotes"
      )
    }
    return scalar.text
  }

  /// A GTIN, whose check digit is right, or a text.
  fileprivate static let productNumber = ScalarKind(
    expected: "a product number, in quotes",
    example: "\"09506000134352\"",
    schema: text.schema
  ) { scalar throws(ScalarProblem) in
    let text = try ScalarKind.text.read(scalar)
    let digits = Array(text.utf8)
    guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return text }
    guard digits.count == 14, CheckDigit.isGTIN(digits) else {
      throw .other(
        .outOfBounds,
        message:
          "\(text) is no GTIN: write its 14 digits, zeros before a shorter one, and see that "
          + "the last one, the check digit, is right"
      )
    }
    return text
  }
}
