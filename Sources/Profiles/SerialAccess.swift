package import Telemetry

/// How a serial instrument is read: frames of text or bytes, asked for or sent by itself.
package struct SerialAccess: Sendable, Hashable {
  package let framing: SerialFraming

  /// What tells this instrument from others; nil where the profile names nothing.
  package let identification: SerialIdentification?
  package let groups: [SerialScanGroup]

  package init(
    framing: SerialFraming,
    identification: SerialIdentification? = nil,
    groups: [SerialScanGroup]
  ) {
    self.framing = framing
    self.identification = identification
    self.groups = groups
  }
}

/// Fields of one frame that are sampled together.
package struct SerialScanGroup: Sendable, Hashable {
  package let name: String

  /// Time from one request to the next; for a listener, the silence after which values are stale.
  package let period: Duration

  /// When in its period the group is asked; nil lets the schedule spread the groups.
  package let phase: Duration?

  /// Which frames are recorded, and which are believed.
  package let rules: FrameRules

  /// Rest between the end of one reply and the next request.
  package let pause: Duration

  /// Bytes to send, framing included; empty for a listener.
  package let request: [UInt8]

  /// Longest wait for the reply; not used by a listener.
  package let timeout: Duration

  /// What the reply looks like: a regular expression over the whole line, in which each field is a
  /// named group `(?<name>…)`, its name the field's ``SerialField/capture``.
  package let pattern: String

  /// What the instrument sends instead when it has an error; a regular expression.
  package let errorPattern: String?

  /// A line as the manual shows it, which ``pattern`` matches; the simulator writes lines like it.
  package let example: String?
  package let fields: [SerialField]

  package init(
    name: String,
    period: Duration,
    phase: Duration? = nil,
    rules: FrameRules = FrameRules(),
    pause: Duration = .zero,
    request: [UInt8],
    timeout: Duration,
    pattern: String,
    errorPattern: String? = nil,
    example: String? = nil,
    fields: [SerialField]
  ) {
    precondition(period > .zero && timeout > .zero)
    self.name = name
    self.period = period
    self.phase = phase
    self.rules = rules
    self.pause = pause
    self.request = request
    self.timeout = timeout
    self.pattern = pattern
    self.errorPattern = errorPattern
    self.example = example
    self.fields = fields
  }
}

/// A signal that is one named part of a line.
package struct SerialField: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    /// A decimal number, with sign, point and exponent as they come.
    case number
    case text
    /// The bytes of a number, as they are or as hexadecimal digits.
    case bytes(ByteType, RegisterOrder, isHexadecimal: Bool)
  }

  /// What the bytes of a number carry.
  package enum ByteType: String, Sendable, Hashable, CaseIterable {
    case int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64
  }

  package let signal: Signal

  /// The pattern's named group.
  package let capture: String
  package let kind: Kind
  package let scaling: Scaling?

  /// Texts that mean "no value": `----`, `OVER`.
  package let notAvailable: Set<String>

  package init(
    signal: Signal,
    capture: String,
    kind: Kind,
    scaling: Scaling? = nil,
    notAvailable: Set<String> = []
  ) {
    self.signal = signal
    self.capture = capture
    self.kind = kind
    self.scaling = scaling
    self.notAvailable = notAvailable
  }
}
