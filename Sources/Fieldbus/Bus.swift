package import Telemetry

/// One serial port or one TCP endpoint, whatever speaks on it.
///
/// A bus takes a batch, one scan, and answers every request in it with a reply or a cause, in
/// order. It never throws: that a device cannot be reached is an answer too. One batch is carried
/// at a time; a second one waits.
///
/// Whatever a bus replies was judged by our codec to be the answer to exactly that request
/// (`design`, decision 5).
package protocol Bus: Sendable {
  /// Carries one batch.
  ///
  /// - Returns: As many outcomes as `requests`, in their order. When the bus is lost in mid-batch,
  ///   the rest fails with ``Cause/noConnection``.
  func exchange(_ requests: [BusRequest]) async -> [BusOutcome]

  /// Closes the port or connection; a later exchange opens it again.
  func close() async
}

/// One request to one device.
package enum BusRequest: Sendable, Hashable {
  case modbus(ModbusRequest)
  case serial(SerialRequest)
}

/// What a device answered.
package enum BusReply: Sendable, Hashable {
  /// One for each address asked for, of a table of bits.
  case bits([Bool])
  /// One for each address asked for, of a table of registers.
  case registers([UInt16])
  /// What one frame of a serial instrument carries, without its marks and check sum.
  case line([UInt8])
  /// Objects of a device's identification by id, and where the rest begins when more follow.
  case identification(objects: [UInt8: [UInt8]], next: UInt8?)
  /// What a device says of itself: identification, run indicator and more, as it likes.
  case serverID([UInt8])
  /// The device confirmed what was written.
  case written
}

/// What became of one request, and when.
package struct BusOutcome: Sendable, Hashable {
  package let result: Result<BusReply, BusFailure>

  /// When the request left; for an instrument that sends by itself, when its frame began.
  package let sent: Moment

  /// Time from ``sent`` until the reply's last byte, or until the bus gave up; monotonic.
  package let elapsed: Duration

  /// Whether the request, or a part of it, may have left; where that is in doubt, it may have.
  package let wasSent: Bool

  package init(
    result: Result<BusReply, BusFailure>,
    sent: Moment,
    elapsed: Duration,
    wasSent: Bool = true
  ) {
    self.result = result
    self.sent = sent
    self.elapsed = elapsed
    self.wasSent = wasSent
  }
}

/// Why a request has no reply.
package struct BusFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// What goes into the record.
  package let cause: Cause

  /// What happened and where, for the log and the page: "connection to 10.0.0.7:502 refused".
  package let detail: String

  package init(_ cause: Cause, _ detail: String) {
    self.cause = cause
    self.detail = detail
  }

  package var description: String { detail }

  /// Whether the device said nothing at all, not even a refusal or a damaged answer.
  ///
  /// With exceptions 10 and 11 a gateway says that it has no path to the device, or that the device
  /// did not answer (MODBUS Application Protocol V1.1b3, 7).
  package var meansSilence: Bool {
    switch cause {
    case .timeout, .noConnection, .stale, .exception(10), .exception(11): true
    default: false
    }
  }
}
