internal import CSerialPort
internal import Telemetry

#if canImport(Glibc)
internal import Glibc
#endif

/// What the system says of an error number.
func systemError(_ code: CInt) -> String {
  guard let text = strerror(code) else { return "error \(code)" }
  return String(cString: text)
}

/// `CLOCK_MONOTONIC`, for the deadlines of blocking calls: stamps come from the time source, but
/// what the kernel waits for is real.
func monotonicNow() -> Duration {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}

/// Blocks this thread until `deadline` of ``monotonicNow()``.
func block(until deadline: Duration) {
  let (seconds, attoseconds) = deadline.components
  var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
  while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
}

/// What a descriptor had to say before the deadline.
enum Readiness {
  case readable
  case silent
  /// The other side, or the adapter, is gone.
  case hungUp
}

/// Waits until `descriptor` can be read, or until `deadline` of ``monotonicNow()``.
func waitForInput(on descriptor: CInt, until deadline: Duration) -> Readiness {
  while true {
    let (seconds, attoseconds) = max(deadline - monotonicNow(), .zero).components
    var wait = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    switch ppoll(&entry, 1, &wait, nil) {
    case 0: return .silent
    case 1...:
      if entry.revents & Int16(POLLIN) != 0 { return .readable }
      return .hungUp
    default:
      if errno != EINTR { return .hungUp }
    }
  }
}
