import Commissioning
import Fieldbus
import Synchronization
import Telemetry
import TestSupport

/// A serial line that the test plays; it takes its time from the test's clocks.
final class SimulatedPort: ScanPort {
  typealias Answer = @Sendable (_ line: SerialLine, _ unit: UInt8, _ frame: [UInt8]) -> [UInt8]

  private let time: ManualTime
  private let heard: @Sendable (SerialLine) -> [UInt8]
  private let answer: Answer
  private let log = Mutex<[(line: SerialLine, frame: [UInt8])]>([])

  init(
    time: ManualTime,
    answer: @escaping Answer = { _, _, _ in [] },
    heard: @escaping @Sendable (SerialLine) -> [UInt8] = { _ in [] }
  ) {
    self.time = time
    self.heard = heard
    self.answer = answer
  }

  /// Settings and units that were asked, in order.
  var asked: [(settings: String, unit: UInt8)] {
    log.withLock { $0.map { ($0.line.settingsText, $0.frame.first ?? 0) } }
  }

  func listen(on line: SerialLine, for duration: Duration) async throws(BusFailure) -> [UInt8] {
    time.advance(by: duration)
    return heard(line)
  }

  func ask(
    _ bytes: [UInt8],
    on line: SerialLine,
    within wait: Duration
  ) async throws(BusFailure) -> [UInt8] {
    log.withLock { $0.append((line, bytes)) }
    let reply = answer(line, bytes.first ?? 0, bytes)
    time.advance(by: reply.isEmpty ? wait : .milliseconds(10))
    return reply
  }

  func close() async {}
}

/// A search whose port the test plays, and what it said.
struct PlayedScan {
  let time: ManualTime
  let port: SimulatedPort
  let run: ScanRun
  let events = Locked<[ScanEvent]>([])

  init(
    _ port: SimulatedPort,
    _ time: ManualTime,
    _ change: (inout ScanOptions) -> Void = { _ in },
    whenAsking: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    var options = ScanOptions()
    options.bauds = [9_600, 19_200]
    options.parities = [.none, .even]
    options.stopBits = [1]
    options.units = (1...20).compactMap { UnitID($0) }
    change(&options)
    self.time = time
    self.port = port
    run = ScanRun(
      ScanPlan(
        target: .serial(port: "/dev/ttyUSB0"),
        options: options,
        hints: ScanHints(profiles: [])
      ),
      profiles: [],
      access: ScanAccess(port: port, makeBus: { _, _ in SilentBus() }, time: time),
      emit: { [events] event in
        events.with { $0.append(event) }
        if case .asking(_, let progress) = event { whenAsking(progress.done) }
      }
    )
  }
}

/// A bus on which nobody answers.
struct SilentBus: Bus {
  func exchange(_ requests: [BusRequest]) async -> [BusOutcome] {
    requests.map { _ in
      BusOutcome(
        result: .failure(BusFailure(.timeout, "silence")),
        sent: Moment(wall: Instant(microseconds: 0), uptime: .zero),
        elapsed: .zero
      )
    }
  }

  func close() async {}
}
