internal import Fieldbus
internal import Telemetry

/// Telling devices that are there from those that only seem to be.
extension ScanRun {
  /// Units that hardly any plant uses: who answers for all of them answers for any.
  static let unlikelyUnits: [UInt8] = [246, 219, 187]

  /// Refusals of a device that understood the question, whatever unit it takes itself for.
  private static let understood: Set<UInt8> = [1, 2, 3]

  /// Asks for units that hardly exist, once at each place where something answered.
  ///
  /// A device that ignores the unit, as many do on TCP (MODBUS Messaging on TCP/IP Implementation
  /// Guide V1.0b, 4.4.2), is one device; a server or gateway that refuses for units that it does not
  /// have gives itself away by that refusal. On most lines the first of these units is silent, and
  /// that is all.
  ///
  /// - Returns: The first hit at the place as it has to be understood; nil when it is none.
  func checked(
    _ hit: ScanHit,
    with prober: inout some ScanProber
  ) async throws(BusFailure) -> ScanHit? {
    if plan.options.searchesAllSettings || !checkedPlaces.insert(hit.place).inserted {
      return hit.answer == absentAnswers[hit.place].map { .exception($0) } ? nil : hit
    }
    var answers: [ScanHit.Answer] = []
    for unit in Self.unlikelyUnits.compactMap({ UnitID($0) }) {
      let attempt = ScanAttempt(place: hit.place, unit: unit, probe: hit.probe)
      let sighting = try await prober.ask(attempt)
      guard let other = sighting.hits.first(where: { $0.unit == unit }) else { return hit }
      answers.append(other.answer)
    }
    return judged(hit, amongAnswersOfAbsent: answers)
  }

  private func judged(_ hit: ScanHit, amongAnswersOfAbsent answers: [ScanHit.Answer]) -> ScanHit? {
    var hit = hit
    let codes = Set(answers.map(\.exceptionCode))
    guard let first = codes.first, codes.count == 1 else { return hit }
    guard let code = first else {
      guard hit.answer.exceptionCode == nil else { return hit }
      hit.ignoresUnit = true
      queue.removeAll()
      note("\(hit.place) answers to every unit number, so it is one device; any number will do")
      return hit
    }
    absentAnswers[hit.place] = code
    note(
      "\(hit.place) answers with exception \(code) for units that hardly exist; only units that "
        + "answer otherwise are listed"
    )
    guard hit.answer.exceptionCode == code else { return hit }
    hit.ignoresUnit = true
    return Self.understood.contains(code) ? hit : nil
  }
}

extension ScanHit {
  /// The question that was answered; a refusal does not tell, and the first will do.
  fileprivate var probe: ScanProbe {
    if case .register(.input, _) = answer { .input } else { .holding }
  }
}

extension ScanHit.Answer {
  /// nil when there was a value.
  var exceptionCode: UInt8? {
    if case .exception(let code) = self { code } else { nil }
  }
}
