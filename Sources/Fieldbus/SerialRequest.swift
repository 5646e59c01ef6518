package import Telemetry

/// One question to a serial instrument, or none: some send by themselves.
package struct SerialRequest: Sendable, Hashable {
  /// Bytes to send; empty for an instrument that sends by itself.
  package let send: [UInt8]

  /// How the answer begins and ends.
  package let framing: SerialFraming

  /// Longest frame that is accepted, in bytes, without its marks.
  package let maximumLength: Int

  /// Longest wait for the frame's end.
  package let timeout: Duration

  /// - Precondition: The bounds are positive.
  package init(
    send: [UInt8],
    framing: SerialFraming,
    maximumLength: Int = 512,
    timeout: Duration
  ) {
    precondition(maximumLength > 0 && timeout > .zero)
    self.send = send
    self.framing = framing
    self.maximumLength = maximumLength
    self.timeout = timeout
  }

  /// Whether the instrument is only listened to.
  package var isListening: Bool { send.isEmpty }
}
