internal import Telemetry

/// Reads one device of a Telegraf configuration.
struct TelegrafDeviceReader {
  let device: TelegrafDevice
  let notes: NoteLog

  private let naming: ProfileNames.Naming
  private var names = SignalNames()
  private var plugin: SourceFields { device.plugin }

  init(device: TelegrafDevice, notes: NoteLog, naming: @escaping ProfileNames.Naming) {
    self.device = device
    self.notes = notes
    self.naming = naming
  }

  mutating func profile(period: String) -> ImportedProfile {
    var profile = ImportedProfile(name: "", title: "")
    profile.origin = ["the Telegraf configuration", "(\(device.style.rawValue) style)"]
    profile.name = plugin.text("name") ?? ""
    readLimits(into: &profile)
    let batches = self.batches()
    profile.maxGap = batches.first?.maxGap ?? 0
    profile.groups = groups(batches, period: period, profile)
    profile.chooseOrder()
    let name = naming(profile.name).name
    TelegrafConnection(device: device, notes: notes, profile: name).note()
    readRest()
    return profile
  }

  /// Signals that Telegraf reads with one and the same tolerance of gaps.
  private struct Batch {
    let maxGap: Int
    let signals: [ImportedSignal]
  }

  private mutating func batches() -> [Batch] {
    switch device.style {
    case .register:
      var signals: [ImportedSignal] = []
      for (key, word) in TelegrafDevice.registerTables {
        guard let table = ModbusTable(rawValue: word) else { continue }
        for item in plugin.list(key) ?? [] {
          if let signal = self.signal(item, key: key, table: table, section: nil) {
            signals.append(signal)
          }
        }
      }
      return [Batch(maxGap: 0, signals: signals)]
    case .request: return device.sections.map { batch($0, maxGap: nil) }
    case .metric:
      let maxGap = self.maxGap(plugin)
      return device.sections.map { batch($0, maxGap: maxGap) }
    }
  }

  private mutating func batch(_ section: SourceFields, maxGap: Int?) -> Batch {
    // The units are told by the device already.
    _ = section.node("slave_id")
    let gap = maxGap ?? self.maxGap(section)
    let order = TelegrafFieldReader.order(section)
    let table = maxGap == nil ? TelegrafFieldReader.table(section) : nil
    let measurement = section.text("measurement")
    var signals: [ImportedSignal] = []
    if maxGap == nil, table == nil {
      notes.add(
        .notCarriedOver,
        section.noun,
        "it was left out: its register is none of coil, discrete, holding, input",
        line: section.line
      )
      return Batch(maxGap: gap, signals: [])
    }
    for item in section.list("fields") ?? [] {
      let context = TelegrafFieldReader.Section(order: order, measurement: measurement)
      if let signal = signal(item, key: "fields", table: table, section: context) {
        signals.append(signal)
      }
    }
    noteTags(section)
    section.finish()
    return Batch(maxGap: gap, signals: signals)
  }

  private mutating func signal(
    _ item: SourceNode,
    key: String,
    table: ModbusTable?,
    section: TelegrafFieldReader.Section?
  ) -> ImportedSignal? {
    guard let entries = item.entries else {
      notes.add(.notCarriedOver, "\(key): \(item.shown)", "a field is a table", line: item.line)
      return nil
    }
    let name = entries.first { $0.key == "name" }?.value.text ?? "without a name"
    let fields = SourceFields(entries, line: item.line, noun: "field \(name)", notes: notes)
    let reader = TelegrafFieldReader(
      fields: fields,
      section: section,
      stringsUseOneByte: stringsUseOneByte
    )
    let signal = reader.signal(in: table, names: &names)
    fields.finish()
    return signal
  }

  /// The registers between two fields that Telegraf reads along.
  private func maxGap(_ section: SourceFields) -> Int {
    let optimization = section.text("optimization") ?? "none"
    let fill = section.integer("optimization_max_register_fill")
    guard optimization == "max_insert" else { return 0 }
    let gap = fill ?? 50
    if gap > 124 {
      notes.add(
        .check,
        "optimization_max_register_fill = \(gap)",
        "max_gap is 124 at most, and is so written",
        line: section.line(of: "optimization_max_register_fill")
      )
    }
    return min(max(gap, 0), 124)
  }

