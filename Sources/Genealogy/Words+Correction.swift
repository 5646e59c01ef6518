internal import Telemetry

extension Words {
  /// What a correction says, who made it, when and why.
  package static func correction(_ recorded: RecordedCorrection) -> String {
    let correction = recorded.correction
    var text =
      "corrected: \(change(recorded)); by \(safe(correction.by.text)) \(time(recorded.at)) UTC: "
      + "\(safe(correction.reason.text)); \(reference(recorded.record))"
    if let withdrawn = recorded.withdrawn {
      text +=
        "; withdrawn by \(safe(withdrawn.by.text)) \(time(withdrawn.at)) UTC: "
        + "\(safe(withdrawn.reason.text)); \(reference(withdrawn.record))"
    }
    return text
  }

  private static func change(_ recorded: RecordedCorrection) -> String {
    let lot = recorded.recordedLot.map { safe($0.text) } ?? "it"
    switch recorded.correction.change {
    case .insertLot(let binding, let from, let to):
      return "lot \(safe(binding.lot.text)) was at \(place(binding)) "
        + "\(span(from: from, to: to, lasting: "")), which nobody had recorded"
    case .insertMaterial(let load, let from, let to):
      return "\(safe(load.material.text)) \(safe(load.lot.text)) stood at \(load.station) "
        + "\(span(from: from, to: to, lasting: "")), which nobody had recorded"
    case .presence(let presence, let from, let to):
      let was = presence.wasThere ? "was" : "was not"
      return "\(safe(presence.operatorName.text)) \(was) at \(presence.station) "
        + span(from: from, to: to, lasting: "")
    case .replaceLot(let seq, let binding):
      return "at \(place(binding)) it was lot \(safe(binding.lot.text)), not \(lot) as record "
        + "\(seq) says"
    case .replaceMaterial(let seq, let load):
      return "at \(load.station) it was \(safe(load.material.text)) \(safe(load.lot.text)), not "
        + "\(lot) as record \(seq) says"
    case .times(let seq, let from, let to):
      let times = [
        from.map { "came \(time($0)) UTC" }, to.map { "was done \(time($0)) UTC" },
      ]
      return "\(lot) of record \(seq) " + times.compactMap { $0 }.joined(separator: " and ")
    case .void(let seq): return "\(lot) of record \(seq) never was there"
    case .notConsumed(let seq, let consumption):
      return "\(safe(consumption.inputName)) did not go into \(safe(consumption.outputName)), as "
        + "record \(seq) says"
    case .withdraw(let seq): return "correction \(seq) does not hold"
    }
  }

  private static func place(_ binding: Binding) -> String {
    binding.lane.map { "\(binding.station) lane \($0)" } ?? binding.station.text
  }
}

extension LotTrace {
  /// Whether it shows what was recorded or what was corrected since, where these differ; a sentence.
  package var corrected: String? {
    let holding = lots.flatMap { $0.corrections ?? [] }.filter { $0.withdrawn == nil }
    let count = Set(holding.map(\.record)).count
    if count == 0 { return nil }
    let corrections = Words.count(count, "correction")
    return switch basis {
    case .corrected:
      "What follows is as corrected: it differs from what was recorded by \(corrections), listed "
        + "with each lot."
    case .recorded:
      "What follows is as recorded: \(corrections) made since, listed with each lot, "
        + "\(count == 1 ? "says" : "say") otherwise."
    }
  }
}
