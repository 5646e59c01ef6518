/// Reads the `inputs.modbus` of a Telegraf configuration, in all three of its styles.
struct TelegrafReader {
  let file: String
  let notes: NoteLog

  /// Which of several devices in the file, from 1.
  let chosen: Int

  /// The profile's name, by the source's name for the device.
  let naming: ProfileNames.Naming

  /// Telegraf's own interval where the configuration states none.
  private static let defaultInterval = "10s"

  func profile(in text: String) throws(ImportError) -> ImportedProfile {
    let root = SourceFields(
      try TOMLDocument.read(text, file: file).entries ?? [],
      line: nil,
      noun: "the configuration",
      notes: notes
    )
    let agent = root.mapping("agent", noun: "[agent]")
    let plugins = try self.plugins(root)
    let devices = plugins.flatMap(TelegrafDevice.devices(of:))
    guard (1...max(1, devices.count)).contains(chosen), !devices.isEmpty else {
      throw .source(
        file: file,
        line: nil,
        reason: devices.isEmpty
          ? "no [[inputs.modbus]] of it has fields; see its configuration_type"
          : "there is no device \(chosen); the file has \(devices.count), so choose 1 to "
            + "\(devices.count)"
      )
    }
    let device = devices[chosen - 1]
    noteOthers(devices, beside: device, plugins: plugins)
    let interval = device.plugin.text("interval") ?? agent?.text("interval")
    agent?.finish("it is about Telegraf itself")
    root.finish("it is not about Modbus")
    var reader = TelegrafDeviceReader(device: device, notes: notes, naming: naming)
    var profile = reader.profile(period: period(interval, device))
    if interval == nil, !profile.groups.isEmpty {
      profile.groups[0].periodComment = "Telegraf's default interval"
    }
    return profile
  }

  private func plugins(_ root: SourceFields) throws(ImportError) -> [SourceFields] {
    let inputs = root.mapping("inputs", noun: "[inputs]")
    let node = inputs?.node("modbus")
    let items = node?.items ?? node.map { [$0] } ?? []
    guard !items.isEmpty else {
      throw .source(
        file: file,
        line: nil,
        reason: "there is no [[inputs.modbus]] in it; give the file that has the Modbus plugin"
      )
    }
    inputs?.finish("it is not about Modbus")
    return items.compactMap { item in
      item.entries.map {
        SourceFields($0, line: item.line, noun: "[[inputs.modbus]]", notes: notes)
      }
    }
  }

  /// A profile is for one device; the others of the file are named, so that none is forgotten.
  private func noteOthers(
    _ devices: [TelegrafDevice],
    beside device: TelegrafDevice,
    plugins: [SourceFields]
  ) {
    for (index, other) in devices.enumerated() where index != chosen - 1 {
      notes.add(
        .notCarriedOver,
        "device \(index + 1), \(other.description)",
        "a profile is for one kind of device; if this one is of another kind, import it with "
          + "--device \(index + 1)",
        line: other.line
      )
    }
    for plugin in plugins where !devices.contains(where: { $0.plugin === plugin }) {
      notes.add(.notCarriedOver, plugin.noun, "it has no fields", line: plugin.line)
    }
  }

  private func period(_ interval: String?, _ device: TelegrafDevice) -> String {
    guard let interval else { return Self.defaultInterval }
    if let period = Duration(telegraf: interval)?.profileText { return period }
    notes.add(
      .check,
      "interval = \(interval)",
      "a period is 10ms to 24h, as in 500ms, 1s, 2m; \(Self.defaultInterval) is written",
      line: device.plugin.line(of: "interval")
    )
    return Self.defaultInterval
  }
}

/// One unit behind one `[[inputs.modbus]]`.
struct TelegrafDevice {
  enum Style: String {
    case register
    case request
    case metric
  }

  let plugin: SourceFields
  let style: Style

  /// Unit identifier; nil where the configuration does not state one, which Telegraf takes for 0.
  let unit: Int?

  /// The sections of the unit, in the styles that have sections.
  let sections: [SourceFields]
  let line: Int?

  var description: String {
    let controller = plugin.entries.first { $0.key == "controller" }?.value.text ?? "no controller"
    return "unit \(unit.map { String($0) } ?? "0") at \(controller)"
  }

  /// The devices of one plugin, in the order of the file.
  static func devices(of plugin: SourceFields) -> [TelegrafDevice] {
    let word = plugin.entries.first { $0.key == "configuration_type" }?.value.text ?? ""
    guard let style = Style(rawValue: word.isEmpty ? "register" : word) else { return [] }
    if style == .register {
      guard registerTables.contains(where: { plugin.has($0.key) }) else { return [] }
      let unit = plugin.entries.first { $0.key == "slave_id" }?.value.text.flatMap { Int($0) }
      return [
        TelegrafDevice(plugin: plugin, style: style, unit: unit, sections: [], line: plugin.line)
      ]
    }
    let node = plugin.entries.first { $0.key == style.rawValue }?.value
    var units: [Int?] = []
    var sections: [[SourceFields]] = []
    for item in node?.items ?? [] {
      guard let entries = item.entries else { continue }
      let section = SourceFields(
        entries,
        line: item.line,
        noun: "[[inputs.modbus.\(style.rawValue)]]",
        notes: plugin.notes
      )
      let unit = entries.first { $0.key == "slave_id" }?.value.text.flatMap { Int($0) }
      if let place = units.firstIndex(of: unit) {
        sections[place].append(section)
      } else {
        units.append(unit)
        sections.append([section])
      }
    }
    return zip(units, sections).map { unit, sections in
      TelegrafDevice(
        plugin: plugin,
        style: style,
        unit: unit,
        sections: sections,
        line: sections.first?.line
      )
    }
  }

  /// The keys of the register style, and the table that each is about.
  static let registerTables = [
    (key: "discrete_inputs", table: "discrete"), (key: "coils", table: "coil"),
    (key: "holding_registers", table: "holding"), (key: "input_registers", table: "input"),
  ]
}
