internal import Profiles

/// What a signal can show.
enum SignalShape: Sendable {
  case number
  case flag
  /// A code with a name.
  case names([Int64: String])
  case text
}

/// Chooses how each signal of a profile moves, by the kind of machine, the signal's role and what
/// its name, quantity and unit say.
struct BehaviourChoice: Sendable {
  private let kind: DeviceKind
  private let zoneCount: Int
  private let noise: SeededNoise
  private let oven: ReflowProcess

  init(profile: DeviceProfile, signals: [Signal], seed: UInt64) {
    kind = profile.kind
    zoneCount = signals.compactMap { SignalWords($0).zone }.max() ?? 0
    noise = SeededNoise(seed: seed).stream(profile.name)
    oven = ReflowProcess(noise: noise)
  }

  /// How a signal moves.
  ///
  /// A course whose first value lies outside `bounds`, which is what the signal can show, was
  /// chosen wrongly and gives way to a sine.
  func behaviour(
    for signal: Signal,
    shape: SignalShape,
    bounds: ClosedRange<Double>
  ) -> Behaviour {
    let words = SignalWords(signal)
    switch shape {
    case .flag: return flag(words)
    case .text: return text(signal, words)
    case .names(let names): return state(names)
    case .number:
      if let chosen = number(signal, words), case .number(let course) = chosen,
        bounds.contains(course(0))
      {
        return chosen
      }
      return general(signal, words, bounds: bounds)
    }
  }

  private func flag(_ words: SignalWords) -> Behaviour {
    if words.says("alarm", "fault", "error", "warning", "trip", "fail", "limit") {
      return .flag { _ in false }
    }
    if words.says("ready", "enable", "valid", "running", "healthy", "power") {
      return .flag { _ in true }
    }
    return .toggling(noise: noise.stream(words.name))
  }

  private func text(_ signal: Signal, _ words: SignalWords) -> Behaviour {
    let program = kind == .reflowOven ? "SAC305-A" : "PROGRAM-1"
    if signal.role == .program || words.says("program", "recipe") { return .text { _ in program } }
    if signal.role == .state || words.says("state") {
      let oven = kind == .reflowOven ? self.oven : nil
      return .text { oven?.isRunning(at: $0) == false ? "ready" : "running" }
    }
    if words.says("serial") { return .text { _ in "SIM-0001" } }
    return .text { _ in "SIMULATED" }
  }

  /// The most plausible code: an oven runs while boards are in it, everything else is well.
  private func state(_ names: [Int64: String]) -> Behaviour {
    let running = Self.name(
      in: names,
      like: ["running", "run", "production", "operat", "auto", "enabled", "ready", "ok", "normal"]
    )
    guard kind == .reflowOven else { return .text { _ in running } }
    let ready = Self.name(in: names, like: ["ready", "standby", "idle"], otherwise: running)
    let oven = oven
    return .text { oven.isRunning(at: $0) ? running : ready }
  }

  /// The first name that is, or else contains, the most wanted word; else the lowest code's.
  private static func name(
    in names: [Int64: String],
    like wanted: [String],
    otherwise: String? = nil
  ) -> String {
    let ordered = names.sorted { $0.key < $1.key }.map(\.value)
    for word in wanted {
      if let name = ordered.first(where: { $0.lowercased() == word }) { return name }
    }
    for word in wanted {
      let match = ordered.first { $0.lowercased().hasPrefix(word) }
      if let match { return match }
    }
    return otherwise ?? ordered.first ?? ""
  }

  private func number(_ signal: Signal, _ words: SignalWords) -> Behaviour? {
    let unit = signal.unit
    switch kind {
    case .reflowOven:
      if let course = ovenCourse(signal, words) { return course }
    case .gearboxRig:
      if let course = gearboxCourse(words, unit: unit) { return course }
    case .servoDrive:
      if let course = servoCourse(signal, words) { return course }
    case .torqueMeter:
      if let course = torqueCourse(signal, words) { return course }
    case .environment, .gasAnalyser, .controller, .other: break
    }
    return atmosphere(signal, words)
  }

  private func ovenCourse(_ signal: Signal, _ words: SignalWords) -> Behaviour? {
    let (oven, unit, name) = (oven, signal.unit, words.name)
    if words.says("conveyor", "belt"), !words.says("width", "temperature") {
      let factor = EngineeringUnit.beltSpeed(in: unit)
      if words.isSetpoint(signal) { return .constant(ReflowProcess.nominalSpeed * factor) }
      return .number { oven.speed(at: $0) * factor }
    }
    guard let zone = words.zone, isTemperature(words, unit: unit) else { return nil }
    let setpoint = ReflowProcess.setpoint(zone: zone, of: zoneCount)
    if words.isSetpoint(signal) {
      return .constant(EngineeringUnit.temperature(setpoint, in: unit))
    }
    let position = signal.position ?? ReflowProcess.position(zone: zone)
    return .number {
      EngineeringUnit.temperature(
        oven.temperature(setpoint: setpoint, position: position, name: name, at: $0),
        in: unit
      )
    }
  }

