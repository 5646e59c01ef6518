import FaultMatrix
import Fieldbus
import Glibc
import Telemetry

/// A bus as it is easily written: it asks, takes the next frame that comes for the answer, and after
/// silence goes on as if nothing had happened. No transaction, unit or function is looked at, no
/// line is drained and no connection dropped.
actor NaiveBus: Bus {
  private let place: ProxyPlace
  private let timeout: Duration
  private let time = SystemTime()
  private var descriptor: Int32 = -1
  private var pending: [UInt8] = []

  init(_ place: ProxyPlace, timeout: Duration) {
    (self.place, self.timeout) = (place, timeout)
  }

  func exchange(_ requests: [BusRequest]) -> [BusOutcome] {
    requests.map { request in
      let sent = time.moment()
      let start = time.uptime()
      let result = ask(request)
      return BusOutcome(result: result, sent: sent, elapsed: time.uptime() - start)
    }
  }

  func close() { disconnect() }

  private func disconnect() {
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
    pending = []
  }

  private func ask(_ request: BusRequest) -> Result<BusReply, BusFailure> {
    guard case .modbus(let request) = request, let range = request.range, connect() else {
      return .failure(BusFailure(.noConnection, "no connection"))
    }
    let framing = framing
    let pdu: [UInt8] = [
      range.table.functionCode, UInt8(range.address >> 8), UInt8(range.address & 0xFF), 0,
      UInt8(range.count),
    ]
    let frame = framing.frame(pdu, unit: request.unit.rawValue, like: [0, 1])
    guard frame.withUnsafeBytes({ send($0) }) == frame.count else {
      disconnect()
      return .failure(BusFailure(.noConnection, "lost"))
    }
    let deadline = time.uptime() + timeout
    while time.uptime() < deadline {
      if let reply = framing.take(from: &pending, isReply: true) {
        return .success(.registers(registers(in: framing.parts(of: reply).pdu)))
      }
      guard receive(until: deadline) else {
        disconnect()
        return .failure(BusFailure(.noConnection, "lost"))
      }
    }
    return .failure(BusFailure(.timeout, "silent"))
  }

  private var framing: Framing { if case .tcp = place { .mbap } else { .rtu } }

  private func registers(in pdu: ArraySlice<UInt8>) -> [UInt16] {
    let bytes = Array(pdu.dropFirst(2))
    let words = stride(from: 0, to: bytes.count - 1, by: 2).map {
      UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
    }
    // As long as what was asked for, whatever came.
    return Array((words + Array(repeating: 0, count: 8)).prefix(8))
  }

  // MARK: System calls

  private func connect() -> Bool {
    if descriptor >= 0 { return true }
    switch place {
    case .terminal(let link): descriptor = open(link, O_RDWR | O_NOCTTY | O_NONBLOCK)
    case .tcp(let port):
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = UInt16(port).bigEndian
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      let length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let isConnected = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          Glibc.connect(descriptor, $0, length) == 0
        }
      }
      if !isConnected { disconnect() }
    }
    return descriptor >= 0
  }

  private func send(_ bytes: UnsafeRawBufferPointer) -> Int {
    if case .tcp = place {
      return Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
    }
    return Glibc.write(descriptor, bytes.baseAddress, bytes.count)
  }

  /// - Returns: False when the other side is gone.
  private func receive(until deadline: Duration) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let left = max(deadline - time.uptime(), .zero).wholeMicroseconds / 1_000 + 1
    guard poll(&entry, 1, Int32(left)) > 0 else { return true }
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let count = read(descriptor, &buffer, buffer.count)
    guard count > 0 else { return false }
    pending += buffer.prefix(count)
    return true
  }
}
