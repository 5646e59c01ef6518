package import Telemetry

/// What a device answered once, and what its profile made of it: kept as a file, and replayed
/// without the device.
///
/// It is keyed by addresses and by serial requests, not by Modbus requests, so that a profile that
/// asks in another way is still held to it.
package struct Capture: Sendable, Hashable {
  /// The profile's name, and the hash of its file as it was then.
  package let profile: String
  package let profileHash: Digest
  package let taken: Instant

  /// Version of the program that took it.
  package let software: String

  /// Where the device was, or ``simulated``.
  package let origin: String

  /// What ``origin`` says of a capture that was not taken from a real device.
  package static let simulated = "simulated"

  /// The device's unit; nil for a serial instrument.
  package let unit: UnitID?

  /// What the device said of itself; empty where it was not asked.
  package let identification: [Identity]
  package let tables: TrialTables
  package let answers: [Answer]

  /// One for each signal of the profile, in its order.
  package let values: [Kept]

  package init(
    profile: String,
    profileHash: Digest,
    taken: Instant,
    software: String,
    origin: String,
    unit: UnitID?,
    identification: [Identity] = [],
    tables: TrialTables,
    answers: [Answer],
    values: [Kept]
  ) {
    self.profile = profile
    self.profileHash = profileHash
    self.taken = taken
    self.software = software
    self.origin = origin
    self.unit = unit
    self.identification = identification
    self.tables = tables
    self.answers = answers
    self.values = values
  }

  /// One text by which a device names itself: `vendor`, `server_id`.
  package struct Identity: Sendable, Hashable {
    package let object: String
    package let text: String

    package init(object: String, text: String) {
      self.object = object
      self.text = text
    }
  }

  /// What a serial instrument answered to a request; the request is empty when it sent by itself.
  package struct Answer: Sendable, Hashable {
    package let request: [UInt8]

    /// Without the frame's marks.
    package let answer: [UInt8]

    package init(request: [UInt8], answer: [UInt8]) {
      self.request = request
      self.answer = answer
    }
  }

  /// One reading as the journal would hold it.
  package struct Kept: Sendable, Hashable {
    package let signal: String
    package let reading: KeptReading

    package init(signal: String, reading: KeptReading) {
      self.signal = signal
      self.reading = reading
    }
  }
}

/// A reading as it stands in a record: the value's text and the cause's code.
///
/// Whether a number was a 32-bit float is not in a record, so it is not compared either.
package struct KeptReading: Sendable, Hashable, CustomStringConvertible {
  package enum Value: Sendable, Hashable {
    /// A number, `true` or `false`, as in JSON.
    case plain(String)
    case text(String)
  }

  package let value: Value?
  package let cause: Cause?

  package init(value: Value?, cause: Cause?) {
    self.value = value
    self.cause = cause
  }

  package init(_ reading: Reading) {
    switch reading.value {
    case nil: value = nil
    case .text(let text)?: value = .text(text)
    case let other?:
      var bytes: [UInt8] = []
      JSONText.append(other, to: &bytes)
      value = .plain(String(decoding: bytes, as: UTF8.self))
    }
    if case .bad(let cause) = reading.quality { self.cause = cause } else { cause = nil }
  }

  /// `183.2`, `"running"`, `out_of_range (412.5)`.
  package var description: String {
    let text: String? =
      switch value {
      case nil: nil
      case .plain(let plain)?: plain
      case .text(let text)?: CaptureText.quoted(text)
      }
    guard let cause else { return text ?? "nothing" }
    return text.map { "\(cause.code) (\($0))" } ?? cause.code
  }
}
