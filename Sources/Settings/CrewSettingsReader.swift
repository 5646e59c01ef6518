internal import LotBinding
internal import MarkedYAML
internal import Telemetry

/// Reads when operators are signed off.
struct CrewSettingsReader {
  private let fields: FieldReader

  init(_ fields: FieldReader) { self.fields = fields }

  func crews() -> CrewRules {
    let shifts = self.shifts()
    guard let reader = fields.mapping(AgentShape.operators) else {
      return CrewRules(shifts: shifts)
    }
    let timeOut = reader.value(OperatorsShape.timeOut)
    let endsWithShift = reader.value(OperatorsShape.shiftEnd)
    let early = reader.value(OperatorsShape.early)
    reader.finish()
    let usual = CrewRules()
    return CrewRules(
      timeOut: timeOut?.value ?? usual.timeOut,
      shifts: shifts,
      endsWithShift: endsWithShift?.value ?? usual.endsWithShift,
      early: early?.value ?? usual.early
    )
  }

  private func shifts() -> [CrewRules.Shift] {
    var names = UniqueNames(noun: "shift", log: fields.log)
    var covered: [Int: Label] = [:]
    return fields.mappings(AgentShape.shifts).compactMap { reader in
      let name = reader.value(ShiftShape.name)
      let from = reader.value(ShiftShape.from)
      let to = reader.value(ShiftShape.to)
      reader.finish()
      guard let name, let from, let to else { return nil }
      names.take(
        Marked(name.value.text, at: name.mark),
        advice: "give each shift a name of its own"
      )
      let shift = CrewRules.Shift(name: name.value, from: from.value, to: to.value)
      let minutes = (0..<24 * 60).filter(shift.covers)
      if let other = minutes.lazy.compactMap({ covered[$0] }).first {
        fields.log.add(
          .contradiction,
          at: from.mark,
          "shift \(name.value) overlaps with shift \(other); let one end where the other begins"
        )
      }
      for minute in minutes { covered[minute] = name.value }
      return shift
    }
  }
}

enum OperatorsShape {
  static let timeOut = Key(
    "time_out",
    .duration(in: .seconds(60)...(.seconds(168 * 3_600))),
    "Longest time from signing on until the agent signs somebody off",
    default: "12h"
  )
  static let shiftEnd = Key(
    "shift_end",
    .bool,
    "Whether everybody is signed off when their shift ends",
    default: "true"
  )
  static let early = Key(
    "early",
    .duration(in: .zero...(.seconds(4 * 3_600))),
    "Who signs on so short before the end of a shift is of the next one",
    default: "30m"
  )
  static let shape = Shape(
    "operators section",
    [timeOut.optional, shiftEnd.optional, early.optional]
  )
}

enum ShiftShape {
  static let name = Key("name", ScalarKind<Label>.label.suchAs("early"), "What the plant calls it")
  static let from = Key("from", .timeOfDay, "When it begins, in local time")
  static let to = Key("to", .timeOfDay, "When it ends, on the next day where that is earlier")
  static let shape = Shape("shift", [name.required, from.required, to.required])
}

extension ScalarKind where Value == Int {
  /// A time on the clock, as minutes from midnight.
  fileprivate static let timeOfDay = ScalarKind(
    expected: "a time of day in quotes",
    example: "\"06:00\"",
    schema: ["type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"]
  ) { scalar throws(ScalarProblem) in
    let text = try ScalarKind<String>.text.read(scalar)
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard text.utf8.count == 5, parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }),
      let hour = UInt8(parts[0]), let minute = UInt8(parts[1]), hour < 24, minute < 60,
      !text.contains("+")
    else { throw .wrongType }
    return Int(hour) * 60 + Int(minute)
  }
}

extension ScalarKind where Value == LaneID {
  /// The name of a lane, which is a number more often than not.
  static let lane = ScalarKind(
    expected: "the name of a lane",
    example: "1",
    schema: ["anyOf": [["type": "string"], ["type": "integer", "minimum": 1, "maximum": 99]]]
  ) { scalar throws(ScalarProblem) in
    if scalar.isPlain, let number = Int(scalar.text), (1...99).contains(number),
      scalar.text == String(number)
    {
      return LaneID(checked: scalar.text)
    }
    return try ScalarKind<LaneID>.identifier.read(scalar)
  }
}
