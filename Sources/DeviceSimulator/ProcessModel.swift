package import Profiles
package import Telemetry

/// Plausible moving values for the signals of a profile.
///
/// A pure function of profile, seed and time: the same twice, so that tests can compare what a
/// client read with what the model says for that time.
package struct ProcessModel: Sendable {
  /// The signals, in the profile's order.
  package let signals: [Signal]
  private let courses: [Course]

  /// Values that are stuck, by signal; the first in force counts.
  private var holds: [Int: [Hold]] = [:]

  /// The signal that tells a restart.
  private var runTime: RunTime?

  private struct Hold: Sendable {
    let window: FaultWindow
    /// nil keeps the one that the signal had.
    let value: Value?
  }

  fileprivate struct Course: Sendable {
    let behaviour: Behaviour
    let form: Form
    let bounds: ClosedRange<Double>
  }

  /// What the signal's value is made into.
  fileprivate enum Form: Sendable {
    case register(ModbusSignal.Decoding)
    case field(SerialField)
  }

  /// - Parameters:
  ///   - profile: Whose signals move.
  ///   - seed: Another seed gives other noise, not another process.
  package init(profile: DeviceProfile, seed: UInt64) {
    let forms = Self.forms(of: profile)
    let choice = BehaviourChoice(profile: profile, signals: forms.map(\.signal), seed: seed)
    signals = forms.map(\.signal)
    runTime = RunTime(profile.restart, among: signals)
    let statuses = StatusChoice(groups: profile.signalGroups)
    courses = forms.enumerated().map { index, member in
      let (signal, form) = member
      let bounds = Self.bounds(of: signal, form: form)
      let shape = Self.shape(of: form)
      let behaviour =
        statuses.behaviour(of: index, shape: shape)
        ?? choice.behaviour(for: signal, shape: shape, bounds: bounds)
      return Course(behaviour: behaviour, form: form, bounds: bounds)
    }
  }

  /// The value of one signal, as its device shows it: whole counts, within range and type.
  ///
  /// - Parameters:
  ///   - index: Place of the signal in ``signals``.
  ///   - time: Since the simulation's start.
  /// - Returns: What a client that decodes it should find.
  package func value(_ index: Int, at time: Duration) -> Value {
    for hold in holds[index] ?? [] {
      guard let begin = hold.window.stretch(at: time) else { continue }
      return hold.value ?? movingValue(index, at: begin)
    }
    return movingValue(index, at: time)
  }

  private func movingValue(_ index: Int, at time: Duration) -> Value {
    let course = courses[index]
    if let runTime, runTime.index == index { return course.value(runTime.value(at: time)) }
    let seconds = max(time.inSeconds, 0)
    switch course.behaviour {
    case .flag(let behaviour): return .flag(behaviour(seconds))
    case .text(let behaviour): return .text(course.form.fitted(behaviour(seconds)))
    case .number(let behaviour): return course.value(behaviour(seconds))
    }
  }

  /// The values of all signals, in the order of ``signals``.
  package func values(at time: Duration) -> [Value] {
    signals.indices.map { value($0, at: time) }
  }

  /// The same process with some values stuck; those that do not fit their signal are left out.
  func holding(_ stuck: [StuckValue]) -> ProcessModel {
    var model = self
    for (index, signal) in signals.enumerated() {
      model.holds[index] = stuck.filter { $0.strikes(signal.name) }.compactMap { stuck in
        guard let wanted = stuck.value else { return Hold(window: stuck.window, value: nil) }
        return forced(wanted, on: index).map { Hold(window: stuck.window, value: $0) }
      }
    }
    return model
  }

  /// The same process in a device that restarts at the beginning of each window.
  func restarting(_ restarts: [FaultWindow]) -> ProcessModel {
    var model = self
    model.runTime?.restarts = restarts
    return model
  }

  /// A value as a signal shows it, whatever its range says; nil when its device cannot send it.
  func forced(_ wanted: Value, on index: Int) -> Value? {
    switch (courses[index].form, wanted) {
    case (.field(let field), .text): return field.kind == .text ? wanted : nil
    case (.field(let field), _):
      return field.kind == .text ? nil : wanted.number.map { .real($0) }
    case (.register(let decoding), _):
      guard decoding.registers(for: wanted) != nil else { return nil }
      guard let number = wanted.number, Self.shape(of: courses[index].form).isNumber else {
        return wanted
      }
      let raw = RawNumber(decoding)
      return raw.bounds.contains(number) ? raw.value(number, within: raw.bounds) : nil
    }
  }

  private static func forms(of profile: DeviceProfile) -> [(signal: Signal, form: Form)] {
    switch profile.access {
    case .modbus(let access):
      access.groups.flatMap(\.signals).map { ($0.signal, .register($0.decoding)) }
    case .serial(let access):
      access.groups.flatMap(\.fields).map { ($0.signal, .field($0)) }
    }
  }

  private static func shape(of form: Form) -> SignalShape {
    switch form {
    case .field(let field): field.kind == .text ? .text : .number
    case .register(let decoding):
      switch decoding.type {
      case .string: .text
      case .bool, .bit: .flag
      case _ where !decoding.names.isEmpty: .names(decoding.names)
      default: .number
      }
    }
  }

  private static func bounds(of signal: Signal, form: Form) -> ClosedRange<Double> {
    let possible =
      switch form {
      case .register(let decoding): RawNumber(decoding).bounds
      case .field(let field): field.bounds
      }
    guard let range = signal.range, range.overlaps(possible) else { return possible }
    return range.clamped(to: possible)
  }
}

extension ProcessModel.Course {
  fileprivate func value(_ number: Double) -> Value {
    switch form {
    case .register(let decoding): RawNumber(decoding).value(number, within: bounds)
    case .field(let field):
      field.byteDecoding.map { RawNumber($0).value(number, within: bounds) }
        ?? .real((number.clamped(to: bounds) * 1_000).rounded() / 1_000)
    }
  }
}

extension ProcessModel.Form {
  /// The text, cut to the bytes that the registers hold.
  fileprivate func fitted(_ text: String) -> String {
    guard case .register(let decoding) = self, case .string(let registers) = decoding.type else {
      return text
    }
    var fitted = text
    while fitted.utf8.count > registers * 2 { fitted.removeLast() }
    return fitted
  }
}

extension SerialField {
  /// How a number that is sent as bytes is made of them; nil for a text.
  fileprivate var byteDecoding: ModbusSignal.Decoding? {
    guard case .bytes(let type, _, _) = kind else { return nil }
    return ModbusSignal.Decoding(type: type.registerType, scaling: scaling)
  }

  /// Engineering values that the field can carry.
  fileprivate var bounds: ClosedRange<Double> {
    guard case .bytes(let type, _, _) = kind, let decoding = byteDecoding else {
      return -1e12...1e12
    }
    let raw = RawNumber(decoding)
    let ends: (low: Double, high: Double)? =
      switch type {
      case .int8: (-128, 127)
      case .uint8: (0, 255)
      default: nil
      }
    guard let ends else { return raw.bounds }
    let values = [raw.engineering(ends.low), raw.engineering(ends.high)]
    return min(values[0], values[1])...max(values[0], values[1])
  }
}

extension DeviceProfile {
  /// The signals of each scan group.
  fileprivate var signalGroups: [[Signal]] {
    switch access {
    case .modbus(let access): access.groups.map { $0.signals.map(\.signal) }
    case .serial(let access): access.groups.map { $0.fields.map(\.signal) }
    }
  }
}