  /// One group for all, or one for each tolerance of gaps; all have one period.
  private func groups(
    _ batches: [Batch],
    period: String,
    _ profile: ImportedProfile
  ) -> [ImportedGroup] {
    var gaps: [Int] = []
    for batch in batches where !gaps.contains(batch.maxGap) { gaps.append(batch.maxGap) }
    return gaps.compactMap { gap in
      let signals = batches.filter { $0.maxGap == gap }.flatMap(\.signals)
      guard !signals.isEmpty else { return nil }
      return ImportedGroup(
        name: gaps.count == 1 ? "all" : "gaps_to_\(gap)",
        period: period,
        maxGap: gap == profile.maxGap ? nil : gap,
        signals: signals
      )
    }
  }

  private var workarounds: SourceNode? {
    plugin.entries.first { $0.key == "workarounds" }?.value
  }

  private var stringsUseOneByte: Bool {
    let location = workarounds?.entries?.first { $0.key == "string_register_location" }
    return ["lower", "upper"].contains(location?.value.text)
  }

  private func readLimits(into profile: inout ImportedProfile) {
    guard let fields = plugin.mapping("workarounds", noun: "workarounds") else { return }
    profile.maxRegisters = limit("max_word_registers_per_request", 1...125, fields)
    profile.maxBits = limit("max_bit_registers_per_request", 1...2_000, fields)
    if let pause = fields.text("pause_between_requests") {
      let duration = Duration(telegraf: pause)
      if duration == nil {
        notes.add(
          .notCarriedOver,
          "pause_between_requests = \(pause)",
          "it is not a duration; write pause: 50ms",
          line: fields.line(of: "pause_between_requests")
        )
      }
      if let duration, duration.milliseconds > 0 { profile.pause = duration.shortText }
    }
    for (key, reason) in TelegrafWords.workarounds {
      fields.drop(key, reason) { ["false", "0s", "0ms", "", "both"].contains($0) }
    }
    fields.finish()
  }

  private func limit(_ key: String, _ bounds: ClosedRange<Int>, _ fields: SourceFields) -> Int? {
    guard let value = fields.integer(key), value != 0 else { return nil }
    if bounds.contains(value) { return value }
    notes.add(
      .notCarriedOver,
      "\(key) = \(value)",
      "the protocol allows \(bounds.lowerBound) to \(bounds.upperBound)",
      line: fields.line(of: key)
    )
    return nil
  }

  private func noteTags(_ fields: SourceFields) {
    guard let tags = fields.mapping("tags", noun: "tags") else { return }
    for entry in tags.entries {
      _ = tags.node(entry.key)
      notes.add(
        .agentConfiguration,
        "tag \(entry.key) = \(entry.value.shown)",
        "a profile has no tags; stations and devices in agent.yaml say what and where a device is",
        line: entry.line
      )
    }
  }

  private func readRest() {
    noteTags(plugin)
    for key in ["configuration_type", "interval"] { _ = plugin.node(key) }
    for (key, reason) in TelegrafWords.plugin {
      plugin.drop(key, reason) { $0 == "false" }
    }
    let registers = TelegrafDevice.registerTables.map(\.key)
    let own = device.style == .register ? registers : [device.style.rawValue]
    for key in own { _ = plugin.node(key) }
    for key in ["request", "metric"] + registers where !own.contains(key) {
      plugin.drop(key, "configuration_type is \(device.style.rawValue), so Telegraf ignores it")
    }
    plugin.finish()
  }
}

/// What keys of Telegraf mean that a profile has no place for.
enum TelegrafWords {
  static let workarounds = [
    ("pause_after_connect", "the agent has no pause after connecting"),
    ("close_connection_after_gather", "the agent keeps its connection"),
    ("read_coils_starting_at_zero", "coils are read from the first that is named"),
    (
      "string_register_location",
      "a string has both bytes of its registers, so that its signals were left out"
    ),
    (
      "one_request_per_field",
      "signals that lie side by side are read together; max_registers keeps requests short"
    ),
  ]

  static let plugin = [
    ("busy_retries", "the agent asks again at the next scan"),
    ("busy_retries_wait", "the agent asks again at the next scan"),
    ("debug_connection", "it is about Telegraf's log"),
    ("log_level", "it is about Telegraf's log"),
    ("exclude_register_type_tag", "a profile has no tags"),
    ("rs485", "the agent leaves the direction of RS-485 to the adapter"),
  ]
}
