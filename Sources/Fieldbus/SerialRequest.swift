/// One question to a serial instrument, or none: some send by themselves.
package struct SerialRequest: Sendable, Hashable {
  /// Bytes to send; empty for an instrument that sends by itself.
  package let send: [UInt8]

  /// Bytes that end a line: CR LF, CR, LF, ETX.
  package let terminator: [UInt8]

  /// Longest line that is accepted, in bytes, without the terminator.
  package let maximumLength: Int

  /// Longest wait for the line's end.
  package let timeout: Duration

  /// - Precondition: The terminator is not empty, the bounds are positive.
  package init(send: [UInt8], terminator: [UInt8], maximumLength: Int = 512, timeout: Duration) {
    precondition(!terminator.isEmpty && maximumLength > 0 && timeout > .zero)
    self.send = send
    self.terminator = terminator
    self.maximumLength = maximumLength
    self.timeout = timeout
  }

  /// Whether the instrument is only listened to.
  package var isListening: Bool { send.isEmpty }
}
