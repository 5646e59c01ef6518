internal import MarkedYAML
internal import Telemetry

/// Reads the top level of a profile.
struct ProfileReader {
  let fields: FieldReader

  init(_ fields: FieldReader) { self.fields = fields }

  func profile(hash: Digest, text: String) -> DeviceProfile? {
    let name = self.name()
    let title = fields.required("title", .text)
    let kind = fields.required("kind", ScalarKind<DeviceKind>.choice("known kinds"))
    let source = self.source()
    let caveats = fields.list("caveats", of: .text) ?? []
    let access = self.access()
    fields.finish()
    guard let name, let title, let kind, let source, let access else { return nil }
    return DeviceProfile(
      name: name,
      title: title.value,
      kind: kind.value,
      source: source,
      access: access,
      caveats: caveats.map(\.value),
      hash: hash,
      text: text
    )
  }

  private func name() -> String? {
    guard let name = fields.required("profile", .text.suchAs("reflow-oven-10-zone")) else {
      return nil
    }
    if let violation = IdentifierRule.name.violation(in: name.value) {
      fields.log.add(.badName, at: name.mark, "\"\(name.value)\" cannot be a name: \(violation)")
    }
    let file = fields.log.file.split(separator: "/").last.map(String.init) ?? ""
    let expected = file.hasSuffix(".yaml") ? String(file.dropLast(5)) : file
    if name.value != expected {
      fields.log.add(
        .nameMismatch,
        at: name.mark,
        "the profile is called \"\(name.value)\" and its file \(file); "
          + "write profile: \(expected), or rename the file to \(name.value).yaml"
      )
    }
    return name.value
  }

  private func source() -> DeviceProfile.Source? {
    guard let node = fields.node("source") else {
      fields.addMissing(
        "source",
        "write source: generic, or source: {document: …, revision: …, page: …}"
      )
      return nil
    }
    guard case .mapping = node.content else {
      return fields.read(node, as: Self.genericSource, key: "source")?.value
    }
    let source = FieldReader(node, noun: "source", into: fields.log)
    let title = source.required("document", .text.suchAs("Reflow oven manual"))
    let revision = source.optional("revision", .textOrNumber)
    let page = source.optional("page", .textOrNumber)
    source.finish()
    return title.map {
      .document(title: $0.value, revision: revision?.value, page: page?.value)
    }
  }

  private static let genericSource = ScalarKind<DeviceProfile.Source>(
    expected: "generic, or a mapping with the manual's document",
    example: "{document: Reflow oven manual, revision: C, page: 14}"
  ) { scalar throws(ScalarProblem) in
    guard scalar.text == "generic" else { throw .wrongType }
    return .generic
  }

  private func access() -> DeviceProfile.Access? {
    let modbus = fields.mapping("modbus", noun: "modbus section")
    let serial = fields.mapping("serial", noun: "serial section")
    let groups = fields.mappings("groups", noun: "group")
    switch (modbus, serial) {
    case (let modbus?, nil):
      return ModbusAccessReader(modbus).access(groups).map { .modbus($0) }
    case (nil, let serial?):
      return SerialAccessReader(serial).access(groups).map { .serial($0) }
    case (nil, nil):
      fields.addMissing("modbus", "add modbus: {…} or serial: {…}, whichever the device speaks")
    case (.some, .some):
      fields.log.add(
        .contradiction,
        at: fields.mark(of: "serial"),
        "a device speaks modbus or serial, not both; remove one"
      )
    }
    return nil
  }
}

/// What the checks of names share.
struct NameCheck {
  let log: FindingLog
  private var places: [String: SourceMark] = [:]

  init(log: FindingLog) { self.log = log }

  /// Notes a name that is not lower case words with dots, or is there twice.
  mutating func take(_ name: Marked<String>, noun: String) {
    if let first = places[name.value] {
      log.add(
        .duplicateName,
        at: name.mark,
        "the \(noun) \"\(name.value)\" is there a second time, first at line \(first.line); "
          + "give each a name of its own"
      )
    } else {
      places[name.value] = name.mark
    }
    if !Self.isWellFormed(name.value) {
      log.add(
        .badName,
        at: name.mark,
        "\"\(name.value)\" cannot be the name of a \(noun); use lower case letters, digits and "
          + "'_', in words with dots between them: zone1.top.temperature"
      )
    }
  }

  private static func isWellFormed(_ name: String) -> Bool {
    name.utf8.count <= 64
      && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { word in
        word.utf8.first.map(isLetter) == true
          && word.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
      }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
