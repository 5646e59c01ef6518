import StationAPI
import Telemetry

/// A small SMT line as an agent would report it: a ten-zone oven under nitrogen, a servo burn-in
/// stand, and a room sensor that serves both.
struct Line: Sendable {
  static let oven = StationID(checked: "reflow-1")
  static let burnIn = StationID(checked: "servo-burn-in-2")

  var seq = 48_213
  var bindings: [StationID: StationStatus.ActiveBinding] = [:]
  var lanes: [StationID: [LaneID]] = [:]
  var crews: [StationID: [StationStatus.CrewMember]] = [:]
  var materials: [StationStatus.LoadedMaterial] = []
  var uplink = (state: UplinkStatus.State.connected, since: Instant(microseconds: 0), backlog: 3)
  var journalProblem: String?
  var clock: ClockState? = ClockState(
    isSynchronised: true,
    estimatedErrorMicroseconds: 240,
    maximumErrorMicroseconds: 31_000
  )
  /// The instruments that the oxygen analyser's signals come from.
  var instruments: [InstrumentStatus] = []
  var servoSilence: DeviceStatus.Silence?

  /// Boards that did not come out of the oven as they should have.
  var boardProblems: [String] = []

  /// Why the lots in work are on hold; nil where they are not.
  var held: String?
  var lists: ListsStatus?
  var timestamps: TimestampStatus?

  /// Added to every temperature of the oven.
  var drift = 0.0

  /// Causes, by signal name, of readings that are bad.
  var bad: [String: Cause] = [:]

  /// Milliseconds since the last scan.
  var ageMilliseconds: Int64 = 400

  func status(at now: Instant) -> AgentStatus {
    let scan = now.advanced(by: .milliseconds(-ageMilliseconds))
    return AgentStatus(
      agent: AgentID(checked: "smt-line-3"),
      site: Label(checked: "Penang, hall B"),
      software: "0.1.0",
      at: now,
      startedAt: now.advanced(by: .seconds(-86_400)),
      stations: [
        station(Self.oven, "Reflow oven, line 3"), station(Self.burnIn, "Servo burn-in, stand 2"),
      ],
      devices: [oven(scan), oxygen(scan), servo(scan), climate(scan)],
      instruments: instruments,
      journal: JournalStatus(
        seq: seq,
        at: scan,
        path: "/var/lib/lotline/smt-line-3.journal",
        bytes: 12_418_048,
        problem: journalProblem
      ),
      uplinks: [
        UplinkStatus(
          id: "plant",
          url: "http://hub.plant:8480",
          state: uplink.state,
          since: uplink.since,
          confirmed: seq - uplink.backlog,
          backlog: uplink.backlog,
          detail: uplink.state == .away ? "The hub does not answer; tried again in 30 s." : nil
        )
      ],
      clock: ClockStatus(clock, epoch: 0, lastStep: nil),
      separatorKeys: ["F8"],
      lists: lists,
      timestamps: timestamps
    )
  }

  private func station(_ id: StationID, _ title: String) -> StationStatus {
    var status = StationStatus(
      id: id,
      title: title,
      lanes: lanes[id] ?? [],
      lots: bindings[id].map { [$0] } ?? [],
      crew: crews[id] ?? [],
      materials: id == Self.oven ? materials : []
    )
    if id == Self.oven { status.conveyor = conveyor }
    return status
  }

  /// Two lots without a gap between them, with a board at the end of the one and another that may be
  /// anywhere.
  private var conveyor: ConveyorStatus {
    let (before, next) = (LotID(checked: "PCB-2611-0041"), LotID(checked: "PCB-2611-0042"))
    let item = { (seq: Int, lot: LotID, from: Double, to: Double, doubt: Double?) in
      ConveyorStatus.Item(
        lane: nil,
        seq: seq,
        lot: lot,
        serial: nil,
        from: from,
        to: to,
        doubt: doubt
      )
    }
    return ConveyorStatus(
      length: 3.5,
      entry: 0,
      exit: 3.5,
      lanes: [],
      speeds: [0.01375],
      isSpeedLost: false,
      lots: [item(41, before, 1.4, 3.5, 0.02), item(42, next, 0, 1.4, 0.02)],
      boards: [item(41, before, 1.4, 1.65, 0.02), item(42, next, 0, 3.5, nil)],
      problems: boardProblems.isEmpty ? nil : boardProblems
    )
  }

