import Telemetry

/// One request that went over a line.
struct LineExchange: Sendable {
  let device: String
  let start: Duration
  let duration: Duration
  let isSilent: Bool
}

/// Whether devices that do not answer cost the others on their line no more than is stated.
struct BusShare {
  /// The part of a bus's time that silent devices take together, where nothing else is configured.
  private static let silentShare = 0.05

  /// A device that has been silent for so long is no longer scanned.
  private static let settling = Duration.seconds(60)
  private static let slot = Duration.seconds(60)

  let story: PlantStory

  /// Slots of a minute in which it was looked at, and what was wrong.
  private(set) var slots = 0
  private(set) var complaints: [String] = []

  init(_ story: PlantStory) {
    self.story = story
    for (line, exchanges) in story.exchanges.sorted(by: { $0.key < $1.key }) {
      look(at: exchanges, on: line)
    }
  }

  private mutating func look(at exchanges: [LineExchange], on line: String) {
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
    case .slow, .exception, .illegal, .damaged, .frozen: false
    }
  }
}
