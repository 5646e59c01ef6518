internal import Profiles

/// What a signal can show.
enum SignalShape: Sendable {
  case number
  case flag
  /// A code with a name.
  case names([Int64: String])
  case text

  var isNumber: Bool { if case .number = self { true } else { false } }
}

/// Chooses how each signal of a profile moves, by the kind of machine, the signal's role and what
/// its name, quantity and unit say.
///
/// What each kind of machine does is in `MachineCourses.swift`.
struct BehaviourChoice: Sendable {
  let kind: DeviceKind
  let zoneCount: Int
  let noise: SeededNoise

  init(profile: DeviceProfile, signals: [Signal], seed: UInt64) {
    kind = profile.kind
    zoneCount = signals.compactMap { SignalWords($0).zone }.max() ?? 0
    noise = SeededNoise(seed: seed).stream(profile.name)
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
    case .names(let names): return state(names, words)
    case .number:
      if let chosen = code(signal, words) ?? machineCourse(signal, words, bounds: bounds),
        case .number(let course) = chosen, bounds.contains(course(0))
      {
        return chosen
      }
      return general(signal, words, bounds: bounds)
    }
  }

  /// A machine at work: closed, enabled and without a complaint.
  ///
  /// What a state is called decides before what it is a state of: a door that is closed is on, a
  /// guard that is open is off.
  private func flag(_ words: SignalWords) -> Behaviour {
    if words.begin("open") { return .flag { _ in false } }
    if words.begin("closed", "locked", "enable", "ok", "healthy") { return .flag { _ in true } }
    if words.speakOfTrouble || words.begin("trip", "limit", "emergency", "estop", "door") {
      return .flag { _ in false }
    }
    if words.begin("ready", "valid", "running", "power", "guard") { return .flag { _ in true } }
    return .toggling(noise: noise.stream(words.name))
  }

  private func text(_ signal: Signal, _ words: SignalWords) -> Behaviour {
    let program = kind == .reflowOven ? "SAC305-A" : "PROGRAM-1"
    if signal.role == .program || words.says("program", "recipe") { return .text { _ in program } }
    if signal.role == .state || words.says("state") { return .text { _ in "running" } }
    if words.says("serial") { return .text { _ in "SIM-0001" } }
    return .text { _ in "SIMULATED" }
  }

  /// The name of the most plausible code: the machine is at work, and all is well.
  private func state(_ names: [Int64: String], _ words: SignalWords) -> Behaviour {
    let well = ["ok", "normal", "none", "no ", "off"]
    let working = ["running", "run", "production", "operat", "auto", "enabled", "ready"]
    let name = Self.name(in: names, like: words.speakOfTrouble ? well : working + well.prefix(2))
    return .text { _ in name }
  }

  /// The first name that is, or else begins with, the most wanted word; else the lowest code's.
  private static func name(in names: [Int64: String], like wanted: [String]) -> String {
    let ordered = names.sorted { $0.key < $1.key }.map(\.value)
    for word in wanted {
      if let name = ordered.first(where: { $0.lowercased() == word }) { return name }
    }
    for word in wanted {
      if let name = ordered.first(where: { $0.lowercased().hasPrefix(word) }) { return name }
    }
    return ordered.first ?? ""
  }

  /// A code whose meanings the profile does not name: nothing to complain of, and at work.
  private func code(_ signal: Signal, _ words: SignalWords) -> Behaviour? {
    guard signal.unit == nil else { return nil }
    if kind == .gearboxRig, words.begin("step") {
      let rig = GearboxProcess(noise: noise)
      return .number { rig.step(at: $0) }
    }
    guard signal.role == .state || words.begin("code", "status") else { return nil }
    if words.speakOfTrouble { return .constant(0) }
    return .constant(kind == .servoDrive ? ServoProcess.statusWord : 1)
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
}
