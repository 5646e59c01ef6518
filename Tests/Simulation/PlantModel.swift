import Foundation
import TestSupport

/// What the files of a simulated plant say: a value that is changed as people change files.
struct PlantModel: Sendable, Equatable {
  enum SignalKind: String, Sendable {
    /// Milliseconds since the device started, in two registers.
    case clock
    /// Another number every second.
    case fast
    /// Another number every ten minutes.
    case slow
    /// One more every ten seconds, and back; with a deadband.
    case drift
  }

  /// A signal is called `fast.a1003`, so that a record tells where it came from.
  struct Signal: Sendable, Equatable {
    let kind: SignalKind
    let address: Int

    var name: String { "\(kind.rawValue).a\(address)" }
  }

  struct Group: Sendable, Equatable {
    let name: String
    var period: Int
    var phase: Int?
    var heartbeat: Int?
    var movesWithin: Int?
    var signals: [Signal]
  }

  struct Profile: Sendable, Equatable {
    let name: String
    var groups: [Group]

    /// Milliseconds for which readings are bad after a restart; nil when nobody watches.
    var settle: Int?

    /// Whether it is of an instrument that answers a line of text.
    var isText = false
  }

  enum Carrier: Sendable, Equatable {
    case tcp(Int)
    case rtu(Int, baud: Int)
    case text(Int)

    var isText: Bool { if case .text = self { true } else { false } }

    /// What the agent calls the line.
    var line: String {
      switch self {
      case .tcp(let port): "127.0.0.1:\(port)"
      case .rtu(let number, _): "/dev/ttyR\(number)"
      case .text(let number): "/dev/ttyT\(number)"
      }
    }
  }

  struct Bus: Sendable, Equatable {
    let id: String
    var carrier: Carrier
    var timeout: Int
  }

  struct Device: Sendable, Equatable {
    let id: String
    var profile: String
    var bus: String

    /// Nil for an instrument; units are of one device in the whole plant.
    let unit: Int?
    var station = "s1"
  }

  var profiles: [Profile]
  var buses: [Bus]
  var devices: [Device]
  var comment = 0

  /// Lines that are wrong, for a file that is to be refused.
  var mistake = ""

  // MARK: What it means

  func profile(of device: Device) -> Profile? { profiles.first { $0.name == device.profile } }

  func bus(of device: Device) -> Bus? { buses.first { $0.id == device.bus } }

  /// Devices that are read on by their schedule after a change from `old` to this: on the same bus, by
  /// the same unit and profile.
  func kept(since old: PlantModel) -> Set<String> {
    let kept = devices.filter { device in
      guard let before = old.devices.first(where: { $0.id == device.id }) else { return false }
      return before.bus == device.bus && before.unit == device.unit
        && old.profile(of: before) == profile(of: device)
    }
    return Set(kept.map(\.id))
  }

  // MARK: The files

  func write(to folder: TemporaryFolder) throws {
    for profile in profiles { _ = try folder.write(profile.yaml, to: "\(profile.name).yaml") }
    _ = try folder.write(yaml, to: "agent.yaml")
  }

  private var yaml: String {
    let buses = buses.map { bus in
      let carrier =
        switch bus.carrier {
        case .tcp: "tcp: \"\(bus.carrier.line)\""
        case .rtu(_, let baud): "rtu: {port: \(bus.carrier.line), baud: \(baud)}"
        case .text: "serial: {port: \(bus.carrier.line)}"
        }
      return "  - {id: \(bus.id), \(carrier), timeout: \(bus.timeout)ms}"
    }
    let devices = devices.map { device in
      let unit = device.unit.map { ", unit: \($0)" } ?? ""
      return "  - {id: \(device.id), profile: \(device.profile), bus: \(device.bus)\(unit), "
        + "station: \(device.station)}"
    }
    return """
      # \(comment)
      agent: simulated
      site: Simulation
      stations: [{id: s1}, {id: s2}]
      buses:
      \(buses.joined(separator: "\n"))
      devices:
      \(devices.joined(separator: "\n"))
      profiles: .
      journal: {path: journal.sqlite, commit_interval: 10s}
      \(mistake)
      """
  }
}

extension PlantModel.Profile {
  fileprivate var yaml: String {
    let watched = groups[0].signals.first { $0.kind == .clock }
    let restart = settle.flatMap { settle in
      watched.map { "restart: {signal: \($0.name), settle: \(settle)ms}" }
    }
    return """
      profile: \(name)
      title: A simulated device
      kind: other
      source: generic
      \(isText ? "serial: {terminator: \"\\n\"}" : "modbus: {address_base: 0}")
      \(restart ?? "")
      groups:
      \(groups.map(yaml).joined(separator: "\n"))
      """
  }

  private func yaml(_ group: PlantModel.Group) -> String {
    var keys = ["name: \(group.name)", "period: \(group.period)ms"]
    if let phase = group.phase { keys.append("phase: \(phase)ms") }
    if let heartbeat = group.heartbeat { keys.append("heartbeat: \(heartbeat)ms") }
    if let movesWithin = group.movesWithin { keys.append("moves_within: \(movesWithin)ms") }
    if isText {
      let captures = group.signals.map { "(?<a\($0.address)>[0-9]+)" }.joined(separator: " ")
      keys += ["request: \"READ\"", "timeout: 300ms", "pattern: '^\(captures)$'"]
    }
    let signals = group.signals.map { signal in
      let deadband = signal.kind == .drift ? ", deadband: 2" : ""
      if isText { return "      - {name: \(signal.name)}" }
      let type = signal.kind == .clock ? "uint32" : "uint16"
      return "      - {name: \(signal.name), table: holding, address: \(signal.address), "
        + "type: \(type)\(deadband)}"
    }
    return "  - " + keys.joined(separator: "\n    ")
      + "\n    \(isText ? "fields" : "signals"):\n" + signals.joined(separator: "\n")
  }
}
