internal import MarkedYAML
internal import Telemetry

/// Reads the top level of a profile, expanded as ``ProfileExpansion`` leaves it.
struct ProfileReader {
  private let fields: FieldReader
  private let isSerial: Bool

  init(_ root: YAMLNode, into log: FindingLog) {
    isSerial = root.has("serial")
    fields = FieldReader(
      root,
      shape: isSerial ? ProfileShape.serial : ProfileShape.modbus,
      into: log
    )
  }

  /// The profile that the file says; `source` is what the journal keeps of it.
  func profile(keeping source: ProfileText) -> DeviceProfile? {
    let name = self.name()
    let title = fields.value(ProfileShape.title)
    let kind = fields.value(ProfileShape.kind)
    let origin = self.origin()
    let caveats = fields.values(ProfileShape.caveats) ?? []
    let access = self.access()
    let restart = RestartReader(fields).rule(for: access)
    fields.finish()
    guard let name, let title, let kind, let origin, let access else { return nil }
    return DeviceProfile(
      name: name,
      base: source.base,
      title: title.value,
      kind: kind.value,
      source: origin,
      access: access,
      restart: restart,
      caveats: caveats.map(\.value),
      hash: source.hash,
      text: source.text
    )
  }

  private func name() -> String? {
    guard let name = fields.value(ProfileShape.profile) else { return nil }
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

  private func origin() -> DeviceProfile.Source? {
    let (generic, document) = fields.valueOrMapping(
      ProfileShape.source,
      as: ProfileShape.genericSource
    )
    guard let document else { return generic?.value }
    let title = document.value(SourceShape.document)
    let revision = document.value(SourceShape.revision)
    let page = document.value(SourceShape.page)
    document.finish()
    return title.map {
      .document(title: $0.value, revision: revision?.value, page: page?.value)
    }
  }

  private func access() -> DeviceProfile.Access? {
    if fields.has("modbus"), fields.has("serial") {
      // The shape says so; there is no telling what the groups are, but what the sections are.
      _ = fields.mapping(ProfileShape.modbusSection).map { ModbusAccessReader($0).access([], nil) }
      _ = fields.mapping(ProfileShape.serialSection).map { SerialAccessReader($0).access([], nil) }
      return nil
    }
    if isSerial {
      let identify = fields.mapping(ProfileShape.serialIdentify)
      let groups = fields.mappings(ProfileShape.serialGroups)
      guard let section = fields.mapping(ProfileShape.serialSection) else { return nil }
      return SerialAccessReader(section).access(groups, identify).map { .serial($0) }
    }
    let identify = fields.mapping(ProfileShape.modbusIdentify)
    let groups = fields.mappings(ProfileShape.modbusGroups)
    guard let section = fields.mapping(ProfileShape.modbusSection) else { return nil }
    return ModbusAccessReader(section).access(groups, identify).map { .modbus($0) }
  }
}
