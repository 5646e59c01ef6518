package import MarkedYAML
internal import Telemetry

/// Faults that were read, and what is wrong with what was not.
package struct FaultReading: Sendable, Hashable {
  package let faults: [Fault]

  /// In the order of the file.
  package let findings: [Finding]
}

/// Reads fault scripts: YAML files, and the short form of one fault on a command line.
package enum FaultScriptReader {
  /// What findings call the short form.
  private static let optionName = "--fault"

  /// Reads a file: `faults:` and a list.
  package static func read(file path: String) -> FaultReading {
    let log = FindingLog(file: path)
    return read(SourceText(path: path, into: log), log)
  }

  /// Reads the bytes of a file, which findings call `file`.
  package static func read(bytes: [UInt8], file: String) -> FaultReading {
    let log = FindingLog(file: file)
    return read(SourceText(bytes: bytes, into: log), log)
  }

  /// Reads the short form of one fault: `silence@10s..20s, units: [1]`.
  ///
  /// - Parameters:
  ///   - text: The option's value.
  ///   - number: Which of the options it is, from 1: the line in findings.
  /// - Returns: The fault, and findings for a file called `--fault`.
  package static func read(option text: String, number: Int) -> FaultReading {
    let (form, log) = (FaultShortForm(text), FindingLog(file: optionName))
    let read = YAMLDocument.compose(form.yaml, into: log).flatMap { root in
      fault(
        FieldReader(root, shape: FaultShape.shape, into: log),
        origin: "\(optionName) '\(text)'"
      )
    }
    let findings = log.findings.map {
      Finding(
        file: $0.file,
        mark: form.mark($0.mark, line: number),
        severity: $0.severity,
        code: $0.code,
        message: $0.message,
        schemaRefuses: $0.schemaRefuses
      )
    }
    return FaultReading(faults: [read].compactMap(\.self), findings: findings)
  }

  private static func read(_ source: SourceText?, _ log: FindingLog) -> FaultReading {
    guard let source, let root = YAMLDocument.compose(source.text, into: log) else {
      return FaultReading(faults: [], findings: log.findings)
    }
    let fields = FieldReader(root, shape: FaultScriptShape.shape, into: log)
    let faults = fields.mappings(FaultScriptShape.faults).compactMap { fields in
      fault(fields, origin: "\(log.file):\(fields.mark.line):\(fields.mark.column)")
    }
    fields.finish()
    return FaultReading(faults: faults, findings: log.findings)
  }

  private static func fault(_ fields: FieldReader, origin: String) -> Fault? {
    defer { fields.finish() }
    let (window, frequency) = (window(fields), frequency(fields))
    let target = target(fields)
    guard let kind = fields.value(FaultShape.fault)?.value,
      let effect = effect(kind, fields), let window
    else { return nil }
    return Fault(
      effect,
      target: target,
      window: window,
      // What is wrong with another frequency is noted.
      frequency: kind.strikesValues ? .always : frequency,
      origin: origin
    )
  }

  private static func effect(_ kind: FaultKind, _ fields: FieldReader) -> Fault.Effect? {
    let jitter = fields.value(FaultShape.jitter)?.value ?? .zero
    switch kind {
    case .silence: return .silence
    case .latency:
      return fields.value(FaultShape.delay).map { .latency(delay: $0.value, jitter: jitter) }
    case .lateReply:
      return fields.value(FaultShape.delay).map { .lateReply(delay: $0.value, jitter: jitter) }
    case .exception: return .exception(UInt8(fields.value(FaultShape.code)?.value ?? 4))
    case .errorReply: return fields.value(FaultShape.text).map { .errorReply($0.value) }
    case .bitErrors: return .bitErrors(fields.value(FaultShape.bits)?.value ?? 1)
    case .shortFrame: return .shortFrame(fields.value(FaultShape.bytes)?.value ?? 1)
    case .longFrame: return .longFrame(fields.value(FaultShape.bytes)?.value ?? 1)
    case .wrongUnit: return .wrongUnit(fields.value(FaultShape.otherUnit).map { UInt8($0.value) })
    case .wrongTransaction:
      return .wrongTransaction(offset: fields.value(FaultShape.offset)?.value ?? 1)
    case .duplicate: return .duplicate
    case .disconnect:
      return .disconnect(away: fields.value(FaultShape.away)?.value ?? .seconds(1))
    case .stuck: return stuck(fields)
    case .restart: return .restart
    }
  }

  private static func stuck(_ fields: FieldReader) -> Fault.Effect? {
    let value = fields.value(FaultShape.value)?.value
    guard let signals = fields.values(FaultShape.signals) else { return nil }
    if case .sequence([])? = fields.node(FaultShape.signals.name)?.content {
      let message = "\"signals\" is an empty list; add the name of a signal at least"
      fields.log.add(.outOfBounds, at: fields.mark(of: FaultShape.signals.name), message)
    }
    return .stuck(signals: signals.map(\.value), value: value)
  }

  private static func target(_ fields: FieldReader) -> FaultTarget {
    let functions = fields.values(FaultShape.functions) ?? []
    let tables = fields.values(FaultShape.tables) ?? []
    return FaultTarget(
      units: Set((fields.values(FaultShape.units) ?? []).map { UInt8($0.value) }),
      functions: Set(tables.map(\.value.functionCode) + functions.map { UInt8($0.value) }),
      addresses: fields.value(FaultShape.addresses)?.value
    )
  }

  private static func window(_ fields: FieldReader) -> FaultWindow? {
    let from = fields.value(FaultShape.from)?.value ?? .zero
    let to = fields.value(FaultShape.to)
    let repetition = repetition(fields)
    if let to, to.value <= from {
      let message = "\"to\" is not after \"from\"; a fault lasts from one to the other"
      fields.log.add(.contradiction, at: to.mark, message)
      return nil
    }
    return FaultWindow(from: from, to: to?.value, repetition: repetition)
  }

  private static func repetition(_ fields: FieldReader) -> FaultWindow.Repetition? {
    guard let every = fields.value(FaultShape.every), let length = fields.value(FaultShape.length)
    else { return nil }
    if length.value > every.value {
      let message = "\"for\" is longer than \"every\"; a repeated fault ends before it begins anew"
      fields.log.add(.contradiction, at: length.mark, message)
      return nil
    }
    return .init(every: every.value, for: length.value)
  }

  private static func frequency(_ fields: FieldReader) -> Fault.Frequency {
    if let probability = fields.value(FaultShape.probability) {
      return .probability(probability.value)
    }
    return fields.value(FaultShape.everyNth).map { .everyNth($0.value) } ?? .always
  }
}
