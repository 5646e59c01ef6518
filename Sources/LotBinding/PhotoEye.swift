internal import Telemetry

/// A bit signal that is covered while a board is before it.
struct PhotoEye: Sendable, Hashable {
  /// Since where on the belt it has not been seen; nil while it is.
  private(set) var blindFrom: BeltReading?

  /// Where the belt was when it was last seen.
  var lastSeen: BeltReading? { blindFrom ?? lastBelt }

  /// Since where it has been seen without a break.
  private(set) var seesFrom: BeltReading?
  private var wasCovered = false
  private var lastBelt: BeltReading?

  init(blindFrom: BeltReading) { self.blindFrom = blindFrom }

  /// Takes what it sees.
  ///
  /// - Returns: Where the belt was when a board came before it; nil when none did.
  mutating func take(_ isCovered: Bool?, at belt: BeltReading) -> BeltReading? {
    guard let isCovered else {
      blindFrom = blindFrom ?? lastBelt ?? belt
      seesFrom = nil
      return nil
    }
    defer {
      if blindFrom != nil { seesFrom = belt }
      blindFrom = nil
      wasCovered = isCovered
      lastBelt = belt
    }
    guard isCovered else { return nil }
    if let blindFrom { return BeltReading(from: blindFrom, to: belt) }
    guard let lastBelt, !wasCovered else { return nil }
    return BeltReading(from: lastBelt, to: belt)
  }
}
