internal import MarkedYAML
internal import Telemetry

/// How a serial instrument frames what it sends.
enum SerialShape {
  static let terminator = Key("terminator", .lineEnd, "The bytes that end a line")
  static let length = Key(
    "length",
    .integer(in: 1...LineDecoder.maximumLength, example: 12),
    "Bytes of an answer, where all have the same, the check sum among them"
  )
  static let start = Key("start", .startMark, "The bytes that begin a frame")
  static let end = Key("end", .endMark, "The bytes that end a frame")
  static let checksum = Section("checksum", ChecksumShape.shape, "The check sum of a frame")
  static let framesRequests = Key(
    "frame_requests",
    .bool,
    "Whether requests get start, check sum and end like answers",
    default: "true"
  )
  static let shape = Shape(
    "serial section",
    [
      terminator.optional, length.optional, start.optional, end.optional, checksum.optional,
      framesRequests.optional,
    ],
    rules: [
      .exactlyOne(
        ["terminator", "length", "start"],
        missing: #"add terminator: "\r\n", or length: 12, or start: "\x02" and end: "\x03""#,
        several: "a frame ends by one rule; keep one of terminator, length, and start with end"
      ),
      .together("start", ["end"]), .together("end", ["start"]),
    ]
  )
}

enum ChecksumShape {
  static let kind = Key(
    "kind",
    ScalarKind<SerialChecksum.Kind>.choice("known check sums"),
    "How it is computed"
  )
  static let form = Key(
    "form",
    ScalarKind<SerialChecksum.Form>.choice("known forms"),
    "How it is written",
    default: "binary"
  )
  static let place = Key(
    "place",
    ScalarKind<SerialChecksum.Place>.choice("known places"),
    "Where it stands; after_end with start and end, before_end otherwise, unless this says it"
  )
  static let coverage = Key(
    "covers",
    ScalarKind<SerialChecksum.Coverage>.choice("known coverages"),
    "What it is taken of; content_and_end after the end mark, content otherwise, unless this says it"
  )
  static let shape = Shape(
    "check sum",
    [kind.required, form.optional, place.optional, coverage.optional]
  )
}

enum SerialGroupShape {
  static let pause = Key("pause", .pause, LimitShape.pause.summary, default: "0ms")
  static let request = Key(
    "request",
    .request,
    "Text to send; without it the group listens to an instrument that sends by itself"
  )
  static let timeout = Key("timeout", .timeout, "Longest wait for the answer", default: "1s")
  static let pattern = Key(
    "pattern",
    .pattern,
    "Regular expression for the whole answer, with a group (?<name>…) for each field"
  )
  static let errorPattern = Key(
    "error_pattern",
    .pattern,
    "What the instrument sends instead when it has an error"
  )
  static let example = Key(
    "example",
    .verbatim.suchAs(#""512 ppm""#),
    "An answer as the manual shows it; it is checked against the pattern"
  )
  static let fields = Section("fields", SerialFieldShape.shape, "The signals in the answer")
  static let shape = Shape(
    "group",
    GroupShape.fields + [
      pause.optional, request.optional, timeout.optional, pattern.required, errorPattern.optional,
      example.optional, GoodWhenShape.section.either(GoodWhenShape.always.form, isRequired: false),
      fields.requiredList,
    ]
  )
}

enum SerialFieldShape {
  static let capture = Key(
    "capture",
    .text.suchAs("oxygen"),
    "The pattern's group; without it the last word of the name"
  )
  static let type = Key(
    "type",
    ScalarKind<FieldTypeWord>.choice("known types"),
    "number and text as they are read, or the bytes of a number",
    default: "number"
  )
  static let isHexadecimal = Key(
    "hex",
    .bool,
    "Whether the bytes come as hexadecimal digits",
    default: "false"
  )
  static let order = Key(
    "order",
    ScalarKind<RegisterOrder>.choice("byte orders"),
    "Byte order of a number's bytes",
    default: "ABCD"
  )
  static let notAvailable = Key(
    "not_available",
    .verbatim.suchAs(#""----""#),
    "Texts that mean no value; for bytes their hexadecimal digits"
  )
  static let shape = Shape(
    "field",
    SignalShape.fields + [
      capture.optional, type.optional, isHexadecimal.optional, order.optional, notAvailable.list(),
    ],
    rules: [
      .only(
        SignalShape.ofNumbers,
        where: "type",
        is: FieldTypeWord.allCases.filter { $0 != .text }.map(\.rawValue),
        isDefault: true,
        finding: "is for numbers; remove it"
      ),
      .only(
        ["hex", "order"],
        where: "type",
        is: SerialField.ByteType.allCases.map(\.rawValue),
        isDefault: false,
        finding: "is for numbers that come as bytes; remove it"
      ),
    ]
  )
}

/// The words for ``SerialField/Kind`` in a file.
enum FieldTypeWord: String, CaseIterable, Sendable {
  case number, text
  case int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64
}

enum SerialIdentifyShape {
  static let request = Key("request", .request.suchAs(#""*IDN?""#), "Text to send")
  static let answer = Key(
    "answer",
    .pattern.suchAs("'^ACME,TM100,.*$'"),
    "Regular expression for the whole answer"
  )
  static let shape = Shape("identify section", [request.required, answer.required])
}

extension ScalarKind where Value == String {
  /// A text as it goes over the line; quotes keep it as it is.
  static let verbatim = ScalarKind(
    expected: "a text as the instrument sends it, in quotes",
    example: #""----""#,
    schema: ["type": "string", "minLength": 1]
  ) { scalar throws(ScalarProblem) in
    guard !scalar.text.isEmpty else { throw .wrongType }
    return scalar.isPlain ? try ScalarKind.text.read(scalar) : scalar.text
  }

  static let request = ScalarKind(
    expected: "the text to send, in quotes",
    example: #""?""#,
    schema: verbatim.schema,
    read: verbatim.read
  )

  static let lineEnd = mark("the bytes that end a line, in double quotes", #""\r\n""#)
  static let startMark = mark("the bytes that begin a frame, in double quotes", #""\x02""#)
  static let endMark = mark("the bytes that end a frame, in double quotes", #""\x03""#)

  private static func mark(_ expected: String, _ example: String) -> ScalarKind {
    ScalarKind(
      expected: expected,
      example: example,
      schema: ["type": "string", "minLength": 1]
    ) { scalar throws(ScalarProblem) in
      guard !scalar.text.isEmpty else { throw .wrongType }
      guard !scalar.isPlain else {
        throw .other(
          .wrongType,
          message: "\(scalar.shown) has no quotes; write \(expected), such as \(example)"
        )
      }
      guard !scalar.text.hasPrefix("\\") else {
        throw .other(
          .wrongType,
          message: "single quotes keep the backslash as it is; use double quotes: "
            + "\"\(scalar.text)\""
        )
      }
      return scalar.text
    }
  }

  /// A regular expression that compiles.
  static let pattern = ScalarKind(
    expected: "a regular expression, in single quotes",
    example: #"'^(?<oxygen>[0-9.]+) ppm$'"#,
    schema: ["type": "string", "minLength": 1]
  ) { scalar throws(ScalarProblem) in
    guard !scalar.text.isEmpty else { throw .wrongType }
    if scalar.isPlain { _ = try ScalarKind.text.read(scalar) }
    do throws(LinePatternError) {
      _ = try LinePattern.compile(scalar.text)
    } catch {
      throw .other(.badPattern, message: "\(error); write one, in single quotes")
    }
    return scalar.text
  }
}
