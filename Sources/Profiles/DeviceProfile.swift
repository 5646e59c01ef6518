package import Telemetry

/// What signals a device model has, and how they are read: data, not code.
package struct DeviceProfile: Sendable, Hashable {
  /// The profile's name, which is its file's name without `.yaml`: `reflow-oven-10-zone`.
  package let name: String

  /// The profile that this one extends.
  package let base: String?
  package let title: String
  package let kind: DeviceKind

  /// Where the register map comes from.
  package let source: Source

  /// How the device is spoken to.
  package let access: Access

  /// How a restart of the device is told; nil where the profile does not say.
  package let restart: RestartRule?

  /// Traps that the next reader should know of.
  package let caveats: [String]

  /// The file's text, or the expanded form of a profile that extends another, and the SHA-256 of
  /// its bytes, both for the journal.
  package let hash: Digest
  package let text: String

  package init(
    name: String,
    base: String? = nil,
    title: String,
    kind: DeviceKind,
    source: Source,
    access: Access,
    restart: RestartRule? = nil,
    caveats: [String],
    hash: Digest,
    text: String
  ) {
    self.name = name
    self.base = base
    self.title = title
    self.kind = kind
    self.source = source
    self.access = access
    self.restart = restart
    self.caveats = caveats
    self.hash = hash
    self.text = text
  }

  package enum Source: Sendable, Hashable {
    /// No public register map was read; the profile is a model to adapt.
    case generic
    case document(title: String, revision: String?, page: String?)
  }

  package enum Access: Sendable, Hashable {
    case modbus(ModbusAccess)
    case serial(SerialAccess)
  }

  /// Requests that the device takes at once.
  package var requestsInFlight: Int {
    if case .modbus(let access) = access { access.requestsInFlight } else { 1 }
  }

  /// Names of all signals, in the file's order.
  package var signalNames: [String] {
    switch access {
    case .modbus(let access): access.groups.flatMap { $0.signals.map(\.signal.name) }
    case .serial(let access): access.groups.flatMap { $0.fields.map(\.signal.name) }
    }
  }
}

/// What sort of machine it is; the page and the simulator draw it accordingly.
package enum DeviceKind: String, Sendable, Hashable, CaseIterable {
  case reflowOven = "reflow_oven"
  case servoDrive = "servo_drive"
  case gearboxRig = "gearbox_rig"
  case environment
  case gasAnalyser = "gas_analyser"
  case torqueMeter = "torque_meter"
  case flow
  case balance
  case vibration
  case energyMeter = "energy_meter"
  case ioModule = "io_module"
  case controller
  case other
}

/// One measured quantity, whatever carries it.
package struct Signal: Sendable, Hashable {
  /// Unique within the profile, lower case with dots: `zone1.top.temperature`.
  package let name: String
  package let title: String?
  package let quantity: String?

  /// UCUM code.
  package let unit: String?

  /// Values outside are bad (``Cause/outOfRange``).
  package let range: ClosedRange<Double>?

  /// The smallest change that means something, in ``unit``.
  package let deadband: Double?

  /// Position along the conveyor from the entry, in metres.
  package let position: Double?

  /// Which part the signal plays in a drawing of the machine.
  package let role: Role?

  /// What the plant calls the instrument's calibration: `TC-4711`.
  package let calibration: String?

  /// What another signal of the group must say for this one to be good.
  package let goodWhen: GoodWhen?

  package init(
    name: String,
    title: String? = nil,
    quantity: String? = nil,
    unit: String? = nil,
    range: ClosedRange<Double>? = nil,
    deadband: Double? = nil,
    position: Double? = nil,
    role: Role? = nil,
    calibration: String? = nil,
    goodWhen: GoodWhen? = nil
  ) {
    self.name = name
    self.title = title
    self.quantity = quantity
    self.unit = unit
    self.range = range
    self.deadband = deadband
    self.position = position
    self.role = role
    self.calibration = calibration
    self.goodWhen = goodWhen
  }

  package enum Role: String, Sendable, Hashable, CaseIterable {
    /// A set value that the machine is told to reach.
    case setpoint
    /// What the machine measures.
    case reading
    /// What the machine is doing.
    case state
    /// The program that the machine runs.
    case program
  }

  /// What a record says of it; its deadband only where that leaves frames out of the record.
  package func description(withDeadband: Bool) -> SignalDescription {
    SignalDescription(
      name: name,
      quantity: quantity,
      unit: unit,
      position: position,
      calibration: calibration,
      deadband: withDeadband ? deadband : nil
    )
  }
}