  /// Setpoints of the ten zones, in °C.
  static let setpoints = [110.0, 130, 150, 165, 175, 185, 205, 235, 255, 245]

  /// How far the readings lie from their setpoints, in °C.
  private static let offsets = [-1.4, -0.6, 0.3, 0.5, -0.2, 0.8, -2.1, -1.2, 0.4, -0.7]

  /// What zone `number`, counted from 1, reads at the top.
  func top(_ number: Int) -> Double {
    Self.setpoints[number - 1] + Self.offsets[number - 1] + drift
  }

  private func oven(_ scan: Instant) -> DeviceStatus {
    let zones = (1...10).flatMap { number in
      let position = 0.35 * Double(number)
      let bottom = top(number) - 2.5 + Double(number % 3)
      return [
        signal(
          "zone\(number).top.setpoint",
          Self.setpoints[number - 1],
          "Cel",
          "setpoint",
          position
        ),
        signal("zone\(number).top.temperature", top(number), "Cel", "reading", position),
        signal(
          "zone\(number).bottom.setpoint",
          Self.setpoints[number - 1],
          "Cel",
          "setpoint",
          position
        ),
        signal("zone\(number).bottom.temperature", bottom, "Cel", "reading", position),
      ].map { $0(scan, bad) }
    }
    let others = [
      signal("conveyor.speed", 82.5, "cm/min", "reading"),
      signal("state", .text("running"), nil, "state"),
      signal("program", .text("SAC305-4711"), nil, "program"),
    ].map { $0(scan, bad) }
    return device("oven-1", "reflow-oven-10-zone", "Reflow oven", "reflow_oven", zones + others)
  }

  private func oxygen(_ scan: Instant) -> DeviceStatus {
    let signals = [
      signal("oxygen", 412, "[ppm]", "reading"), signal("nitrogen_flow", 18.4, "m3/h", "reading"),
    ]
    return device(
      "o2-1",
      "oxygen-analyser",
      "Oxygen analyser",
      "gas_analyser",
      signals.map { $0(scan, bad) }
    )
  }

  private func servo(_ scan: Instant) -> DeviceStatus {
    let signals = [
      signal("speed", 2_998, "{rev}/min", "reading"), signal("torque", 1.27, "N.m", "reading"),
      signal("current", 2.84, "A", "reading"),
      signal("winding.temperature", 61.2, "Cel", "reading"),
    ]
    return device(
      "servo-2",
      "servo-drive",
      "Servo drive under test",
      "servo_drive",
      signals.map { $0(scan, bad) },
      stations: [Self.burnIn],
      silent: servoSilence
    )
  }

  private func climate(_ scan: Instant) -> DeviceStatus {
    let signals = [
      signal("room.temperature", 23.4, "Cel", "reading"),
      signal("room.humidity", 46.1, "%{RH}", "reading"),
    ]
    return device(
      "climate-1",
      "temperature-humidity",
      "Room sensor",
      "environment",
      signals.map { $0(scan, bad) },
      stations: [Self.oven, Self.burnIn]
    )
  }

  private func device(
    _ id: String,
    _ profile: String,
    _ title: String,
    _ kind: String,
    _ signals: [SignalStatus],
    stations: [StationID] = [Self.oven],
    silent: DeviceStatus.Silence? = nil
  ) -> DeviceStatus {
    DeviceStatus(
      id: DeviceID(checked: id),
      profile: profile,
      title: title,
      kind: kind,
      stations: stations,
      silent: silent,
      signals: signals
    )
  }

  private func signal(
    _ name: String,
    _ number: Double,
    _ unit: String?,
    _ role: String?,
    _ position: Double? = nil
  ) -> (Instant, [String: Cause]) -> SignalStatus {
    signal(name, .single(Float((number * 100).rounded() / 100)), unit, role, position)
  }

  private func signal(
    _ name: String,
    _ value: Value,
    _ unit: String?,
    _ role: String?,
    _ position: Double? = nil
  ) -> (Instant, [String: Cause]) -> SignalStatus {
    { scan, bad in
      SignalStatus(
        name: name,
        title: nil,
        quantity: unit == "Cel" ? "temperature" : nil,
        unit: unit,
        role: role,
        position: position,
        calibration: name == "oxygen" ? "O2-17" : nil,
        value: bad[name] == nil ? value : nil,
        quality: bad[name]?.code ?? "good",
        meaning: bad[name]?.sentence ?? "The reading can be used.",
        at: scan,
        periodMilliseconds: 1_000
      )
    }
  }
}
