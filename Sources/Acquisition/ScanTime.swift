internal import Fieldbus
package import Profiles
internal import Telemetry

extension ScanGroup {
  /// About the bus time that a scan takes.
  package func time(over timing: BusTiming) -> Duration {
    requests.reduce(.zero) { $0 + timing.time(of: $1.length(over: timing), pause: pause) }
  }
}

extension BusRequest {
  fileprivate func length(over timing: BusTiming) -> ExchangeLength {
    switch self {
    case .modbus(let request):
      guard case .read(let range) = request.operation else {
        return ExchangeLength(request: 0, reply: 0)
      }
      return timing.length(of: range.table, count: range.count)
    case .serial(let request):
      return ExchangeLength(
        request: request.send.count,
        reply: PlannedRequest.assumedAnswerLength
      )
    }
  }
}
