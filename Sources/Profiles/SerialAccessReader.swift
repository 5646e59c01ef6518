internal import MarkedYAML
internal import Telemetry

/// Reads the `serial` section and the groups of a profile.
struct SerialAccessReader {
  private let fields: FieldReader

  init(_ fields: FieldReader) { self.fields = fields }

  func access(_ groupReaders: [FieldReader]) -> SerialAccess? {
    let terminator = Array((fields.required("terminator", Self.terminator)?.value ?? "\r\n").utf8)
    fields.finish()
    var groupNames = NameCheck(log: fields.log)
    var signalNames = NameCheck(log: fields.log)
    let groups = groupReaders.compactMap {
      group($0, terminator: terminator, names: &groupNames, signalNames: &signalNames)
    }
    checkListeners(groups, groupReaders)
    guard !groups.isEmpty else { return nil }
    return SerialAccess(
      framing: SerialFraming(shape: .line(terminator: terminator)),
      groups: groups
    )
  }

  private static let terminator = ScalarKind<String>(
    expected: "the bytes that end a line, in double quotes",
    example: #""\r\n""#
  ) { scalar throws(ScalarProblem) in
    guard !scalar.text.isEmpty, !scalar.isPlain else { throw .wrongType }
    guard !scalar.text.hasPrefix("\\") else {
      throw .other(
        .wrongType,
        message: "single quotes keep the backslash as it is; use double quotes: "
          + "\"\(scalar.text)\""
      )
    }
    return scalar.text
  }

  private func checkListeners(_ groups: [SerialScanGroup], _ readers: [FieldReader]) {
    guard groups.count > 1, groups.count == readers.count else { return }
    for (group, reader) in zip(groups, readers) where group.request.isEmpty {
      fields.log.add(
        .contradiction,
        at: reader.mark,
        "a group without \"request\" listens all the time, so it is the only group; "
          + "add \"request\", or remove the other groups"
      )
    }
  }

  private func group(
    _ fields: FieldReader,
    terminator: [UInt8],
    names: inout NameCheck,
    signalNames: inout NameCheck
  ) -> SerialScanGroup? {
    let name = fields.required("name", .text.suchAs("measurement"))
    if let name { names.take(name, noun: "group") }
    let period = fields.required("period", .period)
    let request = fields.optional("request", Self.request)?.value
    let timeout = fields.optional("timeout", .timeout)?.value ?? .seconds(1)
    let pattern = fields.required("pattern", .pattern)
    let errorPattern = fields.optional("error_pattern", .pattern)?.value
    let example = fields.optional("example", Self.example)
    var serialFields: [SerialField] = []
    for reader in fields.mappings("fields", noun: "field") {
      let field = SerialFieldReader(fields: reader)
      let read = field.field(pattern: pattern?.value, names: &signalNames)
      if let read { serialFields.append(read) }
    }
    fields.finish()
    guard let name, let period, let pattern, !serialFields.isEmpty else { return nil }
    let group = SerialScanGroup(
      name: name.value,
      period: period.value,
      request: request.map { Self.bytes(of: $0, terminator: terminator) } ?? [],
      timeout: timeout,
      pattern: pattern.value,
      errorPattern: errorPattern,
      example: example?.value,
      fields: serialFields
    )
    checkExample(example, of: group, log: fields.log)
    return group
  }

  /// A request that ends its line itself is left as it is.
  private static func bytes(of request: String, terminator: [UInt8]) -> [UInt8] {
    let bytes = Array(request.utf8)
    let endsItself = bytes.last == 0x0D || bytes.last == 0x0A || bytes.ends(with: terminator)
    return endsItself ? bytes : bytes + terminator
  }

  private func checkExample(
    _ example: Marked<String>?,
    of group: SerialScanGroup,
    log: FindingLog
  ) {
    guard let example, let decoder = try? LineDecoder(group) else { return }
    let readings = decoder.readings(from: Array(example.value.utf8))
    for (field, reading) in zip(group.fields, readings) where !reading.quality.isGood {
      log.add(
        .exampleMismatch,
        at: example.mark,
        "\"example\" gives no good value for \(field.signal.name); "
          + "correct the pattern, the field or the example"
      )
    }
  }

