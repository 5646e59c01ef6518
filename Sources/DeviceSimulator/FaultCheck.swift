internal import Profiles
internal import Telemetry

/// Whether faults can happen to what is simulated: one that cannot would silently do nothing.
struct FaultCheck {
  let carrier: SimulationOptions.Carrier

  /// What is served; a serial instrument has no unit.
  let profiles: [(unit: UnitID?, profile: DeviceProfile)]

  /// - Throws: ``SimulationError/fault(origin:problem:)`` for the first that cannot.
  func check(_ script: FaultScript) throws(SimulationError) {
    for fault in script.faults {
      if let problem = problem(with: fault) {
        throw .fault(origin: fault.origin, problem: problem)
      }
    }
  }

  private func problem(with fault: Fault) -> String? {
    carrierProblem(fault) ?? unitProblem(fault) ?? stuckProblem(fault) ?? restartProblem(fault)
  }

  private func carrierProblem(_ fault: Fault) -> String? {
    let isSerial = if case .serial = carrier { true } else { false }
    let isTCP = carrier.isModbusTCP
    switch fault.effect {
    case .errorReply where !isSerial:
      return "a Modbus device has no error reply; use the fault exception"
    case .exception where isSerial, .wrongUnit where isSerial:
      return "a serial instrument has no exceptions and units; use the fault error_reply"
    case .wrongTransaction where !isTCP:
      return "only Modbus TCP has transactions; serve with --tcp or --tls, or remove this fault"
    default: break
    }
    guard isSerial, fault.target != FaultTarget() else { return nil }
    return "a serial instrument has no units, functions and addresses; remove those keys"
  }

  private func unitProblem(_ fault: Fault) -> String? {
    let served = Set(profiles.compactMap(\.unit?.rawValue))
    // A device that is alone at its endpoint is asked as these too.
    let isAlone = carrier.isModbusTCP && served.count == 1
    let known = isAlone && !fault.effect.strikesValues ? served.union([0, 255]) : served
    guard let unit = fault.target.units.subtracting(known).min() else { return nil }
    let list = served.sorted().map(String.init).joined(separator: ", ")
    return "there is no unit \(unit) in this simulation; its units are \(list)"
  }

  private func stuckProblem(_ fault: Fault) -> String? {
    guard case .stuck(let signals, let value) = fault.effect else { return nil }
    let struck = profiles.filter { fault.target.holds(unit: $0.unit?.rawValue) }
      .map { ($0.profile.name, ProcessModel(profile: $0.profile, seed: 1)) }
    for name in signals {
      let pattern = GlobPattern(name)
      let places = struck.flatMap { profile, model in
        model.signals.indices.filter { pattern.matches(model.signals[$0].name) }
          .map { (profile, model, $0) }
      }
      guard !places.isEmpty else {
        return "there is no signal \(name) in \(struck.map(\.0).joined(separator: ", "))"
      }
      guard let value else { continue }
      for (profile, model, index) in places where model.forced(value, on: index) == nil {
        return
          "\(model.signals[index].name) of \(profile) cannot show \(value): its type, or the names of its codes, "
          + "do not hold that"
      }
    }
    return nil
  }

  private func restartProblem(_ fault: Fault) -> String? {
    guard case .restart = fault.effect else { return nil }
    let struck = profiles.map { ($0.unit?.rawValue, $0.profile) }
      .filter { fault.target.holds(unit: $0.0) }.map(\.1)
    guard struck.allSatisfy({ $0.restart == nil }) else { return nil }
    let names = struck.map(\.name).joined(separator: ", ")
    return "a restart would not show: \(names) has no \"restart\" that names a run time"
  }
}

extension SimulationOptions.Carrier {
  fileprivate var isModbusTCP: Bool {
    switch self {
    case .tcp, .tls: true
    case .rtuOverTCP, .rtu, .serial: false
    }
  }
}
