internal import Logging
internal import StationAPI
internal import Telemetry

/// Asks the clocks and has written down what a ``ClockWatch`` makes of it.
struct ClockKeeper: Sendable {
  /// Appends a record with its time.
  ///
  /// - Returns: Whether the journal took it.
  typealias Write = (Record.Content, Instant) -> Bool

  /// How often the clocks are looked at while nothing is observed.
  static let period = Duration.seconds(1)

  private let time: any TimeSource
  private let kernel: any KernelClock
  private let logger: Logger
  private var watch: ClockWatch

  /// Whether the kernel told nothing when it was asked last.
  private var isKernelSilent = false

  init(time: any TimeSource, kernel: any KernelClock, logger: Logger) {
    self.time = time
    self.kernel = kernel
    self.logger = logger
    watch = ClockWatch(time.reading())
  }

  var status: ClockStatus { watch.status }

  /// The wall clock's time at `uptime`, on the present epoch.
  func instant(at uptime: Duration) -> Instant { watch.instant(at: uptime) }

  /// This moment, as the times of scans are told: the wall clock is not read, which may have been set
  /// since it was looked at, or long before the other one on a busy machine.
  func moment() -> Moment {
    let uptime = time.uptime()
    return Moment(wall: instant(at: uptime), uptime: uptime)
  }

  /// The uptime at which the wall clock showed `instant`, on the present epoch.
  func uptime(at instant: Instant) -> Duration { watch.uptime(at: instant) }

  /// Goes on where an earlier run has ended.
  ///
  /// - Parameters:
  ///   - lastStep: The last step in the journal.
  ///   - last: The time of its last record.
  ///   - write: Takes a step that the clock has made meanwhile.
  mutating func resume(after lastStep: ClockStep?, last: Instant, _ write: Write) {
    watch = ClockWatch(time.reading(), after: lastStep)
    change(write) { $0.resume(after: last) }
  }

  /// Records a step that the wall clock has made, so that what is recorded next is on its epoch.
  mutating func follow(_ write: Write) {
    let reading = time.reading()
    change(write) { $0.take(reading) }
  }

  /// Records what has changed: both clocks, and what the kernel says.
  mutating func look(_ write: Write) {
    follow(write)
    do {
      let state = try kernel.state()
      isKernelSilent = false
      var changed = watch
      if let news = changed.take(state, at: time.uptime()) {
        guard write(.clock(news), time.now()) else { return }
        if !news.isSynchronised { logger.warning("\(ClockStatus.unsynchronised)") }
        watch = changed
      }
    } catch {
      if !isKernelSilent { logger.warning("\(error)") }
      isKernelSilent = true
    }
  }

  /// A step that the journal does not take is found again the next time.
  private mutating func change(_ write: Write, _ take: (inout ClockWatch) -> ClockStep?) {
    var changed = watch
    if let step = take(&changed) {
      guard write(.clockStep(step), step.to) else { return }
      logger.warning("the clock was set from \(step.from) to \(step.to): epoch \(step.epoch)")
    }
    watch = changed
  }
}
