internal import MarkedYAML
internal import Telemetry

/// Reads which frames of a group are recorded, and which are believed.
struct FrameRulesReader {
  private let fields: FieldReader

  init(_ fields: FieldReader) { self.fields = fields }

  /// The rules of the group; one that is shorter than `period` is a finding.
  func rules(period: Duration?) -> FrameRules {
    FrameRules(
      heartbeat: duration(
        GroupShape.heartbeat,
        atLeast: period,
        "would leave nothing out; write a longer one, or remove it"
      ),
      movesWithin: duration(
        GroupShape.movesWithin,
        atLeast: period,
        "would find every frame frozen; write the longest time that the device can stand still"
      )
    )
  }

  private func duration(
    _ key: Key<Duration>,
    atLeast period: Duration?,
    _ advice: String
  ) -> Duration? {
    guard let stated = fields.value(key) else { return nil }
    if let period, stated.value < period {
      fields.log.add(
        .outOfBounds,
        at: stated.mark,
        "\"\(key.name)\" is shorter than \"period\" and \(advice)"
      )
    }
    return stated.value
  }
}

/// Reads how a restart of the device is told.
struct RestartReader {
  private let fields: FieldReader

  init(_ fields: FieldReader) { self.fields = fields }

  /// The rule, whose signal must be a number of the device.
  func rule(for access: DeviceProfile.Access?) -> RestartRule? {
    guard let section = fields.mapping(ProfileShape.restart) else { return nil }
    let signal = section.value(RestartShape.signal)
    let settle = section.value(RestartShape.settle)
    let wrapsAt = section.value(RestartShape.wrapsAt)
    section.finish()
    guard let signal else { return nil }
    // What is wrong with the signals themselves comes first.
    if let access, !fields.log.hasErrors { check(signal, in: access) }
    return RestartRule(
      signal: signal.value,
      settle: settle?.value ?? .zero,
      wrapsAt: wrapsAt?.value.double
    )
  }

  private func check(_ signal: Marked<String>, in access: DeviceProfile.Access) {
    let numbers = access.numbers
    switch numbers[signal.value] {
    case true?: break
    case false?:
      fields.log.add(
        .contradiction,
        at: signal.mark,
        "\(signal.value) is not a number, which alone can fall; name a counter or run time"
      )
    case nil:
      let known = numbers.filter(\.value).keys.sorted()
      fields.log.add(
        .unknownName,
        at: signal.mark,
        "\"restart\": there is no signal \"\(signal.value)\"; "
          + Suggestion.text(for: signal.value, among: known, noun: "the numbers are")
      )
    }
  }
}

extension DeviceProfile.Access {
  /// Every signal, and whether it is a number.
  fileprivate var numbers: [String: Bool] {
    let signals: [(String, Bool)] =
      switch self {
      case .modbus(let access):
        access.groups.flatMap(\.signals).map { ($0.signal.name, $0.decoding.isNumber) }
      case .serial(let access):
        access.groups.flatMap(\.fields).map { ($0.signal.name, $0.kind != .text) }
      }
    return Dictionary(signals) { first, _ in first }
  }
}

extension ModbusSignal.Decoding {
  fileprivate var isNumber: Bool {
    switch type {
    case .bool, .bit, .string: false
    default: names.isEmpty
    }
  }
}
