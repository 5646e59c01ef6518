internal import Telemetry

#if canImport(Glibc)
internal import Glibc
#endif

/// The right to use one serial port, held until it is let go.
///
/// Neither libmodbus nor libserialport 0.1.1 locks a port, and two programs on one line take each
/// other's answers. The port is locked before anything is configured, so that a port in use is left
/// as it is: `flock` for every program that asks, `TIOCEXCL` for those that do not. A lock file that
/// another program wrote is respected, too.
struct PortLock: ~Copyable {
  /// The device file itself, whatever link led to it.
  let path: String
  let descriptor: CInt

  /// Takes the port, or says who has it.
  ///
  /// `port` is a device file or a link to one; it is looked up anew each time, because an adapter
  /// that is plugged in again may get another name.
  static func take(
    _ port: String,
    places: PortHolder.Places = PortHolder.Places()
  ) throws(BusFailure) -> PortLock {
    guard let path = PortNames.device(of: port) else { throw failure(port, port, errno) }
    if let holder = PortHolder.byLockFile(path, in: places) { throw used(port, by: [holder]) }
    let descriptor = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(port, path, errno) }
    let lock = PortLock(path: path, descriptor: descriptor)
    guard isatty(descriptor) == 1 else {
      throw BusFailure(.noConnection, "\(port) is no serial port")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw failure(port, path, errno) }
    return lock
  }

  private init(path: String, descriptor: CInt) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Refuses the port to all that open it from now on, but for root.
  borrowing func makeExclusive() { _ = ioctl(descriptor, UInt(TIOCEXCL), 0) }

  private static func failure(_ port: String, _ device: String, _ code: CInt) -> BusFailure {
    switch code {
    case ENOENT, ENXIO, ENODEV, EIO:
      BusFailure(.noConnection, "there is no serial port \(port): is the adapter plugged in?")
    case EACCES, EPERM: BusFailure(.noConnection, denied(port, group: group(of: device)))
    case EWOULDBLOCK, EBUSY: used(port, by: PortHolder.all(of: device))
    default:
      BusFailure(
        .noConnection,
        "serial port \(port) cannot be opened: \(systemError(code))"
      )
    }
  }

  /// That a port is taken; without a holder nobody may be seen to have it.
  private static func used(_ port: String, by holders: [PortHolder]) -> BusFailure {
    let who =
      if holders.isEmpty {
        "another program: find it with sudo fuser -v \(port), and end it, or use another port"
      } else if holders.allSatisfy(\.isThisProgram) {
        "another bus of this program: let the devices share one bus"
      } else {
        holders.map(\.words).joined(separator: ", ") + ": end it, or use another port"
      }
    return BusFailure(.noConnection, "the port \(port) is used by \(who)")
  }

  /// That this program's user may not open the port, and what would let it.
  static func denied(_ port: String, group: String?) -> String {
    let group = group ?? "dialout"
    return "no permission for serial port \(port): add this program's user to the group \(group) "
      + "(sudo usermod -aG \(group) USER), then sign in again or restart the service"
  }

  /// The group that a device file is open to, as a rule `dialout`; nil where it has no name.
  private static func group(of device: String) -> String? {
    var status = stat()
    guard stat(device, &status) == 0, status.st_gid != 0 else { return nil }
    var entry = Glibc.group()
    var found: UnsafeMutablePointer<Glibc.group>?
    var names = [CChar](repeating: 0, count: 16_384)
    guard getgrgid_r(status.st_gid, &entry, &names, names.count, &found) == 0,
      let name = found?.pointee.gr_name
    else { return nil }
    return String(cString: name)
  }
}
