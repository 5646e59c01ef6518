internal import LotBinding
internal import MarkedYAML
package import Telemetry

extension AgentSettings {
  /// Reads `agent.yaml`; relative paths in it count from its folder.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - now: Today, by which certificates are judged.
  /// - Returns: What it says, with the files that it names for TLS.
  /// - Throws: ``SettingsError`` with everything that is wrong, not just the first.
  package static func load(
    _ path: String,
    now: Instant = SystemTime().now()
  ) throws(SettingsError) -> AgentSettings {
    try SettingsFile.load(path, shape: AgentShape.shape) { fields, source in
      AgentSettingsReader(fields, now: now).settings(source, PathResolver(file: path))
    }
  }

  /// Reads the bytes of a configuration that is not, or not yet, in the file `path`.
  package static func load(
    bytes: [UInt8],
    path: String,
    now: Instant = SystemTime().now()
  ) throws(SettingsError) -> AgentSettings {
    try SettingsFile.load(bytes: bytes, path: path, shape: AgentShape.shape) { fields, source in
      AgentSettingsReader(fields, now: now).settings(source, PathResolver(file: path))
    }
  }

  /// The JSON Schema (draft-07) of `agent.yaml`.
  package static var schema: String {
    JSONSchema.text(title: "Lotline agent configuration", shape: AgentShape.shape)
  }
}

/// Reads the top level of `agent.yaml`.
private struct AgentSettingsReader {
  private let fields: FieldReader
  private let now: Instant

  init(_ fields: FieldReader, now: Instant) {
    self.fields = fields
    self.now = now
  }

  func settings(_ source: SourceText, _ paths: PathResolver) -> AgentSettings? {
    let agent = fields.value(AgentShape.agent)
    let site = fields.value(AgentShape.site)
    let stations = self.stations()
    var busNames: [String] = []
    let buses = self.buses(paths, declared: &busNames)
    let devices = DeviceSettingsReader(
      fields: fields,
      stations: stations.map(\.id),
      buses: buses,
      busNames: busNames
    ).devices()
    let profiles = fields.value(AgentShape.profiles)
    let uplinks = self.uplinks()
    let journal = self.journal(paths, hasUplinks: !uplinks.isEmpty)
    let api = self.api()
    let rules = self.rules()
    let crews = CrewSettingsReader(fields).crews()
    let scans = ScansReader(
      fields: fields,
      paths: paths,
      stations: stations.map(\.id),
      lanes: Dictionary(stations.map { ($0.id, $0.lanes) }) { first, _ in first },
      buses: buses
    )
    let codes = scans.rules()
    let scanners = scans.scanners()
    let listReader = ListSettingsReader(
      fields: fields,
      stations: stations.map(\.id),
      uplinks: uplinks,
      paths: paths
    )
    let lists = listReader.lists()
    let interlocks = listReader.interlocks()
    fields.finish()
    guard let agent, let site, let profiles, let journal, let api else { return nil }
    return AgentSettings(
      agent: agent.value,
      site: site.value,
      stations: stations,
      buses: buses,
      devices: devices,
      profiles: paths.absolute(profiles.value),
      journal: journal,
      uplinks: uplinks,
      api: api,
      rules: rules,
      scans: codes.rules,
      separatorKeys: codes.separatorKeys,
      scanners: scanners,
      crews: crews,
      lists: lists,
      interlocks: interlocks,
      hash: .sha256(source.bytes),
      text: source.text,
      warnings: fields.log.findings
    )
  }

  private func stations() -> [StationSettings] {
    var names = UniqueNames(noun: "station", log: fields.log)
    return fields.mappings(AgentShape.stations).compactMap { reader in
      let id = reader.value(StationShape.id)
      let title = reader.value(StationShape.title)
      let lanes = self.lanes(reader)
      let conveyor = reader.mapping(StationShape.conveyor).flatMap {
        ConveyorSettingsReader(fields: $0, lanes: lanes).conveyor()
      }
      reader.finish()
      guard let id else { return nil }
      names.take(Marked(id.value.text, at: id.mark), advice: "give each station an id of its own")
      return StationSettings(id: id.value, title: title?.value, lanes: lanes, conveyor: conveyor)
    }
  }

  private func lanes(_ reader: FieldReader) -> [LaneID] {
    var names = UniqueNames(noun: "lane", log: fields.log)
    let lanes = reader.values(StationShape.lanes) ?? []
    for lane in lanes {
      names.take(Marked(lane.value.text, at: lane.mark), advice: "give each lane a name of its own")
    }
    return lanes.map(\.value)
  }

