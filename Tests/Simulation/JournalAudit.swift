import Telemetry

/// Holds what a journal says against what was true, scan by scan.
///
/// It reads the records alone; of the simulation it knows the machines, and when which files were
/// applied.
struct JournalAudit {
  /// A scan group of a device, as the record names it.
  struct Key: Hashable, CustomStringConvertible {
    let device: String
    let group: String

    var description: String { "\(device)/\(group)" }
  }

  /// A frame on the monotonic clock.
  struct Seen {
    let seq: Int
    let frame: Frame
    let layout: FrameLayout

    /// Between the first request's departure and the last reply's arrival.
    let start: Duration
    let end: Duration

    var middle: Duration { start + (end - start) / 2 }

    /// Whether the device gave no answer at all.
    var isSilent: Bool {
      frame.readings.allSatisfy {
        [.bad(.timeout), .bad(.noConnection), .bad(.exception(10)), .bad(.exception(11))]
          .contains($0.quality)
      }
    }
  }

  let story: PlantStory
  private(set) var complaints: [String] = []

  /// How often what was seen, so that a run that proves nothing is found.
  private(set) var tally: [String: Int] = [:]

  private var plant: PlantModel
  private var layouts: [Int: FrameLayout] = [:]
  private var courses: [Key: ScanCourse] = [:]
  private var doubts: DeviceDoubts

  /// The wall clock's lead over the start of uptime.
  private var origin: Instant
  private var epoch = 0
  private var applied = 0
  private var refused = 0

  init(_ story: PlantStory) {
    self.story = story
    plant = story.first
    origin = story.start
    doubts = DeviceDoubts(world: story.world)
    read()
  }

  private mutating func complain(_ text: String) {
    // The first ones tell; what follows is mostly of the same cause.
    if complaints.count < 20 { complaints.append(text) }
  }

  private func uptime(_ instant: Instant) -> Duration { instant.duration(since: origin) }

  // MARK: The records

  private mutating func read() {
    complaints += story.complaints
    begin(plant, since: nil, at: .zero)
    for record in story.records {
      tally[record.content.type, default: 0] += 1
      switch record.content {
      case .clockStep(let step): take(step, record)
      case .layout(let layout): layouts[record.seq] = layout
      case .frame(let frame): take(frame, record)
      case .gap(let gap): take(gap, record)
      case .event(let event): take(event, record)
      default: break
      }
    }
    finish(at: story.end, except: [])
    let share = BusShare(story)
    tally["minutes with silent devices"] = share.slots
    tally["waits for a probe"] = share.waits
    for text in share.complaints { complain(text) }
    // The last one may have come too late to be found.
    if epoch < story.steps.count(where: { $0.at < story.end - .seconds(1) }) {
      complain("\(story.steps.count) clock steps, and \(epoch) are recorded")
    }
    if applied < story.changes.count - 1 {
      complain("\(story.changes.count) changes were made, and \(applied) are recorded")
    }
    if refused != story.refusals {
      complain("\(story.refusals) files were refused, and \(refused) are recorded")
    }
  }

  private mutating func take(_ step: ClockStep, _ record: Record) {
    guard epoch < story.steps.count else { return complain("record \(record.seq): no such step") }
    let true_ = story.steps[epoch]
    epoch += 1
    let size = Duration.microseconds(step.stepMicroseconds ?? 0)
    origin = origin.advanced(by: size)
    if step.epoch != epoch { complain("record \(record.seq): epoch \(step.epoch), not \(epoch)") }
    // Two clocks are compared in whole microseconds.
    if max(size - true_.by, true_.by - size) > .microseconds(2) {
      complain("record \(record.seq): a step of \(size), not \(true_.by)")
    }
    let late = uptime(record.at) - true_.at
    if !(.zero...Duration.seconds(1)).contains(late) {
      complain("record \(record.seq): a step is found after \(late)")
    }
  }

  private mutating func take(_ frame: Frame, _ record: Record) {
    guard let layout = layouts[frame.layout] else {
      return complain("record \(record.seq): no layout \(frame.layout)")
    }
    let key = Key(device: layout.device.text, group: layout.group)
    let middle = uptime(frame.at)
    let half = Duration.microseconds(frame.spanMicroseconds) / 2
    let seen = Seen(
      seq: record.seq,
      frame: frame,
      layout: layout,
      start: middle - half,
      end: middle + half
    )
    guard let device = plant.devices.first(where: { $0.id == key.device }),
      let bus = plant.bus(of: device), courses[key] != nil
    else { return complain("record \(record.seq): \(key) is not in the plant") }
    tally["scans left out", default: 0] += frame.skipped
    let machine = SimulatedWorld.key(unit: device.unit, line: bus.carrier.line)
    let isHeldUp = story.world.isBusy(machine, before: seen.start)
    for text in courses[key]?.take(seen, isHeldUp: isHeldUp) ?? [] {
      complain("record \(record.seq), \(key): \(text)")
    }
    for text in doubts.judge(seen, of: machine, on: bus.carrier.line, plant.profile(of: device)) {
      complain("record \(record.seq), \(key) at \(seen.start): \(text)")
    }
    if seen.isSilent {
      for key in courses.keys where key.device == device.id { courses[key]?.isSilent() }
    }
    for case .bad(let cause) in frame.readings.map(\.quality) { tally[cause.code, default: 0] += 1 }
  }

