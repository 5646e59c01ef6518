/// How a serial instrument is read: text lines, asked for or sent by itself.
package struct SerialAccess: Sendable, Hashable {
  /// Bytes that end a line in both directions, unless a request carries its own.
  package let terminator: [UInt8]
  package let groups: [SerialScanGroup]

  package init(terminator: [UInt8], groups: [SerialScanGroup]) {
    precondition(!terminator.isEmpty)
    self.terminator = terminator
    self.groups = groups
  }
}

/// Fields of one line that are sampled together.
package struct SerialScanGroup: Sendable, Hashable {
  package let name: String

  /// Time from one request to the next; for a listener, the silence after which values are stale.
  package let period: Duration

  /// Bytes to send, terminator included; empty for a listener.
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
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// A decimal number, with sign, point and exponent as they come.
    case number
    case text
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
