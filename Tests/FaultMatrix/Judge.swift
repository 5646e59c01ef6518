package import Telemetry

/// In what state of affairs a scan was made.
package enum Situation: Sendable, Hashable {
  case clean
  /// The scan in which a fault struck.
  case struck(Strike)
  /// A later scan, while the fault lasts.
  case lasting(Strike)
  /// The first scan after it.
  case next(Strike)

  package var strike: Strike? {
    switch self {
    case .clean: nil
    case .struck(let strike), .lasting(let strike), .next(let strike): strike
    }
  }
}

/// A reading that the invariant does not allow.
package struct Violation: Sendable, Hashable, CustomStringConvertible {
  package enum Kind: Sendable, Hashable {
    /// Called good, and not what the device showed.
    case wrongValue
    /// Bad with a cause that the fault cannot have.
    case wrongCause
    /// Bad, though nothing was wrong.
    case needlesslyBad
    /// Good, though the reply never came.
    case impossiblyGood
  }

  package let kind: Kind
  package let description: String
}

/// Holds one scan against the invariant: a value is right, or it is bad with the right cause.
package struct Judge: Sendable {
  private let carrier: Carrier
  private let places: [Place]

  /// Where a signal comes from.
  package struct Place: Sendable, Hashable {
    /// Place of its request in the scan.
    package let request: Int
    /// What the oracle calls its registers.
    package let mark: UInt8
  }

  package init(_ carrier: Carrier, places: [Place]) {
    self.carrier = carrier
    self.places = places
  }

  /// - Parameters:
  ///   - readings: One for each place.
  ///   - shown: The scan that the device shows.
  ///   - situation: What was done to it.
  ///   - isLenient: Whether the machine itself was late, so that a device in order may be bad.
  /// - Returns: What breaks the promise; empty where all holds.
  package func violations(
    of readings: [Reading],
    shown: UInt32,
    in situation: Situation,
    isLenient: Bool = false
  ) -> [Violation] {
    var hiddenBits = 0
    return zip(places, readings).compactMap { place, reading in
      let part = part(of: place, in: situation)
      let expected = Mark(place: place.mark, scan: shown)
      switch reading.quality {
      case .bad(let cause):
        if part.causes.contains(cause) || isLenient && cause == .timeout { return nil }
        let isNeedless = part.causes.isEmpty
        return Violation(
          kind: isNeedless ? .needlesslyBad : .wrongCause,
          description: "request \(place.request): bad with \(cause.code)"
        )
      case .good:
        let found = Self.number(reading)
        let wrongBits = found.map { ($0 ^ expected.number).nonzeroBitCount }
        if hidesOneBit(place, situation), wrongBits == 1, hiddenBits == 0 {
          hiddenBits += 1
          return nil
        }
        guard wrongBits == 0 else {
          let seen = found.map { "\(Mark(number: $0))" } ?? "no number"
          return Violation(
            kind: .wrongValue,
            description: "request \(place.request): \(seen) instead of \(expected)"
          )
        }
        guard part.mayBeGood || isLenient else {
          return Violation(
            kind: .impossiblyGood,
            description: "request \(place.request): good, and no reply could have come"
          )
        }
        return nil
      }
    }
  }

  private func hidesOneBit(_ place: Place, _ situation: Situation) -> Bool {
    guard case .struck(let strike) = situation else { return false }
    return place.request == strike.position && carrier.promise(of: strike).hidesOneBit
  }

  private func part(of place: Place, in situation: Situation) -> Promise.Part {
    guard let strike = situation.strike else { return .good }
    let promise = carrier.promise(of: strike)
    switch situation {
    case .clean: return .good
    case .next: return promise.next
    case .lasting: return promise.after
    case .struck:
      if place.request == strike.position { return promise.struck }
      return place.request < strike.position ? promise.before : promise.after
    }
  }

  private static func number(_ reading: Reading) -> UInt32? {
    guard case .integer(let number)? = reading.value else { return nil }
    return UInt32(exactly: number)
  }
}
