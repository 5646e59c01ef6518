import Foundation

/// A bare TCP connection to a port of this machine; it waits at most 30 s for bytes.
final class TCPClient {
  struct Failure: Error { let call: String }

  private let descriptor: Int32

  init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var limit = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(
      descriptor,
      SOL_SOCKET,
      SO_RCVTIMEO,
      &limit,
      socklen_t(MemoryLayout<timeval>.size)
    )
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw Failure(call: "connect") }
  }

  deinit { close(descriptor) }

  func send(_ bytes: [UInt8]) throws {
    guard
      Foundation.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    else { throw Failure(call: "send") }
  }

  /// Exactly `count` bytes.
  func receive(_ count: Int) throws -> [UInt8] {
    var received: [UInt8] = []
    while received.count < count {
      var buffer = [UInt8](repeating: 0, count: count - received.count)
      let length = recv(descriptor, &buffer, buffer.count, 0)
      guard length > 0 else { throw Failure(call: "recv") }
      received += buffer.prefix(length)
    }
    return received
  }

  /// Whether the server ends the connection; false when it is still open after the limit.
  func isClosedByServer() throws -> Bool {
    var buffer = [UInt8](repeating: 0, count: 64)
    let length = recv(descriptor, &buffer, buffer.count, 0)
    return length == 0 || (length < 0 && errno == ECONNRESET)
  }
}
