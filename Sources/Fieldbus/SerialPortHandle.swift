internal import CSerialPort
internal import Telemetry

#if canImport(Glibc)
internal import Glibc
#endif

/// An open port of libserialport: opened once, closed and freed once, never copied.
///
/// libserialport finds, opens and configures ports. Pseudo terminals, which it does not know, are
/// opened and configured with termios here: simulators and tests use them.
struct SerialPortHandle: ~Copyable {
  private let lock: PortLock
  /// nil for a pseudo terminal.
  private let port: OpaquePointer?
  let descriptor: SerialDescriptor

  /// - Parameters:
  ///   - line: The port, and how bits go over it.
  ///   - direction: What switches an RS-485 line.
  /// - Throws: ``BusFailure`` with ``Cause/noConnection``.
  init(_ line: SerialLine, direction: PortDirection = .kernel) throws(BusFailure) {
    let lock = try PortLock.take(line.port)
    var port: OpaquePointer?
    if sp_get_port_by_name(lock.path, &port) == SP_OK, let port {
      do {
        let opened = try Self.open(port, as: line)
        try direction.set(line, on: opened)
        descriptor = SerialDescriptor(descriptor: opened)
      } catch {
        sp_close(port)
        sp_free_port(port)
        throw error
      }
    } else {
      try Self.makeRaw(lock.descriptor, line)
      try direction.set(line, on: lock.descriptor)
      descriptor = SerialDescriptor(descriptor: lock.descriptor)
    }
    lock.makeExclusive()
    self.port = port
    self.lock = lock
    flush()
  }

  deinit {
    if let port {
      sp_close(port)
      sp_free_port(port)
    }
  }

  /// Throws away what the kernel holds, in both directions.
  borrowing func flush() { tcflush(descriptor.descriptor, TCIOFLUSH) }

  /// Opens and configures; the descriptor stays libserialport's.
  private static func open(
    _ port: OpaquePointer,
    as line: SerialLine
  ) throws(BusFailure) -> CInt {
    try check(sp_open(port, SP_MODE_READ_WRITE), line, "be opened")
    try check(sp_set_baudrate(port, CInt(line.baud)), line, "run at \(line.baud) baud")
    try check(sp_set_bits(port, CInt(line.dataBits)), line, "send \(line.dataBits) data bits")
    try check(sp_set_parity(port, line.parity.setting), line, "send \(line.parity) parity")
    try check(sp_set_stopbits(port, CInt(line.stopBits)), line, "send \(line.stopBits) stop bits")
    try check(sp_set_flowcontrol(port, SP_FLOWCONTROL_NONE), line, "do without flow control")
    var descriptor: CInt = -1
    try check(sp_get_port_handle(port, &descriptor), line, "be read")
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
  }

  private static func check(
    _ result: sp_return,
    _ line: SerialLine,
    _ purpose: String
  ) throws(BusFailure) {
    guard result != SP_OK else { return }
    let reason =
      result == SP_ERR_FAIL
      ? systemError(sp_last_error_code()) : "the port does not support it"
    throw BusFailure(.noConnection, "serial port \(line.port) cannot \(purpose): \(reason)")
  }

  /// Turns off echo, line editing and translation; a pseudo terminal has no speed and no parity.
  private static func makeRaw(_ descriptor: CInt, _ line: SerialLine) throws(BusFailure) {
    var settings = termios()
    var result = tcgetattr(descriptor, &settings)
    if result == 0 {
      cfmakeraw(&settings)
      result = tcsetattr(descriptor, TCSANOW, &settings)
    }
    guard result == 0 else {
      throw BusFailure(
        .noConnection,
        "serial port \(line.port) cannot be set up: \(systemError(errno))"
      )
    }
  }
}

extension SerialLine.Parity {
  fileprivate var setting: sp_parity {
    switch self {
    case .none: SP_PARITY_NONE
    case .even: SP_PARITY_EVEN
    case .odd: SP_PARITY_ODD
    }
  }
}

/// A serial port that the machine has.
package struct SerialPortDescription: Sendable, Hashable {
  /// Device file: `/dev/ttyUSB0`.
  package let path: String

  /// What the system calls it.
  package let description: String?

  /// What a USB adapter says of itself.
  package let manufacturer: String?
  package let product: String?
  package let serialNumber: String?

  /// All serial ports, by path.
  ///
  /// Not to be called while ports are read: it opens some of them for a moment.
  package static func all() -> [SerialPortDescription] {
    var list: UnsafeMutablePointer<OpaquePointer?>?
    guard sp_list_ports(&list) == SP_OK, let list else { return [] }
    defer { sp_free_port_list(list) }
    var found: [SerialPortDescription] = []
    var position = 0
    while let port = list[position] {
      if let name = text(sp_get_port_name(port)) {
        found.append(
          SerialPortDescription(
            path: name,
            description: text(sp_get_port_description(port)),
            manufacturer: text(sp_get_port_usb_manufacturer(port)),
            product: text(sp_get_port_usb_product(port)),
            serialNumber: text(sp_get_port_usb_serial(port))
          )
        )
      }
      position += 1
    }
    return found.sorted { $0.path < $1.path }
  }

  private static func text(_ bytes: UnsafePointer<CChar>?) -> String? {
    bytes.map { String(cString: $0) }
  }
}
