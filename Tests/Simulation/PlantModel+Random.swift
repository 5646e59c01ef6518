import Telemetry
import TestSupport

extension PlantModel {
  /// Units of devices that may ever be there.
  static let units = 1...14

  /// A plant as somebody could have it.
  static func random(using random: inout SeededGenerator) -> PlantModel {
    var plant = PlantModel(profiles: [], buses: [], devices: [])
    for index in 0..<3 {
      plant.profiles.append(Profile.random("p\(index)", using: &random))
    }
    for index in 0..<Int.random(in: 2...3, using: &random) { plant.addBus(index, using: &random) }
    for _ in 0..<Int.random(in: 3...7, using: &random) { plant.addDevice(using: &random) }
    if Bool.random(using: &random) {
      plant.profiles.append(Profile.text(using: &random))
      plant.buses.append(Bus(id: "text", carrier: .text(0), timeout: 500))
      plant.devices.append(Device(id: "text-1", profile: "text", bus: "text", unit: nil))
    }
    return plant
  }

  private mutating func addBus(_ index: Int, using random: inout SeededGenerator) {
    let carrier: Carrier =
      Bool.random(using: &random)
      ? .tcp(5_000 + index)
      : .rtu(index, baud: [9_600, 19_200, 57_600].randomElement(using: &random) ?? 9_600)
    let timeout = [200, 300, 500, 1_000].randomElement(using: &random) ?? 500
    buses.append(Bus(id: "b\(index)", carrier: carrier, timeout: timeout))
  }

  private mutating func addDevice(using random: inout SeededGenerator) {
    let taken = Set(devices.compactMap(\.unit))
    guard let unit = Self.units.filter({ !taken.contains($0) }).randomElement(using: &random),
      let bus = modbusBuses.randomElement(using: &random),
      let profile = modbusProfiles.randomElement(using: &random)
    else { return }
    devices.append(Device(id: "d\(unit)", profile: profile.name, bus: bus.id, unit: unit))
  }

  private var modbusBuses: [Bus] { buses.filter { !$0.carrier.isText } }
  private var modbusProfiles: [Profile] { profiles.filter { !$0.isText } }

  /// One of the changes that people make while the agent runs; `name` says which.
  mutating func change(using random: inout SeededGenerator) -> String {
    comment += 1
    let index = devices.indices.filter { devices[$0].unit != nil }.randomElement(using: &random)
    switch Int.random(in: 0..<10, using: &random) {
    case 0: return "a comment"
    case 1, 2:
      addDevice(using: &random)
      return "a device is added"
    case 3:
      guard let index, devices.count > 3 else { return "a comment" }
      devices.remove(at: index)
      return "a device is removed"
    case 4:
      guard let index, let bus = modbusBuses.randomElement(using: &random) else {
        return "a comment"
      }
      devices[index].bus = bus.id
      return "a device is moved"
    case 5, 6:
      let index = profiles.indices.randomElement(using: &random) ?? 0
      profiles[index].change(using: &random)
      return "a profile is changed"
    case 7:
      let index = buses.indices.randomElement(using: &random) ?? 0
      buses[index].timeout = [200, 300, 500, 800].randomElement(using: &random) ?? 500
      return "a timeout is changed"
    case 8:
      guard let index else { return "a comment" }
      devices[index].station = devices[index].station == "s1" ? "s2" : "s1"
      return "a device serves another station"
    default:
      let index = buses.indices.filter { !buses[$0].carrier.isText }.randomElement(using: &random)
      guard let index else { return "a comment" }
      buses[index].carrier =
        if case .tcp(let port) = buses[index].carrier { .tcp(port + 100) } else {
          .tcp(6_000 + comment)
        }
      return "a line is changed"
    }
  }

  /// The same plant with a mistake in a file.
  func withMistake(using random: inout SeededGenerator) -> PlantModel {
    var plant = self
    switch Int.random(in: 0..<4, using: &random) {
    case 0: plant.mistake = "nonsense: ["
    case 1: plant.mistake = "jurnal: {}"
    case 2:
      if let first = plant.devices.first { plant.devices.append(first) }
    default:
      if !plant.devices.isEmpty { plant.devices[0].profile = "missing" }
    }
    return plant
  }
}

