#if canImport(Glibc)
internal import Glibc
#endif

/// Input that was thrown away.
struct UnaskedInput: Hashable {
  /// When its first bytes were there, and its last ones.
  let began: Duration
  var ended: Duration
  /// Its first bytes, so many as the longest frame has.
  var head: [UInt8]
}

/// What became of throwing away input until the line was silent.
enum Drain: Hashable {
  /// The line is silent; what came until then.
  case silent(heard: UnaskedInput?)
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
    var heard: UnaskedInput?
    var end = max(deadline, monotonicNow() + silence)
    let limit = end + Self.maximumBabble
    while true {
      switch waitForInput(on: descriptor, until: end) {
      case .silent: return .silent(heard: heard)
      case .hungUp: return .hungUp
      case .readable:
        guard let bytes = read() else { return .hungUp }
        let now = monotonicNow()
        var input = heard ?? UnaskedInput(began: now, ended: now, head: [])
        input.ended = now
        input.head += bytes.prefix(RTUFrame.maximumLength - input.head.count)
        heard = input
        guard now < limit else { return .babbling }
        end = max(end, now + silence)
      }
    }
  }

  /// Whether input waits to be read.
  var hasInput: Bool { hears(until: .zero) }

  /// Whether something comes before `deadline`, which is waited for no longer than that.
  func hears(until deadline: Duration) -> Bool {
    waitForInput(on: descriptor, until: deadline) != .silent
  }
}