  private static let request = ScalarKind<String>(
    expected: "the text to send, in quotes",
    example: #""?""#
  ) { scalar throws(ScalarProblem) in
    guard !scalar.text.isEmpty else { throw .wrongType }
    return scalar.isPlain ? try ScalarKind.text.read(scalar) : scalar.text
  }

  private static let example = ScalarKind<String>(
    expected: "a line as the manual shows it, in quotes",
    example: #""512 ppm""#
  ) { scalar throws(ScalarProblem) in
    guard !scalar.text.isEmpty else { throw .wrongType }
    return scalar.isPlain ? try ScalarKind.text.read(scalar) : scalar.text
  }
}

/// Reads one field of a line.
private struct SerialFieldReader {
  let fields: FieldReader

  enum TypeWord: String, CaseIterable, Sendable { case number, text }

  func field(pattern: String?, names: inout NameCheck) -> SerialField? {
    let name = fields.required("name", .text.suchAs("oxygen"))
    if let name { names.take(name, noun: "signal") }
    let common = SignalReader(fields: fields)
    let signal = common.signal(named: name?.value ?? "")
    let word =
      fields.optional("type", ScalarKind<TypeWord>.choice("known types"))?.value ?? .number
    let kind: SerialField.Kind = word == .text ? .text : .number
    if kind == .text {
      common.forbid(["scale", "offset", "range"], because: "is for type: number; remove it")
    }
    let capture = fields.optional("capture", .text)
    let scaling = kind == .number ? common.scaling() : nil
    let notAvailable = fields.list("not_available", of: Self.verbatim) ?? []
    fields.finish()
    guard let name else { return nil }
    let group = capture?.value ?? name.value.split(separator: ".").last.map(String.init) ?? ""
    checkCapture(group, in: pattern, at: capture?.mark ?? name.mark)
    return SerialField(
      signal: signal,
      capture: group,
      kind: kind,
      scaling: scaling,
      notAvailable: Set(notAvailable.map(\.value))
    )
  }

  private func checkCapture(_ name: String, in pattern: String?, at mark: SourceMark) {
    guard let pattern, let regex = try? LinePattern.compile(pattern),
      !regex.contains(captureNamed: name)
    else { return }
    fields.log.add(
      .missingCapture,
      at: mark,
      "the pattern has no group named \"\(name)\"; add (?<\(name)>…) to it, "
        + "or name one of its groups with \"capture\""
    )
  }

  private static let verbatim = ScalarKind<String>(
    expected: "a text as the instrument sends it, in quotes",
    example: #""----""#
  ) { scalar throws(ScalarProblem) in
    guard !scalar.isAbsent else { throw .wrongType }
    return scalar.isPlain ? try ScalarKind.text.read(scalar) : scalar.text
  }
}

extension ScalarKind where Value == Duration {
  /// The longest wait for a reply.
  static var timeout: ScalarKind { .duration(in: .milliseconds(10)...(.seconds(60))) }
}

extension ScalarKind where Value == String {
  /// A regular expression that compiles.
  static let pattern = ScalarKind(
    expected: "a regular expression, in single quotes",
    example: #"'^(?<oxygen>[0-9.]+) ppm$'"#
  ) { scalar throws(ScalarProblem) in
    guard !scalar.text.isEmpty else { throw .wrongType }
    do throws(LinePatternError) {
      _ = try LinePattern.compile(scalar.text)
    } catch {
      throw .other(.badPattern, message: "\(error); write one, in single quotes")
    }
    return scalar.text
  }
}

extension [UInt8] {
  fileprivate func ends(with end: [UInt8]) -> Bool {
    count >= end.count && suffix(end.count).elementsEqual(end)
  }
}
