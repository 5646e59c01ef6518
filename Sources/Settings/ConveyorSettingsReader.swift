internal import LotBinding
internal import MarkedYAML
internal import Telemetry

/// Reads the conveyor of a station.
struct ConveyorSettingsReader {
  /// The conveyor's mapping.
  let fields: FieldReader

  /// The station's lanes; none where it has one way only.
  let lanes: [LaneID]

  func conveyor() -> ConveyorSettings? {
    let length = fields.value(ConveyorShape.length)
    let entry = fields.value(ConveyorShape.entry)
    let exit = fields.value(ConveyorShape.exit)
    let reach = fields.value(ConveyorShape.reach)
    let speed = reference(ConveyorShape.speed, in: fields)
    let fixedSpeed = fields.value(ConveyorShape.fixedSpeed)
    let fastest = fields.value(ConveyorShape.fastest)
    let accuracy = fields.value(ConveyorShape.accuracy)
    let hold = fields.value(ConveyorShape.hold)
    let boardLength = fields.value(ConveyorShape.boardLength)
    let entered = eye(ConveyorShape.entered, in: fields)
    let left = eye(ConveyorShape.left, in: fields)
    let exitTolerance = fields.value(ConveyorShape.exitTolerance)
    let nextLot = fields.value(ConveyorShape.nextLot)
    let lanes = self.lanes(entered, left)
    fields.finish()
    guard let length else { return nil }
    checkPlaces(length: length.value, entry, exit)
    checkSpeeds(lanes, hasCommon: fields.has("speed") || fields.has("fixed_speed"))
    checkEyes(lanes, hasBoardLength: boardLength != nil)
    return ConveyorSettings(
      mark: Whereabouts(mark: fields.mark),
      length: length.value,
      entry: entry?.value ?? 0,
      exit: exit?.value ?? length.value,
      reach: reach?.value ?? 0,
      speed: speed,
      fixedSpeed: fixedSpeed?.value,
      fastest: fastest?.value,
      accuracy: accuracy?.value ?? 0.01,
      hold: hold?.value ?? .seconds(5),
      boardLength: boardLength?.value,
      exitTolerance: exitTolerance?.value ?? 0.3,
      nextLot: nextLot?.value ?? .follows,
      lanes: lanes
    )
  }

  /// All lanes of the station, each with what the file says of it.
  private func lanes(_ entered: EyeSettings?, _ left: EyeSettings?) -> [LaneSettings] {
    var names = UniqueNames(noun: "lane", log: fields.log)
    let own = fields.mappings(ConveyorShape.lanes).compactMap { reader -> LaneSettings? in
      let id = reader.value(LaneShape.id)
      let speed = reference(ConveyorShape.speed, in: reader)
      let entered = eye(ConveyorShape.entered, in: reader)
      let left = eye(ConveyorShape.left, in: reader)
      reader.finish()
      guard let id else { return nil }
      names.take(Marked(id.value.text, at: id.mark), advice: "say once what the lane has")
      if !lanes.contains(id.value) {
        fields.log.add(
          .unknownName,
          at: id.mark,
          "the station has no lane \"\(id.value)\"; "
            + (lanes.isEmpty
              ? "name it in the station's lanes: [\(id.value), …]"
              : Suggestion.text(for: id.value.text, among: lanes.map(\.text), noun: "it has"))
        )
      }
      return LaneSettings(id: id.value, speed: speed, entered: entered, left: left)
    }
    if lanes.isEmpty { return [LaneSettings(id: nil, speed: nil, entered: entered, left: left)] }
    if entered != nil || left != nil {
      fields.log.add(
        .contradiction,
        at: fields.mark(of: entered != nil ? "entered" : "left"),
        "one photo-eye cannot tell which of several lanes a board is on; give each lane its own in "
          + "\"lanes\""
      )
    }
    return lanes.map { id in
      own.first { $0.id == id }
        ?? LaneSettings(id: id, speed: nil, entered: nil, left: nil)
    }
  }

  private func reference(_ section: Section, in fields: FieldReader) -> SignalReference? {
    guard let reader = fields.mapping(section) else { return nil }
    defer { reader.finish() }
    return reference(reader)
  }

  private func reference(_ reader: FieldReader) -> SignalReference? {
    let device = reader.value(SignalReferenceShape.device)
    let signal = reader.value(SignalReferenceShape.signal)
    guard let device, let signal else { return nil }
    return SignalReference(
      device: device.value,
      signal: signal.value,
      deviceMark: Whereabouts(mark: device.mark),
      signalMark: Whereabouts(mark: signal.mark)
    )
  }

  private func eye(_ section: Section, in fields: FieldReader) -> EyeSettings? {
    guard let reader = fields.mapping(section) else { return nil }
    let signal = reference(reader)
    let when = reader.value(EyeShape.when)
    reader.finish()
    return signal.map { EyeSettings(signal: $0, isCoveredWhenOn: when?.value != .off) }
  }

  // MARK: Checks

  private func checkPlaces(length: Double, _ entry: Marked<Double>?, _ exit: Marked<Double>?) {
    let start = entry?.value ?? 0
    if let entry, entry.value >= length {
      fields.log.add(
        .outOfBounds,
        at: entry.mark,
        "\"entry\" is at \(entry.value) m, and the conveyor ends at \(length) m; measure both from "
          + "where the positions of signals count"
      )
    }
    if let exit, exit.value <= start || exit.value > length {
      fields.log.add(
        .outOfBounds,
        at: exit.mark,
        "\"exit\" is at \(exit.value) m; it lies behind the entry at \(start) m and not beyond the "
          + "length of \(length) m"
      )
    }
  }

  private func checkSpeeds(_ lanes: [LaneSettings], hasCommon: Bool) {
    let own = lanes.filter { $0.speed != nil }.count
    if own == 0, !hasCommon {
      fields.log.add(
        .missingKey,
        at: fields.mark,
        "\"speed\" is missing in this conveyor; add speed: {device: oven-1, signal: conveyor.speed}, "
          + "or fixed_speed: 80 cm/min where the belt always runs so"
      )
    }
    if own > 0, own < lanes.count || hasCommon {
      fields.log.add(
        .contradiction,
        at: fields.mark(of: "lanes"),
        "either the conveyor has one \"speed\", or each of its lanes has its own; remove one, or add "
          + "those that are missing"
      )
    }
  }

  private func checkEyes(_ lanes: [LaneSettings], hasBoardLength: Bool) {
    let entries = lanes.filter { $0.entered != nil }.count
    let exits = lanes.filter { $0.left != nil }.count
    if (1..<lanes.count).contains(entries) || (1..<lanes.count).contains(exits) {
      fields.log.add(
        .contradiction,
        at: fields.mark(of: "lanes"),
        "one lane has a photo-eye and another has none; give it to all, or to none"
      )
    }
    if entries > 0, !hasBoardLength {
      fields.log.add(
        .missingKey,
        at: fields.mark,
        "\"board_length\" is missing; with a photo-eye a lot ends with the rear edge of its last "
          + "board: add board_length: 0.25"
      )
    }
    if exits > 0, entries == 0 {
      fields.log.add(
        .contradiction,
        at: fields.mark(of: lanes.contains { $0.id != nil } ? "lanes" : "left"),
        "\"left\" tells nothing without \"entered\": add the photo-eye at the entry, or remove it"
      )
    }
  }
}
