internal import CModbus
internal import Telemetry

#if canImport(Glibc)
internal import Glibc
#endif

/// An open port of libmodbus: created once, freed once, never copied.
///
/// libmodbus opens and configures the port and sends; it recovers nothing by itself. What comes back
/// is read here, on the monotonic clock: libmodbus keeps no byte of what it refuses, so an echo, a
/// second reply and noise would all look alike. ``RTUReception`` cuts the frame out of it, and
/// ``RTUFrame`` judges what it means.
struct RTUPort: ~Copyable {
  /// Speeds that libmodbus 3.1.6 sets; it takes any other for 9600 without a word.
  static let speeds: Set<Int> = [
    110, 300, 600, 1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800,
    500_000, 576_000, 921_600, 1_000_000, 1_152_000, 1_500_000, 2_000_000, 2_500_000, 3_000_000,
    3_500_000, 4_000_000,
  ]

  /// Why nothing was received.
  enum Fault: Error {
    case reply(ReplyFault)
    /// The port is gone, with the system's reason.
    case lost(String)
  }

  private let context: OpaquePointer
  private let lock: PortLock

  /// - Parameters:
  ///   - line: The port, and how bits go over it.
  ///   - direction: What switches an RS-485 line.
  /// - Returns: The port, configured and locked.
  /// - Throws: ``BusFailure`` with ``Cause/noConnection``.
  static func open(
    _ line: SerialLine,
    direction: PortDirection
  ) throws(BusFailure) -> RTUPort {
    guard Self.speeds.contains(line.baud) else {
      throw BusFailure(
        .noConnection,
        "\(line.port): \(line.baud) baud is not possible for Modbus: use 9600, 19200, 115200 …"
      )
    }
    let lock = try PortLock.take(line.port)
    guard
      let context = modbus_new_rtu(
        lock.path,
        CInt(line.baud),
        line.parity.letter,
        CInt(line.dataBits),
        CInt(line.stopBits)
      )
    else { throw Self.failure(line, errno) }
    guard modbus_connect(context) == 0 else {
      let code = errno
      modbus_free(context)
      throw Self.failure(line, code)
    }
    lock.makeExclusive()
    modbus_set_error_recovery(context, MODBUS_ERROR_RECOVERY_NONE)
    let port = RTUPort(context: context, lock: lock)
    try direction.set(line, on: modbus_get_socket(context))
    return port
  }

  private init(context: OpaquePointer, lock: consuming PortLock) {
    self.context = context
    self.lock = lock
  }

  deinit {
    modbus_close(context)
    modbus_free(context)
  }

  var descriptor: SerialDescriptor { SerialDescriptor(descriptor: modbus_get_socket(context)) }

  /// Throws away what the kernel holds, in both directions.
  borrowing func flush() { modbus_flush(context) }

  /// Sends a request and receives one frame with its CRC, which is good.
  ///
  /// - Parameters:
  ///   - request: What is asked.
  ///   - echo: What is known of the adapter.
  ///   - timeout: For all of the reply, however it drips in.
  ///   - silence: What ends a frame whose length is not known.
  /// - Returns: The frame, and what was there behind it.
  /// - Throws: ``Fault``
  borrowing func transact(
    _ request: ModbusRequest,
    echo: RTUReception.Echo,
    within timeout: Duration,
    silence: Duration
  ) throws(Fault) -> (frame: [UInt8], rest: [UInt8]) {
    let frame = RTUFrame.bytes(of: request)
    try send(frame, to: request.unit)
    var reception = RTUReception(of: CRC16.frame(frame), echo: echo)
    let deadline = monotonicNow() + timeout
    var quietEnd = deadline
    do throws(ReplyFault) {
      while true {
        let event = waitForInput(on: descriptor.descriptor, until: min(quietEnd, deadline))
        if case .readable = event, let bytes = descriptor.read() {
          reception.take(bytes)
          if let frame = try reception.next() { return (frame, reception.rest) }
          quietEnd = monotonicNow() + silence
        } else if case .silent = event {
          if let frame = try reception.silence() { return (frame, reception.rest) }
          if quietEnd >= deadline { throw reception.overdue(after: timeout) }
          quietEnd = deadline
        } else {
          break
        }
      }
    } catch {
      throw .reply(error)
    }
    throw .lost("the adapter was pulled")
  }

  /// Sends a request without its CRC, which libmodbus appends.
  private borrowing func send(_ frame: [UInt8], to unit: UnitID) throws(Fault) {
    guard modbus_set_slave(context, CInt(unit.rawValue)) == 0 else {
      throw .reply(ReplyFault(.noConnection, "a serial line has units 1 to 247 only"))
    }
    guard modbus_send_raw_request(context, frame, CInt(frame.count)) != -1 else {
      throw .lost(String(cString: modbus_strerror(errno)))
    }
  }

  private static func failure(_ line: SerialLine, _ code: CInt) -> BusFailure {
    BusFailure(
      .noConnection,
      "serial port \(line.port) cannot be set up: \(String(cString: modbus_strerror(code)))"
    )
  }
}

extension SerialLine.Parity {
  fileprivate var letter: CChar {
    switch self {
    case .none: CChar(UInt8(ascii: "N"))
    case .even: CChar(UInt8(ascii: "E"))
    case .odd: CChar(UInt8(ascii: "O"))
    }
  }
}
