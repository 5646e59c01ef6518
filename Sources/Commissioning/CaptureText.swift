internal import MarkedYAML
internal import Telemetry

/// Texts and bytes as they stand in a capture: quoted as YAML and JSON do it.
enum CaptureText {
  /// Bytes as the text of Latin-1, so that each stays one character: `"O2?\r\n"`, `"\x02A1\x03"`.
  static func quoted(_ bytes: [UInt8]) -> String {
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: bytes.map { Unicode.Scalar($0) })
    return quoted(String(scalars))
  }

  /// The text in double quotes, printable ASCII as it is.
  static func quoted(_ text: String) -> String { YAMLText.quoted(text, isASCII: true) }

  /// A name as it is where every YAML program reads it as a text, in quotes elsewhere.
  static func name(_ name: String) -> String {
    let isWord = name.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0))
    }
    let isText = isWord && name.first?.isLetter == true
    return isText && PlainScalar.meaning(of: name) == nil ? name : quoted(name)
  }

  /// The bytes of a text in Latin-1.
  ///
  /// - Returns: nil for a text with a character that is no byte.
  static func bytes(_ text: String) -> [UInt8]? {
    let bytes = text.unicodeScalars.compactMap { UInt8(exactly: $0.value) }
    return bytes.count == text.unicodeScalars.count ? bytes : nil
  }
}

extension Capture {
  /// The capture as its file.
  package var text: String {
    var lines = [
      "# What a device answered, and what its profile made of it.",
      "# Written by lotline profile test --record, replayed by lotline profile verify.",
      "capture: \(CaptureText.name(profile))", "profile_sha256: \"\(profileHash)\"",
      "taken: \"\(taken)\"", "software: \(CaptureText.quoted(software))",
      "from: \(CaptureText.quoted(origin))",
    ]
    if let unit { lines.append("unit: \(unit.rawValue)") }
    if !identification.isEmpty {
      lines += ["", "identification:"]
      lines += identification.map {
        "  - {object: \(CaptureText.name($0.object)), text: \(CaptureText.quoted($0.text))}"
      }
    }
    let runs = tables.runs.flatMap(Self.cut)
    if !runs.isEmpty { lines += ["", "registers:"] + runs.map(Self.line) }
    if !answers.isEmpty {
      lines += ["", "answers:"]
      lines += answers.map {
        "  - {request: \(CaptureText.quoted($0.request)), answer: \(CaptureText.quoted($0.answer))}"
      }
    }
    lines += ["", "values:"]
    lines += values.map { "  - {signal: \(CaptureText.name($0.signal))\($0.reading.fields)}" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Short lines, and addresses that can be counted on the fingers.
  private static func cut(_ run: TrialTables.Run) -> [TrialTables.Run] {
    let width = run.table.holdsBits ? 50 : 10
    return stride(from: 0, to: run.words.count, by: width).map { start in
      TrialTables.Run(
        table: run.table,
        address: run.address + start,
        words: Array(run.words[start..<min(start + width, run.words.count)])
      )
    }
  }

  private static func line(_ run: TrialTables.Run) -> String {
    let content =
      run.table.holdsBits
      ? "bits: \"\(run.words.map { $0 == 0 ? "0" : "1" }.joined())\""
      : "words: \"\(RawText.words(run.words))\""
    return "  - {table: \(run.table.rawValue), address: \(run.address), \(content)}"
  }
}

extension KeptReading {
  /// `, bad: out_of_range, value: 412.5`.
  fileprivate var fields: String {
    let bad = cause.map { ", bad: \($0.code)" } ?? ""
    return switch value {
    case nil: bad
    case .plain(let text)?: bad + ", value: \(text)"
    case .text(let text)?: bad + ", value: \(CaptureText.quoted(text))"
    }
  }
}
