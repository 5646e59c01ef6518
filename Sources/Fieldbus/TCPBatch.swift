internal import Telemetry

/// One exchange over TCP: what was asked, and what became of it so far.
final class TCPBatch {
  /// The request to send next.
  struct Next {
    let index: Int
    let request: ModbusRequest
    /// Whether it was sent before, and failed.
    let isRepeated: Bool
  }

  let requests: [BusRequest]
  private(set) var unsettled: Int

  private let settings: TCPSettings
  private var outcomes: [BusOutcome?]
  private var position = 0
  /// What became of the request that is to be sent again, or was.
  private var repeated: (index: Int, outcome: BusOutcome)?
  private var isDueAgain = false
  /// Requests whose answers may be second copies of others, should a copy turn up.
  private var unsure: Set<Int> = []
  /// What is said of the answers that were taken back.
  private var doubts: [Int: BusOutcome] = [:]
  /// Their requests, which are to be asked once more after all others.
  private var askedLast: [Int] = []
  private let continuation: CheckedContinuation<[BusOutcome], Never>

  init(
    _ requests: [BusRequest],
    _ settings: TCPSettings,
    _ continuation: CheckedContinuation<[BusOutcome], Never>
  ) {
    self.requests = requests
    self.settings = settings
    self.continuation = continuation
    unsettled = requests.count
    outcomes = Array(repeating: nil, count: requests.count)
  }

  /// What is to be sent next; what cannot be sent at all is settled on the way.
  func next() -> Next? {
    if isDueAgain, let index = repeated?.index, case .modbus(let request) = requests[index] {
      return Next(index: index, request: request, isRepeated: true)
    }
    while position < requests.count {
      if outcomes[position] == nil {
        switch objection(to: requests[position]) {
        case .success(let request):
          return Next(index: position, request: request, isRepeated: false)
        case .failure(let failure):
          settle(position, BusOutcome(failure.cause, failure.detail, at: settings.time.moment()))
        }
      }
      position += 1
    }
    while let index = askedLast.first {
      if outcomes[index] == nil, case .modbus(let request) = requests[index] {
        return Next(index: index, request: request, isRepeated: false)
      }
      askedLast.removeFirst()
    }
    return nil
  }

  private func objection(to request: BusRequest) -> Result<ModbusRequest, BusFailure> {
    let endpoint = settings.endpoint
    guard case .modbus(let request) = request else {
      let detail = "\(endpoint) carries Modbus, not text: put the device on a serial bus"
      return .failure(BusFailure(.noConnection, detail))
    }
    if settings.tunnel != nil, request.unit.rawValue > RTUFrame.highestUnit {
      let detail =
        "\(endpoint): unit \(request.unit.rawValue) cannot be on a serial line: use 1 to 247"
      return .failure(BusFailure(.noConnection, detail))
    }
    return .success(request)
  }

  /// What ``next()`` gave is sent.
  func advance() {
    if isDueAgain {
      isDueAgain = false
    } else if position < requests.count {
      position += 1
    } else {
      askedLast.removeFirst()
    }
  }

  /// Has a request that failed sent once more before any other.
  func askAgain(_ index: Int, after outcome: BusOutcome) {
    repeated = (index, outcome)
    isDueAgain = true
  }

  /// Takes back the answers that may be second copies of others.
  ///
  /// They are asked again when all others were: on a line that is known to answer twice, those
  /// answers are sure. But nothing is written twice, and nothing asked for a third time.
  func doubt(_ finding: CopyWatch.Finding) {
    for index in outcomes.indices {
      guard case .modbus(let request) = requests[index], let outcome = outcomes[index],
        case .success = outcome.result,
        finding.doubts(request, isSure: !unsure.contains(index))
      else { continue }
      let doubtful = BusOutcome(
        result: .failure(settings.failure(CopyWatch.doubtful, request)),
        sent: outcome.sent,
        elapsed: outcome.elapsed
      )
      guard !request.isWrite, doubts[index] == nil else {
        outcomes[index] = doubtful
        continue
      }
      doubts[index] = doubtful
      outcomes[index] = nil
      unsettled += 1
      askedLast.append(index)
      if repeated?.index == index { repeated = nil }
    }
  }

  /// Settles a request; one that was repeated in vain with what became of it first.
  ///
  /// `isSure` says whether the answer cannot be a second copy of an earlier one.
  func settle(_ index: Int, _ outcome: BusOutcome, isSure: Bool = true) {
    if !isSure { unsure.insert(index) } else if !unsure.isEmpty { unsure.remove(index) }
    if outcomes[index] == nil { unsettled -= 1 }
    outcomes[index] = outcome
    guard let repeated, repeated.index == index, case .failure(let failure) = outcome.result,
      !failure.isAnswer
    else { return }
    outcomes[index] = BusOutcome(
      result: repeated.outcome.result,
      sent: repeated.outcome.sent,
      elapsed: settings.time.uptime() - repeated.outcome.sent.uptime
    )
  }

  /// Fails everything that has no outcome yet; of one unit, where it is named.
  func failRest(_ cause: Cause, _ detail: String, of unit: UnitID? = nil) {
    let moment = settings.time.moment()
    for index in outcomes.indices where outcomes[index] == nil {
      if let unit, requests[index].unit != unit { continue }
      if let doubtful = doubts[index] {
        settle(index, doubtful)
        continue
      }
      let wasSent = index < position || repeated?.index == index
      settle(index, BusOutcome(cause, detail, at: moment, wasSent: wasSent))
    }
    isDueAgain = isDueAgain && unsettled > 0 && unit != nil
  }

  /// - Precondition: Every request has an outcome.
  func finish() {
    precondition(unsettled == 0)
    continuation.resume(returning: outcomes.compactMap(\.self))
  }
}

extension BusRequest {
  fileprivate var unit: UnitID? {
    if case .modbus(let request) = self { request.unit } else { nil }
  }
}

extension BusOutcome {
  /// Something that was never sent, unless said otherwise.
  init(_ cause: Cause, _ detail: String, at moment: Moment, wasSent: Bool = false) {
    self.init(
      result: .failure(BusFailure(cause, detail)),
      sent: moment,
      elapsed: .zero,
      wasSent: wasSent
    )
  }
}
