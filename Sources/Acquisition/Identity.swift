package import Fieldbus
internal import Telemetry

/// Whether a device is the one that its profile is for: pure.
///
/// It is found out before the first scan, and again after the device was silent or the connection
/// was lost. Until it is confirmed nothing of the device is read.
package struct Identity: Sendable {
  /// How long a device that answered otherwise is left alone before it is asked again.
  package static let retryInterval: Duration = .seconds(10)

  /// Answers over which one identification may be spread.
  package static let maximumReplies = 16

  /// What to do with the device now.
  package enum Step: Sendable, Hashable {
    case ask(BusRequest)
    /// It is the right one: read it.
    case read
    /// Do not read it, for this reason.
    case refuse(BusFailure)
  }

  private enum State: Sendable {
    case unknown
    case asking(IdentityCheck.Question)
    case confirmed
    case wrong(BusFailure, until: Duration)
  }

  private let check: IdentityCheck
  private let subject: String
  private var state = State.unknown
  private var objects: [UInt8: [UInt8]] = [:]

  /// When the first question was asked.
  private var began: Duration = .zero

  package init(_ check: IdentityCheck) {
    self.check = check
    subject =
      switch check.expectation {
      case .modbus(_, let unit): "unit \(unit.rawValue)"
      case .serial: "the instrument"
      }
  }

  /// What to do before a scan that is due at `now`.
  package mutating func step(at now: Duration) -> Step {
    switch state {
    case .confirmed: return .read
    case .wrong(let failure, let until) where now < until: return .refuse(failure)
    case .unknown, .wrong, .asking:
      objects.removeAll()
      began = now
      return advance(to: check.first)
    }
  }

  /// Takes the answer to what ``step(at:)`` or this wanted to be asked.
  package mutating func take(_ result: Result<BusReply, BusFailure>, at now: Duration) -> Step {
    guard case .asking(let question) = state else { return step(at: now) }
    switch result {
    case .success(let reply):
      switch check.judge(reply, to: question, known: &objects) {
      case .next(let next): return advance(to: next)
      case .wrong(let reason): return refuse(reason)
      case .malformed(let reason):
        return giveUp(BusFailure(.malformedReply, "\(subject): \(reason)"))
      }
    case .failure(let failure):
      guard case .exception(let code) = failure.cause, failure.cause.isRefusal else {
        return giveUp(failure)
      }
      return refuse(check.judgeRefusal(of: question, code: code))
    }
  }

  /// Whoever answers next may be another: the device was silent, or the connection was lost.
  package mutating func forget() {
    if case .confirmed = state { state = .unknown }
  }

  private mutating func advance(to question: IdentityCheck.Question?) -> Step {
    guard let question, let request = check.request(for: question) else {
      state = .confirmed
      return .read
    }
    state = .asking(question)
    return .ask(request)
  }

  private mutating func giveUp(_ failure: BusFailure) -> Step {
    state = .unknown
    return .refuse(failure)
  }

  private mutating func refuse(_ reason: String) -> Step {
    let detail = "\(subject) is not what the profile \(check.profile) is for: \(reason)"
    let failure = BusFailure(.wrongDevice, detail)
    state = .wrong(failure, until: began + Self.retryInterval)
    return .refuse(failure)
  }
}

extension Cause {
  /// Whether a device that answers so does not know what it was asked.
  ///
  /// Other exceptions say that it cannot answer now, or that a gateway did not reach it
  /// (MODBUS Application Protocol V1.1b3, 7).
  fileprivate var isRefusal: Bool {
    if case .exception(let code) = self { ![4, 5, 6, 10, 11].contains(code) } else { false }
  }
}
