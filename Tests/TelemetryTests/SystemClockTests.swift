import Telemetry
import Testing

@Suite("The machine's clocks")
struct SystemClockTests {
  @Test("The kernel tells the state of its clock")
  func kernel() throws {
    let state = try SystemKernelClock().state()
    #expect(state.estimatedErrorMicroseconds >= 0)
    #expect(state.maximumErrorMicroseconds >= 0)
    // The kernel gives up on a clock whose error may be 16 s (NTP_PHASE_LIMIT).
    if state.maximumErrorMicroseconds >= 16_000_000 { #expect(!state.isSynchronised) }
  }

  @Test("Both clocks stay as far apart as they were, within what reading them leaves in doubt")
  func offset() {
    let time = SystemTime()
    let first = time.reading()
    for _ in 0..<100_000 {
      let reading = time.reading()
      let expected = first.moment.wall.advanced(by: reading.moment.uptime - first.moment.uptime)
      let apart = reading.moment.wall.duration(since: expected)
      // A microsecond for each of the two numbers that were cut to whole ones.
      let doubt = first.doubt + reading.doubt + .microseconds(2)
      #expect(max(apart, .zero - apart) <= doubt)
    }
  }
}
