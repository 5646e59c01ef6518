package import Telemetry

#if canImport(Glibc)
internal import Glibc
#endif

/// A serial port whose speed and device nobody knows yet.
///
/// A bus gives only what it knows to be an answer; this gives every byte, so that a search can tell
/// noise from other settings and a late answer from a missing one. It judges nothing. An actor on a
/// thread of its own, because reading a port blocks.
///
/// Characters whose parity or stop bit is wrong are read as 0, so that wrong settings do not look
/// right.
package actor SerialProbe {
  private let executor: ThreadExecutor
  private var port: SerialPortHandle?
  private var line: SerialLine?
  private var lastByte: Duration = .zero

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  /// - Parameter port: The port's name, for the thread.
  package init(port: String) { executor = ThreadExecutor(name: port) }

  /// What comes over the line within `duration`, without anything being sent.
  ///
  /// - Throws: ``BusFailure`` when the port cannot be opened, or was lost.
  package func listen(
    on line: SerialLine,
    for duration: Duration
  ) throws(BusFailure) -> [UInt8] {
    let descriptor = try descriptor(for: line)
    let deadline = monotonicNow() + duration
    var heard: [UInt8] = []
    while let bytes = try bytes(from: descriptor, until: deadline) {
      heard += bytes
      if monotonicNow() >= deadline { break }
    }
    return heard
  }

  /// Sends `bytes` and gives everything that came from then on until the line was silent; what
  /// came since the last call stands before it.
  ///
  /// - Parameters:
  ///   - bytes: What is sent, as it is.
  ///   - line: The port and its settings.
  ///   - wait: Longest wait for the first byte.
  /// - Returns: What came, or nothing.
  /// - Throws: ``BusFailure`` when the port cannot be opened, or was lost.
  package func ask(
    _ bytes: [UInt8],
    on line: SerialLine,
    within wait: Duration
  ) throws(BusFailure) -> [UInt8] {
    let descriptor = try descriptor(for: line)
    var heard = try gather(from: descriptor, until: monotonicNow(), on: line)
    block(until: lastByte + line.frameGap)
    let deadline = monotonicNow() + wait
    guard descriptor.write(bytes, until: deadline) else { throw lose(line) }
    heard += try gather(from: descriptor, until: deadline, on: line)
    return heard
  }

  /// Lets the port go; a later call opens it again.
  package func close() {
    // A pseudo terminal that its simulator keeps open would keep the claim.
    if let descriptor = port?.descriptor { _ = ioctl(descriptor.descriptor, UInt(TIOCNXCL)) }
    port = nil
    line = nil
  }

  /// Everything from the first byte, which comes before `deadline`, until silence.
  private func gather(
    from descriptor: SerialDescriptor,
    until deadline: Duration,
    on line: SerialLine
  ) throws(BusFailure) -> [UInt8] {
    let silence = max(line.frameGap, SerialDescriptor.silence)
    let limit = deadline + SerialDescriptor.maximumBabble
    var heard: [UInt8] = []
    var end = deadline
    while let bytes = try bytes(from: descriptor, until: end) {
      heard += bytes
      end = min(monotonicNow() + silence, limit)
      if monotonicNow() >= limit { break }
    }
    return heard
  }

  /// The next bytes; nil when none come before `deadline`.
  private func bytes(
    from descriptor: SerialDescriptor,
    until deadline: Duration
  ) throws(BusFailure) -> [UInt8]? {
    switch waitForInput(on: descriptor.descriptor, until: deadline) {
    case .silent: return nil
    case .hungUp: throw lose(line)
    case .readable:
      guard let bytes = descriptor.read() else { throw lose(line) }
      lastByte = monotonicNow()
      return bytes
    }
  }

  private func descriptor(for line: SerialLine) throws(BusFailure) -> SerialDescriptor {
    if self.line == line, let descriptor = port?.descriptor { return descriptor }
    close()
    let opened = try SerialPortHandle(line)
    let descriptor = opened.descriptor
    Self.markDamage(descriptor.descriptor)
    port = consume opened
    self.line = line
    lastByte = monotonicNow()
    return descriptor
  }

  /// Has characters with a wrong parity or stop bit read as 0 (termios: INPCK without IGNPAR and
  /// PARMRK).
  private static func markDamage(_ descriptor: CInt) {
    var settings = termios()
    guard tcgetattr(descriptor, &settings) == 0 else { return }
    settings.c_iflag |= tcflag_t(INPCK)
    settings.c_iflag &= ~tcflag_t(IGNPAR | PARMRK)
    tcsetattr(descriptor, TCSANOW, &settings)
  }

  private func lose(_ line: SerialLine?) -> BusFailure {
    close()
    return BusFailure(
      .noConnection,
      "serial port \(line?.port ?? "") was lost: is the adapter plugged in?"
    )
  }
}