  private mutating func take(_ gap: Gap, _ record: Record) {
    tally["gap \(gap.reason.rawValue)", default: 0] += 1
    guard let device = gap.device, let group = gap.group, let scans = gap.scans else { return }
    let key = Key(device: device.text, group: group)
    tally["scans in gaps", default: 0] += scans
    guard courses[key] != nil else {
      return complain("record \(record.seq): a gap of \(key), which is not in the plant")
    }
    let (from, to) = (uptime(gap.from), uptime(gap.to))
    let text = courses[key]?.take(gap, scans, from: from, to: to)
    if let text { complain("record \(record.seq), \(key): \(text)") }
  }

  private mutating func take(_ event: Event, _ record: Record) {
    tally[event.kind.rawValue, default: 0] += 1
    switch event.kind {
    case .configurationApplied:
      guard applied < story.changes.count else {
        return complain("record \(record.seq): nothing was to be applied")
      }
      let change = story.changes[applied]
      applied += 1
      let kept = change.plant.kept(since: plant)
      finish(at: change.requested, except: kept)
      let old = plant
      plant = change.plant
      let now = uptime(record.at)
      for key in courses.keys where !kept.contains(key.device) {
        courses[key]?.isDisturbed(at: now, by: change.name)
      }
      begin(plant, since: old, at: now)
      for device in plant.devices {
        let before = old.devices.first { $0.id == device.id }
        if before?.station == device.station,
          before.flatMap(old.profile) == plant.profile(of: device)
        {
          continue
        }
        let line = plant.bus(of: device)?.carrier.line ?? ""
        doubts.beginAnew(SimulatedWorld.key(unit: device.unit, line: line))
      }
    case .configurationRefused: refused += 1
    case .deviceRestarted, .deviceFrozen, .deviceMoving:
      guard let id = event.device, let device = plant.devices.first(where: { $0.id == id.text }),
        let bus = plant.bus(of: device)
      else { return complain("record \(record.seq): an event of a device that is not there") }
      let machine = SimulatedWorld.key(unit: device.unit, line: bus.carrier.line)
      let settle = plant.profile(of: device)?.settle ?? 0
      let text = doubts.take(event, of: machine, at: uptime(record.at), settle: settle)
      if let text { complain("record \(record.seq): \(text)") }
    default: break
    }
  }

  // MARK: What is read when

  /// Follows the groups of a plant from a moment on; those that were there already go on.
  private mutating func begin(_ plant: PlantModel, since old: PlantModel?, at uptime: Duration) {
    let keys = plant.keys
    let before = old?.keys ?? []
    for key in before.subtracting(keys) { courses[key] = nil }
    for device in plant.devices {
      guard let profile = plant.profile(of: device) else { continue }
      for group in profile.groups {
        let key = Key(device: device.id, group: group.name)
        let wait = plant.longestWait(of: device)
        if courses[key] == nil { courses[key] = ScanCourse(since: uptime) }
        courses[key]?.isRead(every: group, wait: wait)
      }
    }
  }

  /// Says which groups fell silent without a word before their reading ended.
  private mutating func finish(at uptime: Duration, except kept: Set<String>) {
    for (key, course) in courses.sorted(by: { $0.key.description < $1.key.description })
    where !kept.contains(key.device) {
      if let text = course.silence(until: uptime) { complain("\(key): \(text)") }
    }
  }
}

extension PlantModel {
  fileprivate var keys: Set<JournalAudit.Key> {
    Set(
      devices.flatMap { device in
        (profile(of: device)?.groups ?? []).map {
          JournalAudit.Key(device: device.id, group: $0.name)
        }
      }
    )
  }

  /// How long all that is read over a device's bus can take at most, one scan of each group.
  fileprivate func longestWait(of device: Device) -> Duration {
    guard let bus = bus(of: device) else { return .zero }
    let groups = devices.filter { $0.bus == bus.id }.flatMap { profile(of: $0)?.groups ?? [] }
    // A line that is opened anew rests for four timeouts.
    let rest = Duration.milliseconds(4 * 1_000)
    // A scan of several requests is as long as one that times out, and half of it for a slow one
    // before; 250 ms are for what a busy device is asked again.
    return groups.reduce(rest) { sum, _ in
      sum + .milliseconds(max(bus.timeout, 300) * 3 / 2) + .milliseconds(250 + 300)
    }
  }
}
