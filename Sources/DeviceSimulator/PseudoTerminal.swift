#if canImport(Glibc)
internal import Glibc
#endif

/// A serial port without a wire: what is written at one end is read at the other.
///
/// The client end is kept open, in raw mode, as long as this lives, so that the port neither hangs
/// up nor falls back to line editing when clients come and go.
final class PseudoTerminal: Sendable {
  /// Path of the client end: `/dev/pts/7`.
  let path: String

  /// The simulator's end; whoever takes it closes it.
  let controller: Int32
  private let client: Int32

  /// - Throws: ``SimulationError/terminal(call:reason:)``
  init() throws(SimulationError) {
    var settings = termios()
    cfmakeraw(&settings)
    settings.c_cflag |= tcflag_t(CREAD)
    cfsetspeed(&settings, speed_t(B19200))
    var (controller, client): (Int32, Int32) = (-1, -1)
    guard openpty(&controller, &client, nil, &settings, nil) == 0 else {
      throw .terminal(call: "openpty", reason: String(cString: strerror(errno)))
    }
    for end in [controller, client] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    guard let path = Self.path(of: client) else {
      for end in [controller, client] { close(end) }
      throw .terminal(call: "ttyname_r", reason: String(cString: strerror(errno)))
    }
    self.controller = controller
    self.client = client
    self.path = path
  }

  deinit { close(client) }

  /// Closes the simulator's end, when nobody could take it.
  func closeController() { close(controller) }

  /// Bytes that the simulator sent and no client has read yet.
  var unreadBytes: Int {
    var count: CInt = 0
    return ioctl(client, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
  }

  /// Drops them, as a port does that nobody has open.
  func dropUnread() { tcflush(client, TCIFLUSH) }

  /// Lets others open the port after a client that claimed it for itself (TIOCEXCL): a real port
  /// forgets the claim when it is closed, but this one stays open.
  func releaseClaim() { _ = ioctl(client, UInt(TIOCNXCL)) }

  private static func path(of client: Int32) -> String? {
    var name = [CChar](repeating: 0, count: 128)
    guard ttyname_r(client, &name, name.count) == 0 else { return nil }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
