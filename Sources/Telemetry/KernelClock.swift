internal import CTimex

#if canImport(Glibc)
internal import Glibc
#endif

/// Tells how well the wall clock is kept.
package protocol KernelClock: Sendable {
  /// - Throws: ``KernelClockError`` when the kernel does not tell.
  func state() throws(KernelClockError) -> ClockState
}

/// The kernel does not tell the state of its clock.
package struct KernelClockError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What the operating system says of it.
  package let reason: String

  package init(reason: String) { self.reason = reason }

  package var description: String {
    "the kernel does not tell whether its clock is synchronised (adjtimex: \(reason)); a sandbox "
      + "with ProtectClock=yes forbids asking"
  }
}

/// The machine's kernel: `adjtimex(2)`, read only, which needs no privilege.
package struct SystemKernelClock: KernelClock {
  package init() {}

  package func state() throws(KernelClockError) -> ClockState {
    var answer = timex()
    let verdict = adjtimex(&answer)
    if verdict < 0 { throw KernelClockError(reason: String(cString: strerror(errno))) }
    return ClockState(
      isSynchronised: verdict != TIME_ERROR && answer.status & STA_UNSYNC == 0,
      estimatedErrorMicroseconds: Int(answer.esterror),
      maximumErrorMicroseconds: Int(answer.maxerror)
    )
  }
}
