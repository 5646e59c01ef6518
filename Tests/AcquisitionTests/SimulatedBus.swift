import Fieldbus
import Synchronization
import Telemetry
import TestSupport

/// A bus whose answers and duration the test decides; it takes its time from the test's clocks.
final class SimulatedBus: Bus {
  struct Answer: Sendable {
    var result: Result<BusReply, BusFailure>
    var duration: Duration = .milliseconds(10)
  }

  private let time: ManualTime
  private let answer: @Sendable (BusRequest) -> Answer
  private let log = Mutex<[BusRequest]>([])

  init(time: ManualTime, answer: @escaping @Sendable (BusRequest) -> Answer) {
    self.time = time
    self.answer = answer
  }

  /// Everything that was asked.
  var asked: [BusRequest] { log.withLock { $0 } }

  func exchange(_ requests: [BusRequest]) async -> [BusOutcome] {
    requests.map { request in
      log.withLock { $0.append(request) }
      let answer = answer(request)
      let sent = time.moment()
      time.advance(by: answer.duration)
      return BusOutcome(result: answer.result, sent: sent, elapsed: answer.duration)
    }
  }

  func close() async {}
}

/// What a device of that vendor answers whose registers hold their own addresses.
func reply(to request: BusRequest, from vendor: String) -> Result<BusReply, BusFailure> {
  guard case .modbus(let request) = request else {
    return .failure(BusFailure(.noConnection, "no text here"))
  }
  switch request.operation {
  case .read(let range):
    return .success(.registers((0..<range.count).map { range.address + UInt16($0) }))
  case .identification:
    return .success(.identification(objects: [0: Array(vendor.utf8)], next: nil))
  case .serverID, .write: return .failure(BusFailure(.exception(1), "unknown"))
  }
}