extension PlantModel.Profile {
  fileprivate static func random(_ name: String, using random: inout SeededGenerator) -> Self {
    let pace = [500, 1_000, 2_000, 5_000].randomElement(using: &random) ?? 1_000
    var live = PlantModel.Group(name: "live", period: pace, signals: [])
    live.signals.append(PlantModel.Signal(kind: .clock, address: 0))
    for index in 0..<Int.random(in: 1...3, using: &random) {
      // Two of them lie too far apart for one request.
      live.signals.append(PlantModel.Signal(kind: .fast, address: 1_000 + index * 60))
    }
    if Bool.random(using: &random) { live.movesWithin = 30_000 }
    if Int.random(in: 0..<3, using: &random) == 0 { live.phase = pace / 4 }
    var groups = [live]
    if Bool.random(using: &random) {
      let period = [5_000, 10_000].randomElement(using: &random) ?? 5_000
      groups.append(
        PlantModel.Group(
          name: "steady",
          period: period,
          phase: Bool.random(using: &random) ? period / 2 : nil,
          heartbeat: period * Int.random(in: 6...60, using: &random),
          signals: [
            PlantModel.Signal(kind: .slow, address: 2_000),
            PlantModel.Signal(kind: .drift, address: 3_000),
          ]
        )
      )
    }
    if Int.random(in: 0..<3, using: &random) == 0 {
      groups.append(
        PlantModel.Group(
          name: "rare",
          period: 60_000,
          signals: [PlantModel.Signal(kind: .fast, address: 1_900)]
        )
      )
    }
    let settle = Bool.random(using: &random) ? Int.random(in: 0...20, using: &random) * 1_000 : nil
    return PlantModel.Profile(name: name, groups: groups, settle: settle)
  }

  fileprivate static func text(using random: inout SeededGenerator) -> Self {
    let signals = [
      PlantModel.Signal(kind: .clock, address: 0), PlantModel.Signal(kind: .fast, address: 1_000),
    ]
    let period = [1_000, 3_000].randomElement(using: &random) ?? 1_000
    let group = PlantModel.Group(name: "live", period: period, signals: signals)
    return PlantModel.Profile(name: "text", groups: [group], isText: true)
  }

  fileprivate mutating func change(using random: inout SeededGenerator) {
    let index = groups.indices.randomElement(using: &random) ?? 0
    let period = groups[index].period
    switch Int.random(in: 0..<3, using: &random) {
    case 0 where groups[index].heartbeat == nil:
      groups[index].period = period == 2_000 ? 1_000 : 2_000
      groups[index].phase = nil
    case 1 where !isText:
      let address = 1_500 + 2 * groups.reduce(0) { $0 + $1.signals.count }
      groups[index].signals.append(PlantModel.Signal(kind: .fast, address: address))
      groups[index].heartbeat = nil
    default: settle = settle == nil && !isText ? 5_000 : nil
    }
  }
}

extension SimulatedWorld {
  /// What goes wrong with the devices and lines of a plant in so many minutes.
  static func random(seed: UInt64, minutes: Int, using random: inout SeededGenerator) -> Self {
    var world = SimulatedWorld(seed: seed)
    let keys = PlantModel.units.map { key(unit: $0, line: "") } + ["/dev/ttyT0"]
    for key in keys { world.faults[key] = faults(minutes: minutes, of: key, using: &random) }
    let lines =
      (0..<3).flatMap { ["127.0.0.1:\(5_000 + $0)", "/dev/ttyR\($0)"] } + ["/dev/ttyT0"]
    for line in lines {
      world.outages[line] = windows(
        minutes: minutes,
        rest: 100...1_000,
        length: 1...60,
        using: &random
      )
    }
    return world
  }

  private static func windows(
    minutes: Int,
    rest: ClosedRange<Int>,
    length: ClosedRange<Int>,
    using random: inout SeededGenerator
  ) -> [Range<Duration>] {
    var windows: [Range<Duration>] = []
    var at = Duration.seconds(Int.random(in: rest, using: &random))
    while at < .seconds(minutes * 60) {
      // Off the grid of any schedule.
      let odd = Duration.milliseconds(Int.random(in: 0..<1_000, using: &random))
      let end = at + .seconds(Int.random(in: length, using: &random)) + odd
      windows.append(at..<end)
      at = end + .seconds(Int.random(in: rest, using: &random))
    }
    return windows
  }

  private static func faults(
    minutes: Int,
    of key: String,
    using random: inout SeededGenerator
  ) -> [Fault] {
    let kinds: [(kind: Fault.Kind, length: ClosedRange<Int>)] = [
      (.silent, 1...20), (.silent, 1_800...7_200), (.late, 1...30), (.slow(80), 5...120),
      (.exception(4), 1...60), (.exception(6), 1...10), (.exception(11), 1...30),
      (.illegal(address: 1_000), 10...120), (.damaged(.checksum), 1...30),
      (.damaged(.foreignReply), 1...30), (.frozen, 5...60),
      (.frozen, 60...200), (.restart, 1...20),
    ]
    var faults: [Fault] = []
    for window in windows(minutes: minutes, rest: 20...300, length: 0...0, using: &random) {
      let isText = key.hasPrefix("/")
      guard let (kind, length) = kinds.randomElement(using: &random) else { continue }
      if isText, case .illegal = kind { continue }
      if isText, case .exception = kind { continue }
      let from = max(window.lowerBound, (faults.last?.to ?? .zero) + .seconds(20))
      let to = from + .seconds(Int.random(in: length, using: &random)) + .milliseconds(337)
      faults.append(Fault(kind: kind, from: from, to: to))
    }
    return faults
  }
}