  /// Reads the buses; `declared` gets the ids of all, those that are wrong included.
  private func buses(_ paths: PathResolver, declared: inout [String]) -> [BusSettings] {
    var names = UniqueNames(noun: "bus", log: fields.log)
    var lines = UniqueNames(noun: "line", log: fields.log)
    var buses: [BusSettings] = []
    for reader in fields.mappings(AgentShape.buses) {
      let id = reader.value(BusShape.id)
      if let id { declared.append(id.value) }
      let carrier = CarrierReader(fields: reader, paths: paths, now: now).carrier()
      let timeout = reader.value(BusShape.timeout)
      let silentShare = reader.value(BusShape.silentShare)
      reader.finish()
      guard let id, let carrier else { continue }
      names.take(id, advice: "give each bus an id of its own")
      lines.take(
        Marked(carrier.value.line, at: carrier.mark),
        advice: "name it once, as one bus, and let the devices share it"
      )
      buses.append(
        BusSettings(
          id: id.value,
          carrier: carrier.value,
          timeout: timeout?.value ?? .seconds(1),
          silentShare: silentShare?.value ?? 0.05
        )
      )
    }
    return buses
  }

  private func journal(_ paths: PathResolver, hasUplinks: Bool) -> JournalSettings? {
    guard let reader = fields.mapping(AgentShape.journal) else { return nil }
    let path = reader.value(JournalShape.path)
    let interval = reader.value(JournalShape.commitInterval)
    let checkpointInterval = reader.value(JournalShape.checkpointInterval)
    let key = reader.value(JournalShape.key)
    let keep = self.keep(reader, hasUplinks: hasUplinks)
    let copies = reader.value(JournalShape.copyBeforeMigration)
    let timestamps = self.timestamps(reader)
    reader.finish()
    return path.map {
      JournalSettings(
        path: paths.absolute($0.value),
        commitInterval: interval?.value ?? .milliseconds(100),
        checkpointInterval: checkpointInterval?.value ?? .seconds(300),
        key: paths.absolute(key?.value ?? $0.value + ".key"),
        keep: keep,
        copiesBeforeMigration: copies?.value ?? true,
        timestamps: timestamps
      )
    }
  }

  private func timestamps(_ journal: FieldReader) -> TimestampSettings? {
    guard let reader = journal.mapping(JournalShape.timestamps) else { return nil }
    let url = reader.value(TimestampShape.url)
    let interval = reader.value(TimestampShape.interval)
    reader.finish()
    return url.map {
      TimestampSettings(url: $0.value, interval: interval?.value ?? .seconds(3_600))
    }
  }

  private func keep(_ journal: FieldReader, hasUplinks: Bool) -> KeepSettings {
    var keep = KeepSettings()
    guard let reader = journal.mapping(JournalShape.keep) else { return keep }
    keep.age = reader.value(KeepShape.days).map { .seconds($0.value * 86_400) }
    keep.bytes = reader.value(KeepShape.gigabytes).map { $0.value * 1_000_000_000 }
    let unconfirmed = reader.value(KeepShape.unconfirmed)
    reader.finish()
    keep.unconfirmed = unconfirmed?.value ?? false
    if let unconfirmed, unconfirmed.value, hasUplinks {
      fields.log.add(
        .contradiction,
        at: unconfirmed.mark,
        "a hub takes records in order, so none may be missing; remove \"unconfirmed\" or the uplinks"
      )
    }
    return keep
  }

  private func uplinks() -> [UplinkSettings] {
    var names = UniqueNames(noun: "uplink", log: fields.log)
    return fields.mappings(AgentShape.uplinks).compactMap { reader in
      let id = reader.value(UplinkShape.id)
      let url = reader.value(UplinkShape.url)
      let records = reader.value(UplinkShape.batchRecords)
      reader.finish()
      guard let id, let url else { return nil }
      names.take(id, advice: "give each uplink an id of its own")
      return UplinkSettings(id: id.value, url: url.value, batchRecords: records?.value ?? 1_000)
    }
  }

  private func rules() -> BindingRules {
    guard let reader = fields.mapping(AgentShape.rules) else { return BindingRules() }
    var stated: [BindingRule: BindingRules.Verdict] = [:]
    for rule in BindingRule.allCases { stated[rule] = reader.value(RulesShape.key(rule))?.value }
    reader.finish()
    return BindingRules(stated)
  }

  private func api() -> Endpoint? {
    guard fields.has("api") else { return Endpoint(host: "127.0.0.1", port: 8_470) }
    guard let api = fields.value(AgentShape.api) else { return nil }
    if !api.value.isLoopback {
      fields.log.add(
        .notLoopback,
        at: api.mark,
        "\"api\" is \(api.value), which other machines can reach, and whoever reaches it can start "
          + "and end lots; write 127.0.0.1:\(api.value.port)"
      )
    }
    return api.value
  }
}
