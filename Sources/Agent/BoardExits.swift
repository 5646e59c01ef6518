internal import LotBinding
internal import Telemetry

/// Boards that did not come out of conveyors as they should have: pure.
struct BoardExits: Sendable {
  /// What an eye saw, or did not see, that is odd.
  private struct Oddity: Sendable {
    let at: Instant
    let serial: SerialNumber?
    let sentence: String
  }

  /// Of each station so many are told, and for so long: those of the shift.
  private static let oddityLimit = 5
  private static let oddityTime = Duration.seconds(8 * 3_600)

  private var orders: [StationLane: ExitOrder] = [:]
  private var oddities: [StationID: [Oddity]] = [:]

  /// Forgets what is known of stations.
  mutating func forget(_ stations: Set<StationID>) {
    orders = orders.filter { !stations.contains($0.key.station) }
    oddities = oddities.filter { !stations.contains($0.key) }
  }

  /// Takes a record of a station that has a conveyor.
  mutating func apply(_ record: Record) {
    switch record.content {
    case .binding(let binding): orders[binding.place, default: ExitOrder()].apply(record)
    case .unit(let passage):
      orders[passage.place, default: ExitOrder()].apply(record)
      oddities[passage.station]?.removeAll { $0.serial == passage.serial }
    case .board(let passage):
      guard let remark = passage.remark else { return }
      let oddity = Oddity(
        at: record.at,
        serial: passage.serial,
        sentence: passage.sentence(remark)
      )
      let all = (oddities[passage.station] ?? []) + [oddity]
      oddities[passage.station] = all.suffix(Self.oddityLimit)
    default: break
    }
  }

  /// Boards that entered before one that is about to leave, and that none has passed so far.
  func passed(by serial: SerialNumber, at place: StationLane) -> [SerialNumber] {
    orders[place]?.passed(by: serial) ?? []
  }

  /// What is to be said of a station, each in a sentence.
  func problems(at station: StationID, now: Instant) -> [String] {
    let places = orders.keys.filter { $0.station == station }
      .sorted { ($0.lane?.text ?? "") < ($1.lane?.text ?? "") }
    let missing = places.compactMap { place in orders[place].flatMap { Self.missing($0, place) } }
    let recent = (oddities[station] ?? []).filter { now.duration(since: $0.at) < Self.oddityTime }
    return missing + recent.map { "\($0.sentence) (\($0.at))" }
  }

  private static func missing(_ order: ExitOrder, _ place: StationLane) -> String? {
    let passed = order.passed
    guard let first = passed.first else { return nil }
    let lane = place.lane.map { "lane \($0): " } ?? ""
    let (has, they) = passed.count == 1 ? ("has", "it") : ("have", "they")
    return lane + passed.map(\.serial).named
      + " entered before board \(first.by) and \(has) not left; "
      + "look where \(they) went, and say so: lotline unit remove \(place.arguments) "
      + "\(first.serial) for one that was taken out, or lotline unit leave"
  }
}

extension BindingNote {
  /// What it means that a board left before others.
  static func outOfOrder(
    _ serial: SerialNumber,
    before passed: [SerialNumber],
    at place: StationLane
  ) -> BindingNote {
    BindingNote(
      code: Event.Kind.boardOutOfOrder.rawValue,
      sentence: "board \(serial) left \(place) before \(passed.named), which entered earlier; "
        + "look whether a board was taken out, or was not scanned at the exit"
    )
  }
}

extension [SerialNumber] {
  /// Serial numbers that a sentence has.
  private static let shown = 3

  /// `board S1`, `boards S1, S2`, `boards S1, S2, S3 and 4 more`.
  fileprivate var named: String {
    let names = prefix(Self.shown).map(\.text).joined(separator: ", ")
    let more = count > Self.shown ? " and \(count - Self.shown) more" : ""
    return (count == 1 ? "board " : "boards ") + names + more
  }
}

extension BoardPassage {
  /// What is odd, in words.
  func sentence(_ remark: Remark) -> String {
    let place = "\(station)" + (lane.map { ", lane \($0)" } ?? "")
    let board = serial.map { "board \($0)" } ?? "a board"
    return switch remark {
    case .extra: "\(place): \(board) left, and none was due"
    case .overdue:
      "\(place): \(board) did not come to the exit when it should have; it fell, or somebody took it out"
    }
  }
}
