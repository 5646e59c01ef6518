internal import LotBinding
internal import MarkedYAML
internal import Telemetry

/// The conveyor of a station.
enum ConveyorShape {
  static let length = Key(
    "length",
    .metres(in: 0.1...100, example: "3.5"),
    "Metres from where the positions of signals count to the end of the belt"
  )
  static let entry = Key(
    "entry",
    .metres(in: 0...100, example: "0.1"),
    "Where lots and boards are seen to enter, in metres",
    default: "0"
  )
  static let exit = Key(
    "exit",
    .metres(in: 0...100, example: "3.4"),
    "Where boards are seen to leave, in metres; the length unless it is said"
  )
  static let reach = Key(
    "reach",
    .metres(in: 0...10, example: "0.175"),
    "Metres to each side of its position for which a reading counts, such as half a zone",
    default: "0"
  )
  static let boardLength = Key(
    "board_length",
    .metres(in: 0.01...5, example: "0.25"),
    "Metres from a board's front edge to its rear edge"
  )
  static let speed = Section(
    "speed",
    SignalReferenceShape.shape,
    "The signal that tells the belt's speed"
  )
  static let fixedSpeed = Key(
    "fixed_speed",
    .speed,
    "The speed that the belt always runs at, where no signal tells"
  )
  static let fastest = Key(
    "fastest",
    .speed,
    "The speed that the belt never exceeds; the end of the signal's range unless it is said"
  )
  static let accuracy = Key(
    "speed_accuracy",
    .percent(in: 0...20, example: 1),
    "How far the speed may be wrong",
    default: "1%"
  )
  static let hold = Key(
    "hold_last_speed",
    .duration(in: .zero...(.seconds(600))),
    "For how long the last good speed is believed",
    default: "5s"
  )
  static let entered = Section(
    "entered",
    EyeShape.shape,
    "The photo-eye at the entry: a bit that tells of every board"
  )
  static let left = Section("left", EyeShape.shape, "The photo-eye at the exit")
  static let exitTolerance = Key(
    "exit_tolerance",
    .metres(in: 0.01...5, example: "0.3"),
    "How far from the exit a board may be believed to be when it is seen to leave",
    default: "0.3"
  )
  static let nextLot = Key(
    "next_lot",
    ScalarKind<Conveyor.NextLot>.choice("rules"),
    "When a lot is started before the one before was ended: that has entered (follows), or must be "
      + "ended first (waits)",
    default: "follows"
  )
  static let lanes = Section("lanes", LaneShape.shape, "What its lanes have of their own")

  static let shape = Shape(
    "conveyor",
    [
      length.required, entry.optional, exit.optional, reach.optional, speed.optional,
      fixedSpeed.optional, fastest.optional, accuracy.optional, hold.optional,
      boardLength.optional, entered.optional, left.optional, exitTolerance.optional,
      nextLot.optional, lanes.optionalList,
    ],
    rules: [
      .atMostOne(
        ["speed", "fixed_speed"],
        finding: "a belt has \"speed\" or \"fixed_speed\", not both; remove one"
      )
    ]
  )
}

/// A lane of a conveyor.
enum LaneShape {
  static let id = Key(
    "id",
    ScalarKind<LaneID>.lane.suchAs("front"),
    "The lane, as the station's \"lanes\" name it"
  )
  static let shape = Shape(
    "lane",
    [
      id.required, ConveyorShape.speed.optional, ConveyorShape.entered.optional,
      ConveyorShape.left.optional,
    ]
  )
}

/// A signal of a device.
enum SignalReferenceShape {
  static let device = Key(
    "device",
    ScalarKind<DeviceID>.identifier.suchAs("oven-1"),
    "The device"
  )
  static let signal = Key(
    "signal",
    ScalarKind<String>.text.suchAs("conveyor.speed"),
    "The signal, as the device's profile names it"
  )
  static let shape = Shape("signal", [device.required, signal.required])
}

/// A signal that a board sets while it is before it.
enum EyeShape {
  enum Level: String, CaseIterable {
    case on, off
  }

  static let when = Key(
    "when",
    ScalarKind<Level>.level,
    "What it reads while a board is before it",
    default: "\"on\""
  )
  static let shape = Shape(
    "photo-eye",
    [SignalReferenceShape.device.required, SignalReferenceShape.signal.required, when.optional]
  )
}

extension ScalarKind where Value == EyeShape.Level {
  /// `on` and `off`, which some programs take for true and false: with and without quotes.
  static let level = ScalarKind(
    expected: "\"on\" or \"off\"",
    example: "\"on\"",
    schema: ["enum": ["on", "off", true, false]]
  ) { scalar throws(ScalarProblem) in
    guard let level = EyeShape.Level(rawValue: scalar.text) else { throw .wrongType }
    return level
  }
}

extension ScalarKind where Value == Double {
  /// A length in metres.
  static func metres(in bounds: ClosedRange<Double>, example: String) -> ScalarKind {
    ScalarKind(
      expected: "metres from \(bounds.lowerBound) to \(bounds.upperBound)",
      example: example,
      schema: [
        "type": "number", "minimum": .number(bounds.lowerBound),
        "maximum": .number(bounds.upperBound),
      ]
    ) { scalar throws(ScalarProblem) in
      let value = try ScalarKind<YAMLDecimal>.decimal.read(scalar).double
      guard bounds.contains(value) else { throw .outOfBounds }
      return value
    }
  }

  /// A speed with its unit, in metres a second.
  static let speed = ScalarKind(
    expected: "a speed with its unit",
    example: "80 cm/min",
    schema: ["type": "string", "pattern": "^[0-9]+(\\.[0-9]+)? ?[^ ]+$"]
  ) { scalar throws(ScalarProblem) in
    if scalar.isPlainNumber { throw .wrongType }
    let text = try ScalarKind<String>.text.read(scalar)
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = text.dropFirst(digits.count).drop { $0 == " " }
    guard let number = Double(digits) else { throw .wrongType }
    guard let metres = SpeedUnit.metresPerSecond(String(unit)) else {
      throw .other(
        .wrongType,
        message: "\(text) has no unit of speed; write \(digits) cm/min, mm/s or another UCUM code"
      )
    }
    guard number > 0, number * metres <= 10 else { throw .outOfBounds }
    return number * metres
  }
}
