internal import MarkedYAML

/// Reads one field of what a serial instrument sends.
struct SerialFieldReader {
  let fields: FieldReader

  func field(pattern: String?) -> SerialField? {
    let common = SignalReader(fields: fields)
    let signal = common.signal()
    let word = fields.value(SerialFieldShape.type)?.value ?? .number
    let isHexadecimal = fields.value(SerialFieldShape.isHexadecimal)?.value ?? false
    let order = fields.value(SerialFieldShape.order)?.value ?? .abcd
    let capture = fields.value(SerialFieldShape.capture)
    let scaling = word == .text ? nil : common.scaling()
    let notAvailable = fields.values(SerialFieldShape.notAvailable) ?? []
    fields.finish()
    guard let signal else { return nil }
    let group = capture?.value ?? signal.name.split(separator: ".").last.map(String.init) ?? ""
    checkCapture(group, in: pattern, at: capture?.mark ?? fields.mark(of: SignalShape.name.name))
    let kind: SerialField.Kind =
      switch word {
      case .number: .number
      case .text: .text
      default:
        SerialField.ByteType(rawValue: word.rawValue)
          .map { .bytes($0, order, isHexadecimal: isHexadecimal) } ?? .number
      }
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
}

extension SerialField {
  func with(goodWhen: GoodWhen?) -> SerialField {
    SerialField(
      signal: signal.with(goodWhen: goodWhen),
      capture: capture,
      kind: kind,
      scaling: scaling,
      notAvailable: notAvailable
    )
  }

  /// What it can say as a status.
  var candidate: StatusCandidate {
    let kind: StatusCandidate.Kind =
      switch kind {
      case .text: .text
      case .number: scaling == nil ? .code([:]) : .number
      case .bytes(let type, _, _):
        scaling == nil && !type.registerType.isFloat ? .code([:]) : .number
      }
    return StatusCandidate(name: signal.name, kind: kind)
  }
}
