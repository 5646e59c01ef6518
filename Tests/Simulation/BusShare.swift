import Telemetry

/// One request that went over a line.
struct LineExchange: Sendable {
  let device: String
  let start: Duration
  let duration: Duration
  let isSilent: Bool
}

/// Whether devices that do not answer cost the others on their line no more than is stated, and are
/// asked as often as that allows.
struct BusShare {
  /// The part of a bus's time that silent devices take together, where nothing else is configured.
  private static let silentShare = 0.05

  /// A device that has been silent for so long is no longer scanned.
  private static let settling = Duration.seconds(60)
  private static let slot = Duration.seconds(60)

  /// For so long a probe waits for room between scans.
  private static let patience = Duration.seconds(5)

  let story: PlantStory

  /// Minutes that were looked at.
  private(set) var slots = 0

  /// Waits for a probe that were looked at.
  private(set) var waits = 0
  private(set) var complaints: [String] = []

  init(_ story: PlantStory) {
    self.story = story
    for (line, exchanges) in story.exchanges.sorted(by: { $0.key < $1.key }) {
      lookAtTime(exchanges, on: line)
      lookAtTurns(exchanges, on: line)
    }
  }

  private mutating func lookAtTime(_ exchanges: [LineExchange], on line: String) {
    var first = 0
    for number in 1..<max(2, Int(story.end / Self.slot)) {
      let start = Self.slot * number
      let window = (start - Self.settling)...(start + Self.slot)
      while first < exchanges.count, exchanges[first].start < start { first += 1 }
      let inSlot = exchanges[first...].prefix { $0.start < window.upperBound }
      guard isSettled(window, on: line, Set(inSlot.map(\.device))) else { continue }
      let silent = inSlot.filter(\.isSilent)
      // The share binds while somebody else is read.
      guard let longest = silent.map(\.duration).max(),
        isSpared(inSlot.filter { !$0.isSilent }.map(\.start), window.upperBound)
      else { continue }
      slots += 1
      let spent = silent.reduce(Duration.zero) { $0 + $1.duration }
      guard spent > Self.slot * Self.silentShare + longest * 2 else { continue }
      complaints.append("silent devices on \(line) took \(spent) of the minute from \(start)")
    }
  }

  /// Looks at how long each silent device waited until it was asked again.
  private mutating func lookAtTurns(_ exchanges: [LineExchange], on line: String) {
    let changes = story.changes.map(\.requested)
    var last: [String: Int] = [:]
    var recoveries: [Duration] = []
    for (index, exchange) in exchanges.enumerated() {
      defer { last[exchange.device] = index }
      guard let before = last[exchange.device], exchanges[before].isSilent else { continue }
      if !exchange.isSilent { recoveries.append(exchange.start) }
      let time = exchanges[before].start...exchange.start
      let wait = time.upperBound - time.lowerBound
      guard wait > Self.patience * 2, !changes.contains(where: time.contains) else { continue }
      waits += 1
      // Each one has a turn.
      let turns = exchanges[before..<index].filter(\.isSilent).reduce(into: [:]) { turns, one in
        turns[one.device] = max(turns[one.device] ?? .zero, one.duration)
      }
      let round = turns.values.reduce(Duration.zero) { $0 + $1 / Self.silentShare + Self.patience }
      // All may have been asked at once after each recovery, which is made good first.
      let from = time.lowerBound - Self.settling * 2
      let rounds = 2 + recoveries.count { from <= $0 && $0 <= time.lowerBound }
      guard wait > round * rounds else { continue }
      let device = "\(exchange.device) on \(line)"
      complaints.append("\(device) was asked at \(time.lowerBound), and then after \(wait)")
    }
  }

  /// Whether another device answered in every part of the minute before `end`.
  private func isSpared(_ answers: [Duration], _ end: Duration) -> Bool {
    (0..<4).allSatisfy { part in
      let from = end - Self.slot + Self.slot * part / 4
      return answers.contains { from <= $0 && $0 < from + Self.slot / 4 }
    }
  }

  /// Whether nobody fell silent, came back or was changed in a time.
  private func isSettled(
    _ window: ClosedRange<Duration>,
    on line: String,
    _ devices: Set<String>
  ) -> Bool {
    let isDown = story.world.outages[line]?.contains {
      $0.lowerBound <= window.upperBound && window.lowerBound <= $0.upperBound
    }
    let isChanged = story.changes.contains {
      window.lowerBound - .seconds(10) <= $0.requested && $0.requested <= window.upperBound
    }
    if isDown == true || isChanged { return false }
    return devices.allSatisfy { device in
      (story.world.faults[device] ?? []).allSatisfy { fault in
        !fault.silences || !(window.contains(fault.from) || window.contains(fault.to))
      }
    }
  }
}

extension SimulatedWorld.Fault {
  /// Whether a device gives no answer while it lasts.
  fileprivate var silences: Bool {
    switch kind {
    case .silent, .late, .restart: true
    case .exception(let code): code == 10 || code == 11
    case .slow, .illegal, .damaged, .frozen: false
    }
  }
}
