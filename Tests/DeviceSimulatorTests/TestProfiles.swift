import Profiles
import Telemetry

/// Profiles as a process engineer would write them, built in code.
enum TestProfiles {
  static func profile(
    _ name: String,
    kind: DeviceKind,
    _ access: DeviceProfile.Access
  ) -> DeviceProfile {
    DeviceProfile(
      name: name,
      title: name,
      kind: kind,
      source: .generic,
      access: access,
      caveats: [],
      hash: Digest.sha256([]),
      text: ""
    )
  }

  static func modbus(
    _ name: String,
    kind: DeviceKind = .other,
    maximumGap: Int = 8,
    _ signals: [ModbusSignal]
  ) -> DeviceProfile {
    let group = ModbusScanGroup(
      name: "all",
      period: .seconds(1),
      limits: ReadLimits(maximumGap: maximumGap),
      signals: signals
    )
    return profile(name, kind: kind, .modbus(ModbusAccess(groups: [group])))
  }

  static func signal(
    _ name: String,
    unit: String? = nil,
    quantity: String? = nil,
    range: ClosedRange<Double>? = nil,
    role: Signal.Role? = nil,
    table: ModbusTable = .holding,
    at address: UInt16,
    _ type: RegisterType,
    order: RegisterOrder = .abcd,
    scaling: Scaling? = nil,
    notAvailable: Set<UInt64> = [],
    names: [Int64: String] = [:]
  ) -> ModbusSignal {
    ModbusSignal(
      signal: Signal(name: name, quantity: quantity, unit: unit, range: range, role: role),
      location: ModbusLocation(table: table, address: address, count: type.registerCount),
      decoding: .init(
        type: type,
        order: order,
        scaling: scaling,
        notAvailable: notAvailable,
        names: names
      )
    )
  }

  static let tenths = Scaling(scale: .init(mantissa: 1, places: 1))

  /// Ten zones: setpoints at 0…9, top at 20…29, bottom at 40…49, all in tenths of a degree; belt
  /// speed as a float at 60, state at 62, program at 70…77; two flags in the discrete inputs.
  static let oven: DeviceProfile = {
    let zones = (1...10).flatMap { zone in
      [("setpoint", 0, Signal.Role.setpoint), ("top", 20, .reading), ("bottom", 40, .reading)]
        .map { part, start, role in
          signal(
            "zone\(zone).\(part).temperature",
            unit: "Cel",
            quantity: "temperature",
            range: 0...350,
            role: role,
            at: UInt16(start + zone - 1),
            .int16,
            scaling: tenths
          )
        }
    }
    return modbus(
      "oven",
      kind: .reflowOven,
      zones + [
        signal("conveyor.speed", unit: "cm/min", range: 0...200, at: 60, .float32),
        signal(
          "state",
          role: .state,
          at: 62,
          .uint16,
          names: [0: "off", 1: "ready", 2: "running", 3: "fault"]
        ),
        signal("program", role: .program, at: 70, .string(registers: 8)),
        signal("door.open", table: .discrete, at: 0, .bool),
        signal("belt.running", table: .discrete, at: 3, .bool),
      ]
    )
  }()

  static let environment = modbus(
    "climate",
    kind: .environment,
    [
      signal("humidity", unit: "%", range: 0...100, table: .input, at: 0, .float32, order: .cdab),
      signal("temperature", unit: "Cel", range: -40...80, table: .input, at: 2, .float32),
    ]
  )

  static func instrument(
    _ name: String,
    kind: DeviceKind = .other,
    terminator: String = "\r\n",
    _ groups: [SerialScanGroup]
  ) -> DeviceProfile {
    profile(
      name,
      kind: kind,
      .serial(
        SerialAccess(
          framing: SerialFraming(shape: .line(terminator: Array(terminator.utf8))),
          groups: groups
        )
      )
    )
  }

  static func group(
    _ name: String = "all",
    request: String,
    pattern: String,
    _ fields: [SerialField]
  ) -> SerialScanGroup {
    SerialScanGroup(
      name: name,
      period: .seconds(1),
      request: Array(request.utf8),
      timeout: .seconds(1),
      pattern: pattern,
      fields: fields
    )
  }

  static func field(
    _ name: String,
    capture: String,
    unit: String? = nil,
    range: ClosedRange<Double>? = nil,
    kind: SerialField.Kind = .number,
    scaling: Scaling? = nil
  ) -> SerialField {
    SerialField(
      signal: Signal(name: name, unit: unit, range: range),
      capture: capture,
      kind: kind,
      scaling: scaling
    )
  }

  static let analyser = instrument(
    "analyser",
    kind: .gasAnalyser,
    [
      group(
        request: "?O2\r",
        pattern: #"O2[:=]\s*(?<oxygen>[+-]?\d+(?:\.\d+)?) ppm(?:,(?<status>OK|WARN))?"#,
        [
          field("oxygen", capture: "oxygen", unit: "[ppm]", range: 0...210_000),
          field("status", capture: "status", kind: .text),
        ]
      )
    ]
  )

  static let listener = instrument(
    "meter",
    kind: .torqueMeter,
    [
      group(
        request: "",
        pattern: #"^(?<torque>[+-]\d{3}\.\d{2})\s*N\.m$"#,
        [field("torque", capture: "torque", unit: "N.m", range: 0...10)]
      )
    ]
  )
}
