internal import Telemetry

#if canImport(Glibc)
internal import Glibc
#endif

/// The right to use one serial port, held until it is let go.
///
/// Neither libmodbus nor libserialport 0.1.1 locks a port, and two programs on one line take each
/// other's answers. The port is locked before anything is configured, so that a port in use is left
/// as it is: `flock` for every program that asks, `TIOCEXCL` for those that do not.
struct PortLock: ~Copyable {
  /// The device file itself, whatever link led to it.
  let path: String
  let descriptor: CInt

  /// Takes the port, or says who has it.
  ///
  /// `port` is a device file or a link to one; it is looked up anew each time, because an adapter
  /// that is plugged in again may get another name.
  static func take(_ port: String) throws(BusFailure) -> PortLock {
    guard let resolved = realpath(port, nil) else { throw Self.failure(port, errno) }
    let path = String(cString: resolved)
    free(resolved)
    let descriptor = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure(port, errno) }
    let lock = PortLock(path: path, descriptor: descriptor)
    guard isatty(descriptor) == 1 else {
      throw BusFailure(.noConnection, "\(port) is no serial port")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw Self.failure(port, errno) }
    return lock
  }

  private init(path: String, descriptor: CInt) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Refuses the port to all that open it from now on, but for root.
  borrowing func makeExclusive() { _ = ioctl(descriptor, UInt(TIOCEXCL), 0) }

  private static func failure(_ port: String, _ code: CInt) -> BusFailure {
    let detail =
      switch code {
      case ENOENT, ENXIO, ENODEV:
        "there is no serial port \(port): is the adapter plugged in?"
      case EACCES, EPERM:
        "no permission for serial port \(port): add this program's user to the group dialout"
      case EWOULDBLOCK, EBUSY:
        "another program uses the port \(port): end it, or use another port"
      default:
        "serial port \(port) cannot be opened: \(systemError(code))"
      }
    return BusFailure(.noConnection, detail)
  }
}
