#if canImport(Glibc)
internal import Glibc
#endif

/// What became of throwing away input until the line was silent.
enum Drain: Hashable {
  /// The line is silent; when something had come, its last byte came at `heard`.
  case silent(heard: Duration?)
  /// The line talks without end.
  case babbling
  /// The port is gone.
  case hungUp
}

/// Reading and writing a serial port's descriptor, on the monotonic clock.
///
/// Our own, because libserialport 0.1.1 waits on the wall clock and shows a pulled adapter as
/// silence (`reliability`, finding 8). It borrows the descriptor and never closes it.
struct SerialDescriptor {
  /// Silence that ends whatever was being sent: more than the 16 ms for which a USB adapter gathers
  /// bytes.
  static let silence: Duration = .milliseconds(20)

  /// How long a line may go on talking when it should be silent.
  static let maximumBabble: Duration = .seconds(1)

  let descriptor: CInt

  /// Reads what is there: no bytes when none are.
  ///
  /// - Returns: nil when the port is gone.
  func read(atMost limit: Int = 4_096) -> [UInt8]? {
    var count = 0
    var code: CInt = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, initialized in
      repeat {
        count = Glibc.read(descriptor, buffer.baseAddress, limit)
        code = errno
      } while count < 0 && code == EINTR
      initialized = max(count, 0)
    }
    if count > 0 { return bytes }
    // A terminal that waits for nothing reads 0 only after a hang-up.
    return count < 0 && (code == EAGAIN || code == EWOULDBLOCK) ? [] : nil
  }

  /// Writes all of `bytes` before `deadline`.
  ///
  /// - Returns: Whether the port took them.
  func write(_ bytes: [UInt8], until deadline: Duration) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR {
        guard monotonicNow() < deadline else { return false }
        block(until: monotonicNow() + .milliseconds(1))
      } else {
        return false
      }
    }
    return true
  }

  /// Throws away input until `deadline` is over and the line was silent for ``silence``.
  func drain(until deadline: Duration, silence: Duration = Self.silence) -> Drain {
    var heard: Duration?
    var end = max(deadline, monotonicNow() + silence)
    let limit = end + Self.maximumBabble
    while true {
      switch waitForInput(on: descriptor, until: end) {
      case .silent: return .silent(heard: heard)
      case .hungUp: return .hungUp
      case .readable:
        guard read() != nil else { return .hungUp }
        let now = monotonicNow()
        heard = now
        guard now < limit else { return .babbling }
        end = max(end, now + silence)
      }
    }
  }

  /// Whether input waits to be read.
  var hasInput: Bool { waitForInput(on: descriptor, until: .zero) != .silent }
}
