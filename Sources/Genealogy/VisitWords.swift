internal import Telemetry

extension StationVisit {
  /// Units that a sentence names.
  private static let unitLimit = 8

  /// What is made, such as `part 4711 revision C, work order WO-88, 40 pieces planned`.
  ///
  /// A part without a revision is known from the lot.
  package var work: String {
    let part = binding.revision.map { revision in
      "part \(Words.safe(binding.part.text)) revision \(Words.safe(revision.text)), "
    }
    let quantity = binding.quantity.map { ", \(Words.count($0, "piece")) planned" }
    return (part ?? "") + "work order \(Words.safe(binding.workOrder.text))" + (quantity ?? "")
  }

  /// What was doubtful, who was there, which units came, and what its figures are worth: each in a
  /// sentence, where there is something to say.
  package var sentences: [String] { [doubts, crew, unitList, recount].compactMap { $0 } }

  private var doubts: String? {
    binding.notes.map {
      "doubtful when it was started: " + $0.map(Words.safe).joined(separator: ", ")
    }
  }

  private var crew: String? {
    if crews.isEmpty { return nil }
    let parts = crews.enumerated().map { index, crew in
      let names = crew.crew.operators.map { Words.safe($0.text) }.joined(separator: ", ")
      // A correction is recorded later, and can say who was there from the beginning on.
      let isFirst =
        crew.record.seq <= extent.start.seq || index == 0 && crew.at <= from
      let since = isFirst ? "" : "from \(Words.time(crew.at)) UTC "
      return since + (names.isEmpty ? "nobody" : names)
    }
    return "signed on: " + parts.joined(separator: "; ")
  }

  private var recount: String? {
    recounting == true
      ? "being recounted: the figures below are those from before its times were corrected; ask again "
        + "in a minute"
      : nil
  }

  private var unitList: String? {
    if units.isEmpty { return nil }
    let serials = units.prefix(Self.unitLimit).map { Words.safe($0.serial.text) }
    let more = units.count > Self.unitLimit ? ", …" : ""
    let gone = [UnitPassage.Event.removed, .scrapped].map { event in
      let count = units.filter { $0.events.last?.event == event }.count
      return count > 0 ? ", \(Words.count(count)) \(event.rawValue)" : ""
    }
    return Words.count(units.count, "unit") + gone.joined() + ": "
      + serials.joined(separator: ", ") + more
  }
}
