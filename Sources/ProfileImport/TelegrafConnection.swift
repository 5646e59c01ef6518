internal import MarkedYAML

/// How Telegraf reaches a device, as lines of agent.yaml.
struct TelegrafConnection {
  let device: TelegrafDevice
  let notes: NoteLog

  /// The name that the profile will have.
  let profile: String

  private var plugin: SourceFields { device.plugin }

  func note() {
    let name = plugin.text("name").map(ProfileNames.plain) ?? "device-1"
    let controller = plugin.text("controller")
    let mode = plugin.text("transmission_mode") ?? "auto"
    let timeout = plugin.text("timeout").flatMap { Duration(telegraf: $0) }?.shortText
    let unit = device.unit ?? plugin.integer("slave_id")
    _ = plugin.node("slave_id")
    let carrier = controller.flatMap { self.carrier($0, mode) }
    let lines =
      ["buses:", "  - id: bus-1"] + (carrier ?? ["    tcp: HOST:502"])
      + (timeout.map { ["    timeout: \($0)"] } ?? [])
      + [
        "devices:",
        "  - {id: \(name), profile: \(YAMLText.written(profile)), bus: bus-1, unit: \(unitText(unit)), "
          + "station: STATION}",
      ]
    notes.add(
      .agentConfiguration,
      keys.joined(separator: ", "),
      "write this into agent.yaml, with your own names:\n"
        + lines.map { "    " + $0 }.joined(separator: "\n"),
      line: plugin.line(of: "controller")
    )
    if let unit, !((1...247).contains(unit) || unit == 255) {
      notes.add(
        .check,
        "slave_id = \(unit)",
        "a unit identifier is 1 to 247, or 255 on TCP; ask the device's manual",
        line: device.line
      )
    }
  }

  private func unitText(_ unit: Int?) -> String { unit.map { String($0) } ?? "UNIT" }

  /// The keys that went into the lines, as the note names them.
  private var keys: [String] {
    let known = [
      "name", "controller", "transmission_mode", "baud_rate", "data_bits", "parity", "stop_bits",
      "timeout",
    ]
    return known.filter { plugin.node($0) != nil } + ["slave_id"]
  }

  private func carrier(_ controller: String, _ mode: String) -> [String]? {
    let isSerial = !controller.hasPrefix("tcp://")
    if mode.lowercased().contains("ascii") || (!isSerial && mode.lowercased().hasPrefix("rtu")) {
      notes.add(
        .notCarriedOver,
        "transmission_mode = \(mode)",
        "the agent speaks Modbus TCP, and RTU on a serial port; set the gateway to one of them",
        line: plugin.line(of: "transmission_mode")
      )
    }
    if isSerial { return serial(controller) }
    return ["    tcp: " + YAMLText.written(String(controller.dropFirst("tcp://".count)))]
  }

  private func serial(_ controller: String) -> [String] {
    let port =
      controller.hasPrefix("file://") ? String(controller.dropFirst("file://".count)) : controller
    let parities = ["N": "none", "E": "even", "O": "odd"]
    // Telegraf's own defaults, where the configuration is silent.
    let baud = plugin.integer("baud_rate") ?? 9_600
    let word = plugin.text("parity") ?? "N"
    let parity = parities[word.uppercased()] ?? "none"
    var parts = ["port: \(YAMLText.written(port))", "baud: \(baud)", "parity: \(parity)"]
    if let bits = plugin.integer("data_bits"), bits != 8 { parts.append("data_bits: \(bits)") }
    if let bits = plugin.integer("stop_bits") { parts.append("stop_bits: \(bits)") }
    if parities[word.uppercased()] == nil {
      notes.add(
        .check,
        "parity = \(word)",
        "it is not known; none is written",
        line: plugin.line(of: "parity")
      )
    }
    return ["    rtu: {\(parts.joined(separator: ", "))}"]
  }
}
