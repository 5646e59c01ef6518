internal import CommandSupport
internal import StationAPI
internal import Telemetry

/// One station of a status, for people.
struct StationReport {
  private let station: StationStatus

  init(_ station: StationStatus) { self.station = station }

  var lines: [String] {
    let all = lots + conveyor + crew + materials + corrections
    return all.enumerated().map { index, line in
      Terminal.padded(index == 0 ? station.id.text : "", to: 16) + line
    }
  }

  private var lots: [String] {
    if station.lanes.isEmpty, station.lots.isEmpty {
      return ["no lot; readings are recorded and bound to none"]
    }
    let free = station.lanes.filter { lane in !station.lots.contains { $0.lane == lane } }
    return station.lots.flatMap(lines(of:)) + free.map { "lane \($0): no lot" }
  }

  private func lines(of lot: StationStatus.ActiveBinding) -> [String] {
    let lane = lot.lane.map { "lane \($0): " } ?? ""
    let revision = lot.revision.map { " revision \($0)" } ?? ""
    let program = lot.program.map { ", program \($0)" } ?? ""
    let quantity = lot.quantity.map { ", \(counted($0, "piece"))" } ?? ""
    let notes = lot.notes.map {
      Terminal.coloured(" [\($0.joined(separator: ", "))]", .yellow)
    }
    let first =
      lane + Terminal.coloured("lot \(lot.lot)", .bold)
      + ", part \(lot.part)\(revision), work order \(lot.workOrder)\(quantity), operator "
      + "\(lot.operatorName)\(program), since \(lot.since)\(notes ?? "")"
    let doubts = (lot.doubts ?? []).map {
      Terminal.coloured("  \(Self.word(for: $0)): ", .red) + $0.description
    }
    let units = lot.units.map { ["  units: \(Self.words(for: $0))"] } ?? []
    return [first] + doubts + corrected(lot) + units
  }

  /// What a doubt of the plant's lists comes to, in a word that is seen from afar.
  private static func word(for doubt: BindingNote) -> String {
    switch doubt.code {
    case "lot_on_hold": "HELD"
    case "lot_scrapped": "SCRAPPED"
    default: "NOT RELEASED"
    }
  }

  private func corrected(_ lot: StationStatus.ActiveBinding) -> [String] {
    guard let corrected = lot.corrected else { return [] }
    let text = corrected.lot.map { really in
      "lot \(really)" + (corrected.part.map { ", part \($0)" } ?? "")
        + (corrected.since.map { ", since \($0)" } ?? "")
    }
    return ["  " + Terminal.coloured("corrected: \(text ?? "never was there")", .yellow)]
  }

  private var corrections: [String] { (station.corrections ?? []).map(\.line) }

  private static func words(for units: StationStatus.UnitCount) -> String {
    let others = [
      (units.left, "left"), (units.removed, "taken out"), (units.scrapped, "scrapped"),
    ]
    let rest = others.filter { $0.0 > 0 }.map { ", \($0.0) \($0.1)" }.joined()
    let serials = units.serials.map(\.text).joined(separator: ", ")
    let more = units.inside > units.serials.count ? ", …" : ""
    return "\(units.inside) inside" + (serials.isEmpty ? "" : " (\(serials)\(more))") + rest
  }

  private var crew: [String] {
    if station.crew.isEmpty { return [] }
    let members = station.crew.map { member in
      let shift = member.shift.map { ", \($0) shift" } ?? ""
      let until = member.until.map { ", until \($0) at most" } ?? ""
      return "\(member.name) (since \(member.since)\(shift)\(until))"
    }
    return ["signed on: " + members.joined(separator: ", ")]
  }

  /// What is where on the station's conveyor.
  private var conveyor: [String] {
    guard let conveyor = station.conveyor else { return [] }
    let speeds = conveyor.speeds.map {
      $0.map { "\(Self.tenths($0 * 6_000)) cm/min" } ?? "no speed yet"
    }
    var line = "conveyor: " + speeds.joined(separator: ", ")
    if conveyor.isSpeedLost {
      line = Terminal.coloured(line + ", not known now: edges of lots are unsure", .yellow)
    }
    let lots = conveyor.lots.map { item in
      let lane = item.lane.map { "lane \($0): " } ?? ""
      let boards = conveyor.boards.filter { $0.seq == item.seq && $0.lane == item.lane }.count
      let place =
        item.doubt.map {
          "from \(Self.centimetres(item.from)) to \(Self.centimetres(item.to)) m, "
            + "give or take \(Self.centimetres($0)) m"
        } ?? "somewhere on it"
      return "  \(lane)lot \(item.lot?.text ?? "unknown") \(place)"
        + (boards > 0 ? ", \(counted(boards, "board"))" : "")
    }
    let problems = (conveyor.problems ?? []).map { Terminal.coloured("  \($0)", .red) }
    return [line] + (lots.isEmpty ? ["  no lot on it"] : lots) + problems
  }

  private static func tenths(_ number: Double) -> Double { (number * 10).rounded() / 10 }

  private static func centimetres(_ metres: Double) -> Double { (metres * 100).rounded() / 100 }

  private var materials: [String] { station.materials.flatMap(lines(of:)) }

  private func lines(of material: StationStatus.LoadedMaterial) -> [String] {
    let limits = [
      material.floorLifeUntil.map { ", floor life until \($0)" },
      material.expires.map { ", expires \($0)" },
    ].compactMap { $0 }.joined()
    return ["loaded: \(material.material), lot \(material.lot)\(limits)"]
      + (material.doubts ?? []).map { Terminal.coloured("! \($0.sentence)", .red) }
  }
}

extension CorrectionStatus {
  /// What it says, and whose it is.
  var line: String {
    let end = withdrawnBy.map { "; withdrawn by record \($0)" } ?? ""
    return "correction \(seq): \(summary) (\(by), \(at): \(reason)\(end))"
  }
}

extension Terminal {
  /// A text with spaces behind it, one at least.
  static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }
}
