package import Telemetry

/// How a Modbus device is read.
package struct ModbusAccess: Sendable, Hashable {
  /// How the manual counts; addresses here are always those on the wire.
  package let addressBase: AddressBase

  /// Requests that the device takes at once on TCP; 1 unless the profile says otherwise.
  package let requestsInFlight: Int

  /// What tells this device from others; nil where the profile names nothing.
  package let identification: ModbusIdentification?
  package let groups: [ModbusScanGroup]

  package init(
    addressBase: AddressBase = .zero,
    requestsInFlight: Int = 1,
    identification: ModbusIdentification? = nil,
    groups: [ModbusScanGroup]
  ) {
    precondition(requestsInFlight >= 1)
    self.addressBase = addressBase
    self.requestsInFlight = requestsInFlight
    self.identification = identification
    self.groups = groups
  }
}

/// How requests to a device must be cut.
package struct ReadLimits: Sendable, Hashable {
  /// Most registers that the device gives in one reply, 1 to 125.
  package let maximumRegisters: Int

  /// Most coils or discrete inputs that the device gives in one reply, 1 to 2000.
  package let maximumBits: Int

  /// Addresses between two signals that may be read along to save a request; nil leaves it to
  /// ``allow(gap:isMapped:)``.
  package let maximumGap: Int?

  /// Whether those may be addresses that no signal of the profile has.
  package let readsUnmapped: Bool

  /// Rest between the end of one reply and the next request.
  package let pause: Duration

  package init(
    maximumRegisters: Int = 125,
    maximumBits: Int = 2_000,
    maximumGap: Int? = nil,
    readsUnmapped: Bool = true,
    pause: Duration = .zero
  ) {
    precondition((1...125).contains(maximumRegisters) && (1...2_000).contains(maximumBits))
    precondition(maximumGap ?? 0 >= 0 && pause >= .zero)
    self.maximumRegisters = maximumRegisters
    self.maximumBits = maximumBits
    self.maximumGap = maximumGap
    self.readsUnmapped = readsUnmapped
    self.pause = pause
  }

  /// Addresses that no signal has and that are read along where nothing is stated.
  package static let usualGap = 8

  /// Whether so many addresses between two signals may be read along.
  ///
  /// Where the profile states no largest gap, addresses that signals of the profile have may be, as
  /// the device has them, and of others ``usualGap``.
  package func allow(gap count: Int, isMapped: Bool) -> Bool {
    guard isMapped || readsUnmapped else { return false }
    return count <= maximumGap ?? (isMapped ? .max : Self.usualGap)
  }

  /// Most addresses of a table in one request.
  package func maximumCount(in table: ModbusTable) -> Int {
    table.holdsBits ? maximumBits : maximumRegisters
  }
}

/// Signals that are sampled together, at one rate.
package struct ModbusScanGroup: Sendable, Hashable {
  package let name: String
  package let period: Duration

  /// When in its period the group is scanned; nil lets the schedule spread the groups.
  package let phase: Duration?

  /// Which frames are recorded, and which are believed.
  package let rules: FrameRules
  package let limits: ReadLimits
  package let signals: [ModbusSignal]

  package init(
    name: String,
    period: Duration,
    phase: Duration? = nil,
    rules: FrameRules = FrameRules(),
    limits: ReadLimits = ReadLimits(),
    signals: [ModbusSignal]
  ) {
    precondition(period > .zero)
    self.name = name
    self.period = period
    self.phase = phase
    self.rules = rules
    self.limits = limits
    self.signals = signals
  }
}

/// A signal that lies in the tables of a Modbus device.
package struct ModbusSignal: Sendable, Hashable {
  package let signal: Signal
  package let location: ModbusLocation
  package let decoding: Decoding

  package init(signal: Signal, location: ModbusLocation, decoding: Decoding) {
    self.signal = signal
    self.location = location
    self.decoding = decoding
  }

  /// From the raw value to the engineering value.
  package struct Decoding: Sendable, Hashable {
    package let type: RegisterType
    package let order: RegisterOrder

    /// Engineering value = raw × scale + offset; nil leaves the raw value as it is.
    package let scaling: Scaling?

    /// Raw values that mean "no value" (0x8000), compared before scaling, as unsigned bits.
    package let notAvailable: Set<UInt64>

    /// Names of codes, for a state; empty where the number itself is the value.
    package let names: [Int64: String]

    package init(
      type: RegisterType,
      order: RegisterOrder = .abcd,
      scaling: Scaling? = nil,
      notAvailable: Set<UInt64> = [],
      names: [Int64: String] = [:]
    ) {
      self.type = type
      self.order = order
      self.scaling = scaling
      self.notAvailable = notAvailable
      self.names = names
    }
  }
}

/// Where a signal lies.
package struct ModbusLocation: Sendable, Hashable {
  package let table: ModbusTable

  /// First address as it goes over the wire, from 0.
  package let address: UInt16

  /// Addresses that the signal occupies.
  package let count: Int

  package init(table: ModbusTable, address: UInt16, count: Int) {
    precondition(count > 0 && Int(address) + count <= 65_536)
    self.table = table
    self.address = address
    self.count = count
  }

  package var addresses: Range<Int> { Int(address)..<(Int(address) + count) }
}

/// What the registers of a signal carry.
package enum RegisterType: Sendable, Hashable {
  /// A coil or discrete input; in a register, "not zero".
  case bool
  /// One bit of a register, 0 for the least significant.
  case bit(Int)
  /// Neighbouring bits of a register as an unsigned number, 0 for the least significant.
  case bits(ClosedRange<Int>)
  case int16, int32, int64
  case uint16, uint32, uint64
  /// IEEE 754 binary16, binary32, binary64.
  case float16, float32, float64
  /// Four decimal digits a register, one in four bits.
  case bcd16, bcd32, bcd64
  /// Two characters a register, first in the high byte (before ``RegisterOrder``), ended by NUL
  /// or padded with spaces; UTF-8.
  case string(registers: Int)

  /// Addresses that one value occupies.
  package var registerCount: Int {
    switch self {
    case .bool, .bit, .bits, .int16, .uint16, .float16, .bcd16: 1
    case .int32, .uint32, .float32, .bcd32: 2
    case .int64, .uint64, .float64, .bcd64: 4
    case .string(let registers): registers
    }
  }
}

/// How the bytes of a number lie in its registers, in the letters that vendors use: `A` is the most
/// significant byte of a 32-bit number, `ABCD` is big-endian throughout.
///
/// Wider numbers follow the same two rules: whether the words run from high to low, and whether the
/// bytes within a word are swapped.
package enum RegisterOrder: String, Sendable, Hashable, CaseIterable {
  /// High word first, high byte first: what the protocol does with a single register.
  case abcd = "ABCD"
  /// Low word first, high byte first.
  case cdab = "CDAB"
  /// High word first, low byte first.
  case badc = "BADC"
  /// Low word first, low byte first: little-endian throughout.
  case dcba = "DCBA"

  package var isLowWordFirst: Bool { self == .cdab || self == .dcba }
  package var isLowByteFirst: Bool { self == .badc || self == .dcba }
}
