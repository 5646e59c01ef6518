import Glibc
internal import Telemetry

/// The few system calls of proxy and oracle; every descriptor is closed by who opened it.
enum Descriptors {
  struct Failure: Error, CustomStringConvertible {
    let call: String
    let code = errno

    var description: String { "\(call): \(String(cString: strerror(code)))" }
  }

  /// Two ends of a stream.
  static func pair() throws -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else {
      throw Failure(call: "socketpair")
    }
    return (ends[0], ends[1])
  }

  /// A TCP socket on loopback that does not listen yet; several may have one port.
  static func bound(port: UInt16 = 0) throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC | O_NONBLOCK, 0)
    guard descriptor >= 0 else { throw Failure(call: "socket") }
    set(SO_REUSEADDR, on: descriptor)
    set(SO_REUSEPORT, on: descriptor)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard isBound else { throw Failure(call: "bind") }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  private static func set(_ option: Int32, on descriptor: Int32) {
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, option, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  static func sendAtOnce(on descriptor: Int32) {
    var on: Int32 = 1
    let length = socklen_t(MemoryLayout<Int32>.size)
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, length)
  }

  /// Closing the socket will reset its connection.
  static func resetOnClose(_ descriptor: Int32) {
    var option = linger(l_onoff: 1, l_linger: 0)
    let length = socklen_t(MemoryLayout<linger>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, length)
  }

  /// Reads what is there; nil at the end of the stream.
  static func read(_ descriptor: Int32) -> [UInt8]? {
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: 8_192) { buffer, initialized in
      repeat {
        count = Glibc.read(descriptor, buffer.baseAddress, 8_192)
      } while count < 0 && errno == EINTR
      initialized = max(count, 0)
    }
    if count > 0 { return bytes }
    return count < 0 && errno == EAGAIN ? [] : nil
  }

  /// Writes all; what a client does not take any more is lost.
  static func write(_ bytes: [UInt8], to descriptor: Int32, isSocket: Bool) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { buffer in
        isSocket
          ? Glibc.send(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
          : Glibc.write(descriptor, buffer.baseAddress, buffer.count)
      }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        return
      }
    }
  }
}

/// A pseudo terminal whose client end is kept open, so that it does not hang up between clients.
struct Terminal {
  let controller: Int32
  private let client: Int32
  private let link: String

  /// Makes one, and the link by which clients find it.
  init(link: String) throws {
    var settings = termios()
    cfmakeraw(&settings)
    var (controller, client): (Int32, Int32) = (-1, -1)
    var name = [CChar](repeating: 0, count: 128)
    guard openpty(&controller, &client, nil, &settings, nil) == 0,
      ttyname_r(client, &name, name.count) == 0
    else { throw Descriptors.Failure(call: "openpty") }
    for end in [controller, client] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(controller, F_SETFL, O_NONBLOCK)
    (self.controller, self.client, self.link) = (controller, client, link)
    unlink(link)
    guard symlink(name, link) == 0 else { throw Descriptors.Failure(call: "symlink") }
  }

  /// Sends a byte from the client's end and waits until it has come.
  func sendThrough() {
    Descriptors.write([0], to: client, isSocket: false)
    var entry = pollfd(fd: controller, events: Int16(POLLIN), revents: 0)
    poll(&entry, 1, 5_000)
    _ = Descriptors.read(controller)
  }

  /// Pulls it: whoever has it open sees a hang-up.
  func pull() {
    unlink(link)
    close(controller)
    close(client)
  }
}

/// The machine's clocks in nanoseconds.
enum Clock {
  static func monotonic() -> Int64 { read(CLOCK_MONOTONIC) }

  /// The clock that outcomes are stamped with.
  static func uptime() -> Duration { SystemTime().uptime() }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
