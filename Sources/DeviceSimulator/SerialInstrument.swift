package import Profiles
internal import Telemetry

/// What a serial instrument says, as a function of time.
package struct SerialInstrument: Sendable {
  /// One scan group: how it is asked, and what it answers.
  package struct Group: Sendable {
    /// Empty for an instrument that sends by itself.
    package let request: [UInt8]
    package let period: Duration
    let template: PatternTemplate
    let fields: [(capture: String, writer: FieldWriter)]
    /// Place of the group's first field among the model's signals.
    let firstSignal: Int
  }

  package let groups: [Group]
  private let model: ProcessModel
  private let framing: SerialFraming

  /// Times at which a field's values are tried when a way of writing them is sought.
  private static let sampleTimes: [Duration] = (0..<16).map { .seconds(Double($0) * 7.3) }

  /// - Precondition: The profile is that of a serial instrument.
  /// - Throws: ``SimulationError/pattern(profile:group:_:)`` when no text can be made from a
  ///   pattern.
  package init(
    profile: DeviceProfile,
    access: SerialAccess,
    seed: UInt64,
    faults: FaultScript = FaultScript()
  ) throws(SimulationError) {
    let model = ProcessModel(profile: profile, seed: seed)
    var groups: [Group] = []
    var firstSignal = 0
    for group in access.groups {
      do throws(PatternTemplateError) {
        groups.append(try Self.group(group, firstSignal: firstSignal, model: model))
      } catch {
        throw .pattern(profile: profile.name, group: group.name, error)
      }
      firstSignal += group.fields.count
    }
    self.groups = groups
    self.model = model.holding(faults.stuckValues(of: nil))
    framing = access.framing
  }

  /// What a group's frame says at a time since the start, marks and check sum included.
  package func line(of group: Group, at time: Duration) -> [UInt8] {
    framing.frame(Array(group.text(of: model, at: time).utf8))
  }

  /// Another text in place of a line, framed as one.
  func line(of text: String) -> [UInt8] { framing.frame(Array(text.utf8)) }

  private static func group(
    _ group: SerialScanGroup,
    firstSignal: Int,
    model: ProcessModel
  ) throws(PatternTemplateError) -> Group {
    let template = try PatternTemplate(group.pattern, fields: Set(group.fields.map(\.capture)))
    var fields: [(capture: String, writer: FieldWriter)] = []
    for (index, field) in group.fields.enumerated() {
      let samples = sampleTimes.map { model.sample(firstSignal + index, at: $0) }
      fields.append((field.capture, try template.writer(for: field, samples: samples)))
    }
    let made = Group(
      request: group.request,
      period: group.period,
      template: template,
      fields: fields,
      firstSignal: firstSignal
    )
    try made.verify(model, at: sampleTimes)
    return made
  }
}

extension SerialInstrument.Group {
  fileprivate func text(of model: ProcessModel, at time: Duration) -> String {
    let texts = fields.enumerated().map { index, field in
      (field.capture, field.writer.text(model.sample(firstSignal + index, at: time)))
    }
    let byCapture = Dictionary(texts) { first, _ in first }
    return template.text { byCapture[$0] ?? "" }
  }

  /// Makes the lines of some times and matches them with the pattern.
  fileprivate func verify(
    _ model: ProcessModel,
    at times: [Duration]
  ) throws(PatternTemplateError) {
    for time in times {
      let line = text(of: model, at: time)
      guard template.matches(line) else {
        throw .mismatch(pattern: template.pattern, text: line)
      }
    }
  }
}

extension ProcessModel {
  fileprivate func sample(_ index: Int, at time: Duration) -> FieldWriter.Sample {
    let value = value(index, at: time)
    return value.number.map { .number($0) } ?? .text(value.description)
  }
}

extension PatternTemplate {
  fileprivate func writer(
    for field: SerialField,
    samples: [FieldWriter.Sample]
  ) throws(PatternTemplateError) -> FieldWriter {
    for case .field(field.capture, let source, let example) in pieces {
      return try FieldWriter(field: field, source: source, example: example, samples: samples)
    }
    throw .missingField(pattern: pattern, field: field.capture)
  }
}
