internal import Telemetry

/// How often a unit of a serial line is asked the same before its request counts as failed.
///
/// A unit that answered lately is asked once more after a failure. One whose last request failed
/// costs a timeout each time, so it is asked once; but when something else was heard in place of its
/// answer, that says nothing about the unit, and it is asked once more as well.
struct UnitPatience {
  /// Units whose last request failed.
  private var silent: Set<UnitID> = []

  mutating func answered(_ unit: UnitID) { silent.remove(unit) }

  /// Whether to ask the same again after it failed for the first time.
  ///
  /// Nothing is written twice: the device may have done it the first time.
  mutating func asksAgain(_ request: ModbusRequest, after failure: BusFailure) -> Bool {
    let isNew = silent.insert(request.unit).inserted
    return !request.isWrite && (isNew || failure.cause.isSomethingElse)
  }
}

extension Cause {
  /// Whether something was heard that was not the answer.
  fileprivate var isSomethingElse: Bool {
    switch self {
    case .foreignReply, .malformedReply, .checksum: true
    default: false
    }
  }
}
