internal import Profiles

/// How the numbers of each kind of machine move.
extension BehaviourChoice {
  /// The course of a number that the machine is known to have; nil when it is none of those.
  func machineCourse(
    _ signal: Signal,
    _ words: SignalWords,
    bounds: ClosedRange<Double>
  ) -> Behaviour? {
    let course: Behaviour? =
      switch kind {
      case .reflowOven: ovenCourse(signal, words)
      case .gearboxRig: gearboxCourse(words, unit: signal.unit)
      case .servoDrive: servoCourse(signal, words) ?? positionCourse(signal, words, bounds: bounds)
      case .torqueMeter: torqueCourse(signal, words)
      case .controller: controllerCourse(signal, words)
      case .environment, .gasAnalyser, .flow, .balance, .vibration, .energyMeter, .ioModule, .other:
        nil
      }
    return course ?? atmosphere(signal, words)
  }

  private func ovenCourse(_ signal: Signal, _ words: SignalWords) -> Behaviour? {
    let (oven, unit, name) = (ReflowProcess(noise: noise), signal.unit, words.name)
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
    let isOutput = words.says("output", "load") || words.begin("out")
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
      if words.isSetpoint(signal) { return .number { servo.targetVelocity(at: $0) * factor } }
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

  /// A shaft turns on and on; what shows its position wraps around where it cannot show more.
  private func positionCourse(
    _ signal: Signal,
    _ words: SignalWords,
    bounds: ClosedRange<Double>
  ) -> Behaviour? {
    guard words.says("position", "encoder") else { return nil }
    let servo = ServoProcess(noise: noise)
    let factor = EngineeringUnit.angle(in: signal.unit) ?? ServoProcess.countsPerRevolution
    if words.begin("error", "deviation", "following") {
      return .number { servo.positionError(at: $0) * factor }
    }
    return .number { (servo.position(at: $0) * factor).wrapped(into: bounds) }
  }

  private func torqueCourse(_ signal: Signal, _ words: SignalWords) -> Behaviour? {
    let target = signal.range.map { $0.upperBound * 0.6 } ?? 2
    let process = TorqueProcess(target: target, noise: noise)
    if words.says("count") { return .number { process.count(at: $0) } }
    if words.says("peak") { return .number { process.peak(at: $0) } }
    if words.says("torque") { return .number { process.torque(at: $0) } }
    return nil
  }

  /// A settled loop at 200 °C: the output holds it there.
  private func controllerCourse(_ signal: Signal, _ words: SignalWords) -> Behaviour? {
    let own = noise.stream(words.name)
    if isTemperature(words, unit: signal.unit) {
      let swing = words.isSetpoint(signal) ? 0.0 : 0.7
      return .number {
        EngineeringUnit.temperature(200 + swing * own.wander($0, period: 60), in: signal.unit)
      }
    }
    guard words.says("output"), signal.unit == nil || signal.unit == "%" else { return nil }
    return .wander(42, swing: 3, period: 60, noise: own)
  }

  /// What air and gas do, whatever instrument measures them.
  private func atmosphere(_ signal: Signal, _ words: SignalWords) -> Behaviour? {
    let (air, unit) = (AirProcess(noise: noise), signal.unit)
    if words.isSetpoint(signal) { return nil }
    if words.says("oxygen", "o2") {
      let own = noise.stream(words.name)
      if unit == "%" { return .wander(0.05, swing: 0.01, period: 180, noise: own) }
      return .wander(500, swing: 100, period: 180, noise: own)
    }
    // Relative humidity is `%` or, with what it is a percentage of, `%{RH}`.
    if words.says("humidity"), unit?.hasPrefix("%") ?? true {
      return .number { air.humidity(at: $0) }
    }
    if isTemperature(words, unit: unit), words.zone == nil {
      if words.says("dew", "frost") {
        return .number { EngineeringUnit.temperature(air.dewPoint(at: $0), in: unit) }
      }
      return .number { EngineeringUnit.temperature(air.temperature(at: $0), in: unit) }
    }
    if words.says("pressure"), unit == "hPa" || unit == "mbar" {
      return .number { air.pressure(at: $0) }
    }
    return nil
  }

  private func isTemperature(_ words: SignalWords, unit: String?) -> Bool {
    unit == nil ? words.says("temperature") : EngineeringUnit.isTemperature(unit)
  }
}

extension Double {
  /// The same place on a circle that `range` is the length of.
  fileprivate func wrapped(into range: ClosedRange<Double>) -> Double {
    guard !range.contains(self) else { return self }
    let length = range.upperBound - range.lowerBound
    guard length > 0 else { return range.lowerBound }
    let turns = ((self - range.lowerBound) / length).rounded(.down)
    return self - turns * length
  }
}
