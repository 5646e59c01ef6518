internal import CModbus
internal import Telemetry

#if canImport(Glibc)
internal import Glibc
#endif

/// An open port of libmodbus: created once, freed once, never copied.
///
/// libmodbus opens and configures the port, appends and checks the CRC. It recovers nothing by
/// itself, and its byte timeout is off: with it, a reply that drips in would take seconds
/// (`reliability`, 4.1). What a frame means is judged by ``RTUFrame``.
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

  /// - Throws: ``BusFailure`` with ``Cause/noConnection``.
  static func open(_ line: SerialLine) throws(BusFailure) -> RTUPort {
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
    modbus_set_byte_timeout(context, 0, 0)
    // libmodbus waits with select, which cannot name a higher descriptor.
    guard modbus_get_socket(context) < FD_SETSIZE else {
      modbus_close(context)
      modbus_free(context)
      throw Self.failure(line, EMFILE)
    }
    return RTUPort(context: context, lock: lock)
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
  ///   - timeout: For all of the reply, however it drips in.
  ///   - silence: What ends a frame whose length is not known.
  /// - Returns: The frame.
  /// - Throws: ``Fault``
  borrowing func transact(
    _ request: ModbusRequest,
    within timeout: Duration,
    silence: Duration
  ) throws(Fault) -> [UInt8] {
    try send(request)
    if case .identification = request.operation {
      return try receiveRaw(within: timeout, silence: silence)
    }
    return try receive(within: timeout)
  }

  /// Sends a request; libmodbus appends the CRC.
  private borrowing func send(_ request: ModbusRequest) throws(Fault) {
    guard modbus_set_slave(context, CInt(request.unit.rawValue)) == 0 else {
      throw .reply(ReplyFault(.noConnection, "a serial line has units 1 to 247 only"))
    }
    let frame = RTUFrame.bytes(of: request)
    guard modbus_send_raw_request(context, frame, CInt(frame.count)) != -1 else {
      throw .lost(String(cString: modbus_strerror(errno)))
    }
  }

  /// Receives one frame with its CRC, which is good; `timeout` is for all of it, however it drips
  /// in.
  private borrowing func receive(within timeout: Duration) throws(Fault) -> [UInt8] {
    let microseconds = timeout.wholeMicroseconds
    modbus_set_response_timeout(
      context,
      UInt32(microseconds / 1_000_000),
      UInt32(microseconds % 1_000_000)
    )
    var length: CInt = 0
    var code: CInt = 0
    let frame = [UInt8](unsafeUninitializedCapacity: RTUFrame.maximumLength) { buffer, count in
      length = modbus_receive_confirmation(context, buffer.baseAddress)
      code = errno
      count = max(Int(length), 0)
    }
    if length > 0 { return frame }
    // 0 is how libmodbus says that the frame came from another unit; it read no CRC then.
    if length == 0 { throw .reply(ReplyFault(.foreignReply, "another unit answered")) }
    throw Self.fault(code, timeout: timeout)
  }

  /// Receives what comes until the line is silent, which is how a frame ends
  /// (MODBUS over Serial Line V1.02, 2.5.1.1), and checks its CRC.
  private borrowing func receiveRaw(
    within timeout: Duration,
    silence: Duration
  ) throws(Fault) -> [UInt8] {
    let descriptor = descriptor
    let deadline = monotonicNow() + timeout
    var frame: [UInt8] = []
    var end = deadline
    while frame.count <= RTUFrame.maximumLength {
      switch waitForInput(on: descriptor.descriptor, until: end) {
      case .hungUp: throw .lost("the adapter was pulled")
      case .silent:
        if CRC16.holds(frame[...]) { return frame }
        throw frame.isEmpty || end == deadline ? Self.silent(timeout) : Self.damaged
      case .readable:
        guard let bytes = descriptor.read() else { throw .lost("the adapter was pulled") }
        frame += bytes
        end = min(deadline, monotonicNow() + silence)
      }
    }
    throw Self.tooLong
  }

  private static let damaged = Fault.reply(
    ReplyFault(.checksum, "the answer was damaged on the line (CRC)")
  )

  private static let tooLong = Fault.reply(
    ReplyFault(.malformedReply, "the answer is longer than Modbus allows")
  )

  private static func silent(_ timeout: Duration) -> Fault {
    .reply(
      ReplyFault(
        .timeout,
        "no whole answer within \(timeout.inWords): is it on, and do unit number, speed and "
          + "parity fit?"
      )
    )
  }

  private static func fault(_ code: CInt, timeout: Duration) -> Fault {
    switch code {
    case ETIMEDOUT: silent(timeout)
    case CMODBUS_BAD_CRC: damaged
    case CMODBUS_BAD_SLAVE: .reply(ReplyFault(.foreignReply, "another unit answered"))
    case CMODBUS_BAD_DATA: tooLong
    default: .lost(String(cString: modbus_strerror(code)))
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