  private func gearboxCourse(_ words: SignalWords, unit: String?) -> Behaviour? {
    let rig = GearboxProcess(noise: noise)
    let isOutput = words.says("output", "out.", "_out", "load")
    if words.says("vibration") { return .number { rig.vibration(at: $0) } }
    if words.says("efficiency") {
      let factor = unit == "%" ? 100.0 : 1
      return .number { rig.efficiency(at: $0) * factor }
    }
    if words.says("torque") {
      let factor = EngineeringUnit.torque(in: unit)
      return .number { (isOutput ? rig.outputTorque(at: $0) : rig.inputTorque(at: $0)) * factor }
    }
    if words.says("speed", "velocity") {
      let factor = EngineeringUnit.rotation(in: unit)
      return .number { (isOutput ? rig.outputSpeed(at: $0) : rig.inputSpeed(at: $0)) * factor }
    }
    if words.says("oil"), isTemperature(words, unit: unit) {
      return .number { EngineeringUnit.temperature(rig.oilTemperature(at: $0), in: unit) }
    }
    return nil
  }

  private func servoCourse(_ signal: Signal, _ words: SignalWords) -> Behaviour? {
    let servo = ServoProcess(noise: noise)
    if isTemperature(words, unit: signal.unit) {
      return .number { EngineeringUnit.temperature(servo.temperature(at: $0), in: signal.unit) }
    }
    if words.says("velocity", "speed") {
      let factor = EngineeringUnit.rotation(in: signal.unit)
      if words.isSetpoint(signal) { return .constant(ServoProcess.topSpeed * factor) }
      return .number { servo.velocity(at: $0) * factor }
    }
    if words.says("voltage") {
      let nominal = (signal.range?.upperBound ?? 400) >= 350 ? 325.0 : 48
      return .number { servo.busVoltage(nominal: nominal, at: $0) }
    }
    if words.says("current"), signal.unit != "%" { return .number { servo.current(at: $0) } }
    if words.says("torque") {
      let factor = signal.unit == "%" ? 60 : EngineeringUnit.torque(in: signal.unit)
      return .number { servo.torque(at: $0) * factor }
    }
    return nil
  }

  private func torqueCourse(_ signal: Signal, _ words: SignalWords) -> Behaviour? {
    let target = signal.range.map { $0.upperBound * 0.6 } ?? 2
    let process = TorqueProcess(target: target, noise: noise)
    if words.says("count") { return .number { process.count(at: $0) } }
    if words.says("peak") { return .number { process.peak(at: $0) } }
    if words.says("torque") { return .number { process.torque(at: $0) } }
    return nil
  }

  /// What air and gas do, whatever instrument measures them.
  private func atmosphere(_ signal: Signal, _ words: SignalWords) -> Behaviour? {
    let own = noise.stream(words.name)
    if words.isSetpoint(signal) { return nil }
    if words.says("oxygen", "o2") {
      if signal.unit == "%" { return .wander(0.05, swing: 0.01, period: 180, noise: own) }
      return .wander(500, swing: 100, period: 180, noise: own)
    }
    if words.says("humidity"), signal.unit == nil || signal.unit == "%" {
      return .wander(45, swing: 3, period: 400, noise: own)
    }
    if isTemperature(words, unit: signal.unit), words.zone == nil {
      let (center, unit) = (words.says("dew", "frost") ? 10.5 : 23.0, signal.unit)
      return .number {
        EngineeringUnit.temperature(center + own.wander($0, period: 600), in: unit)
      }
    }
    if words.says("pressure"), signal.unit == "hPa" || signal.unit == "mbar" {
      return .wander(1_013, swing: 4, period: 3_600, noise: own)
    }
    return nil
  }

  /// Anything else: a set value stands still, the rest moves through its range.
  private func general(
    _ signal: Signal,
    _ words: SignalWords,
    bounds: ClosedRange<Double>
  ) -> Behaviour {
    let wanted = signal.range ?? 0...100
    let range = wanted.overlaps(bounds) ? wanted.clamped(to: bounds) : bounds
    if words.isSetpoint(signal) || signal.role == .state {
      return .constant(range.lowerBound / 2 + range.upperBound / 2)
    }
    return .sine(in: range, noise: noise.stream(words.name))
  }

  private func isTemperature(_ words: SignalWords, unit: String?) -> Bool {
    unit == nil ? words.says("temperature") : EngineeringUnit.isTemperature(unit)
  }
}
