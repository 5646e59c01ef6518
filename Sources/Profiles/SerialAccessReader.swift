internal import MarkedYAML
internal import Telemetry

/// Reads the `serial` section, the groups and the identification of a profile.
struct SerialAccessReader {
  private let fields: FieldReader

  init(_ fields: FieldReader) { self.fields = fields }

  func access(_ groupReaders: [FieldReader], _ identify: FieldReader?) -> SerialAccess? {
    let framing = self.framing()
    fields.finish()
    var groupNames = NameCheck(log: fields.log)
    var signalNames = NameCheck(log: fields.log)
    let groups = groupReaders.compactMap { group($0, framing, &groupNames, &signalNames) }
    checkListeners(groups, groupReaders)
    if let framing { checkBytes(groups, groupReaders, framing) }
    let identification = identify.flatMap { self.identification($0, framing) }
    if let identify, groups.contains(where: \.request.isEmpty) { refuseAsking(identify) }
    guard !groups.isEmpty, let framing else { return nil }
    return SerialAccess(framing: framing, identification: identification, groups: groups)
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

  /// An instrument that sends by itself would have its next line taken for the answer.
  private func refuseAsking(_ identify: FieldReader) {
    fields.log.add(
      .contradiction,
      at: identify.mark,
      "an instrument that sends by itself is not asked; remove \"identify\", or add \"request\" to "
        + "the group"
    )
  }

  /// The bytes of a number may be those of a mark, and end the frame too early.
  private func checkBytes(
    _ groups: [SerialScanGroup],
    _ readers: [FieldReader],
    _ framing: SerialFraming
  ) {
    guard !framing.end.isEmpty, groups.count == readers.count else { return }
    for (group, reader) in zip(groups, readers) {
      guard let field = group.fields.first(where: \.isBinary) else { continue }
      fields.log.add(
        .contradiction,
        at: reader.mark(of: SerialGroupShape.fields.name),
        "the bytes of \(field.signal.name) can be those of the end mark, and cut the frame; "
          + "frame it by \"length\", or write hex: true where the bytes come as digits",
        severity: .warning
      )
    }
  }

  // MARK: Framing

  private func framing() -> SerialFraming? {
    let terminator = fields.value(SerialShape.terminator)
    let length = fields.value(SerialShape.length)
    let start = fields.value(SerialShape.start)
    let end = fields.value(SerialShape.end)
    let framesRequests = fields.value(SerialShape.framesRequests)?.value ?? true
    let shape: SerialFraming.Shape
    if let terminator {
      shape = .line(terminator: Self.bytes(terminator.value))
    } else if let length {
      shape = .fixed(length: length.value)
    } else if let start, let end {
      shape = .enclosed(start: Self.bytes(start.value), end: Self.bytes(end.value))
    } else {
      _ = fields.mapping(SerialShape.checksum).flatMap { self.checksum($0, isEnclosed: false) }
      return nil
    }
    let isEnclosed = if case .enclosed = shape { true } else { false }
    let checksum = fields.mapping(SerialShape.checksum).flatMap {
      self.checksum($0, isEnclosed: isEnclosed)
    }
    if let checksum, let length, checksum.byteCount >= length.value {
      fields.log.add(
        .outOfBounds,
        at: length.mark,
        "\"length\" counts the check sum, which has \(checksum.byteCount) bytes; "
          + "write the bytes of the whole answer"
      )
    }
    return SerialFraming(shape: shape, checksum: checksum, framesRequests: framesRequests)
  }

  private func checksum(_ fields: FieldReader, isEnclosed: Bool) -> SerialChecksum? {
    let kind = fields.value(ChecksumShape.kind)
    let form = fields.value(ChecksumShape.form)
    let stated = fields.value(ChecksumShape.place)
    let coverage = fields.value(ChecksumShape.coverage)
    fields.finish()
    if let stated, stated.value == .afterEnd, !isEnclosed {
      fields.log.add(
        .contradiction,
        at: stated.mark,
        "nothing comes after the end of such a frame; remove \"place\""
      )
    }
    let place = stated?.value ?? (isEnclosed ? .afterEnd : .beforeEnd)
    return kind.map {
      SerialChecksum(
        kind: $0.value,
        form: form?.value ?? .binary,
        place: place,
        coverage: coverage?.value ?? (place == .afterEnd ? .contentAndEnd : .content)
      )
    }
  }

  /// Marks are bytes: `"\x02"`, and other texts in UTF-8.
  private static func bytes(_ text: String) -> [UInt8] {
    let scalars = text.unicodeScalars
    return scalars.allSatisfy { $0.value < 0x100 }
      ? scalars.map { UInt8(truncatingIfNeeded: $0.value) } : Array(text.utf8)
  }

  /// A request that ends its line itself is left as it is.
  private func bytes(of request: String, in framing: SerialFraming?) -> [UInt8] {
    let bytes = Self.bytes(request)
    guard let framing, framing.framesRequests else { return bytes }
    if case .line(let terminator) = framing.shape, framing.checksum == nil {
      let endsItself = bytes.last == 0x0D || bytes.last == 0x0A || bytes.ends(with: terminator)
      if endsItself { return bytes }
    }
    return framing.frame(bytes)
  }

  // MARK: Groups

  private func group(
    _ fields: FieldReader,
    _ framing: SerialFraming?,
    _ names: inout NameCheck,
    _ signalNames: inout NameCheck
  ) -> SerialScanGroup? {
    let head = GroupHead(fields, names: &names)
    let pause = fields.value(SerialGroupShape.pause)?.value ?? .zero
    let request = fields.value(SerialGroupShape.request)?.value
    let timeout = fields.value(SerialGroupShape.timeout)?.value ?? .seconds(1)
    let pattern = fields.value(SerialGroupShape.pattern)
    let errorPattern = fields.value(SerialGroupShape.errorPattern)?.value
    let example = fields.value(SerialGroupShape.example)
    let members = self.members(fields, pattern?.value, &signalNames)
    fields.finish()
    guard let head, let pattern, !members.isEmpty else { return nil }
    if request != nil, timeout > head.period { warnOfTimeout(fields) }
    let group = SerialScanGroup(
      name: head.name,
      period: head.period,
      phase: head.phase,
      rules: head.rules,
      pause: pause,
      request: request.map { bytes(of: $0, in: framing) } ?? [],
      timeout: timeout,
      pattern: pattern.value,
      errorPattern: errorPattern,
      example: example?.value,
      fields: members
    )
    checkExample(example, of: group, log: fields.log)
    return group
  }

  /// One answer that does not come makes the next scan late, too.
  private func warnOfTimeout(_ fields: FieldReader) {
    fields.log.add(
      .contradiction,
      at: fields.mark(of: SerialGroupShape.timeout.name),
      "\"timeout\" (1s where it is not stated) is longer than \"period\", so that an answer which "
        + "does not come costs a scan; write a shorter one",
      severity: .warning
    )
  }

  private func members(
    _ fields: FieldReader,
    _ pattern: String?,
    _ signalNames: inout NameCheck
  ) -> [SerialField] {
    let goodWhen = GoodWhenChoice(fields)
    var members: [(field: SerialField, goodWhen: GoodWhenChoice)] = []
    var names: [String] = []
    for reader in fields.mappings(SerialGroupShape.fields) {
      if let name = reader.value(SignalShape.name) {
        names.append(name.value)
        signalNames.take(name, noun: "signal")
      }
      let own = GoodWhenChoice(reader)
      if let field = SerialFieldReader(fields: reader).field(pattern: pattern) {
        members.append((field, own))
      }
    }
    let resolver = GoodWhenResolver(
      candidates: members.map(\.field.candidate),
      names: names,
      log: fields.log
    )
    return members.enumerated().map { index, member in
      let rule = resolver.rule(for: index, own: member.goodWhen, group: goodWhen)
      return rule == nil ? member.field : member.field.with(goodWhen: rule)
    }
  }

  private func checkExample(
    _ example: Marked<String>?,
    of group: SerialScanGroup,
    log: FindingLog
  ) {
    guard let example, let decoder = try? LineDecoder(group) else { return }
    let readings = decoder.readings(from: Self.bytes(example.value))
    for (field, reading) in zip(group.fields, readings) where !reading.quality.isGood {
      log.add(
        .exampleMismatch,
        at: example.mark,
        "\"example\" gives no good value for \(field.signal.name); "
          + "correct the pattern, the field or the example"
      )
    }
  }

  private func identification(
    _ fields: FieldReader,
    _ framing: SerialFraming?
  ) -> SerialIdentification? {
    let request = fields.value(SerialIdentifyShape.request)
    let answer = fields.value(SerialIdentifyShape.answer)
    fields.finish()
    guard let request, let answer else { return nil }
    return SerialIdentification(
      request: bytes(of: request.value, in: framing),
      answer: answer.value
    )
  }
}

extension [UInt8] {
  fileprivate func ends(with end: [UInt8]) -> Bool {
    count >= end.count && suffix(end.count).elementsEqual(end)
  }
}
