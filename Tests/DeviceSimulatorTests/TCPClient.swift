import Foundation

/// A bare TCP connection to a port of this machine; it waits at most 30 s for bytes.
final class TCPClient {
  struct Failure: Error { let call: String }

  private let descriptor: Int32

  init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
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
  func receive(_ count: Int) async throws -> [UInt8] {
    var received: [UInt8] = []
    while received.count < count {
      let bytes = try await some(count - received.count)
      guard !bytes.isEmpty else { throw Failure(call: "recv") }
      received += bytes
    }
    return received
  }

  /// Whether the server ends the connection; it throws when it is still open after the limit.
  func isClosedByServer() async throws -> Bool { try await some(64).isEmpty }

  /// Bytes as they come, without blocking a thread that the server's tasks need; none at the end.
  private func some(_ count: Int) async throws -> [UInt8] {
    for _ in 0..<15_000 {
      var buffer = [UInt8](repeating: 0, count: count)
      let length = recv(descriptor, &buffer, count, Int32(MSG_DONTWAIT))
      if length >= 0 { return Array(buffer.prefix(length)) }
      if errno == ECONNRESET { return [] }
      try await Task.sleep(for: .milliseconds(2))
    }
    throw Failure(call: "recv")
  }
}
