internal import Fieldbus
package import Profiles
internal import Telemetry

/// What a serial instrument says, as a function of time.
package struct SerialInstrument: Sendable {
  /// One scan group, or the identification: how it is asked, and what it answers.
  package struct Group: Sendable {
    /// Empty for an instrument that sends by itself.
    package let request: [UInt8]
    package let period: Duration
    let content: SerialContent
    /// Place of the group's first field among the model's signals.
    let firstSignal: Int
  }

  /// Those of the profile in its order, then the identification, when it states one.
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
        let places = firstSignal..<(firstSignal + group.fields.count)
        let samples = Self.sampleTimes.map { time in places.map { model.sample($0, at: time) } }
        groups.append(
          Group(
            request: group.request,
            period: group.period,
            content: try SerialContent(group, framing: access.framing, samples: samples),
            firstSignal: firstSignal
          )
        )
      } catch {
        throw .pattern(profile: profile.name, group: group.name, error)
      }
      firstSignal += group.fields.count
    }
    if let identification = access.identification {
      do throws(PatternTemplateError) {
        groups.append(try Group(identification, framing: access.framing))
      } catch {
        throw .pattern(profile: profile.name, group: "identify", error)
      }
    }
    self.groups = groups
    self.model = model.holding(faults.stuckValues(of: nil))
      .restarting(faults.restarts(of: nil))
    framing = access.framing
  }

  /// What a group's frame says at a time since the start, marks and check sum included.
  package func line(of group: Group, at time: Duration) -> [UInt8] {
    let places = group.firstSignal..<(group.firstSignal + group.content.fieldCount)
    return framing.frame(group.content.bytes(places.map { model.sample($0, at: time) }))
  }

  /// Another text in place of a line, framed as one.
  func line(of text: String) -> [UInt8] { framing.frame(Array(text.utf8)) }
}

extension SerialInstrument.Group {
  /// The answer to the question what the instrument is.
  fileprivate init(
    _ identification: SerialIdentification,
    framing: SerialFraming
  ) throws(PatternTemplateError) {
    let group = SerialScanGroup(
      name: "identify",
      period: .seconds(1),
      request: identification.request,
      timeout: .seconds(1),
      pattern: identification.answer,
      fields: []
    )
    request = group.request
    period = group.period
    content = try SerialContent(group, framing: framing, samples: [[]])
    firstSignal = 0
  }
}

extension ProcessModel {
  fileprivate func sample(_ index: Int, at time: Duration) -> FieldWriter.Sample {
    let value = value(index, at: time)
    return value.number.map { .number($0) } ?? .text(value.description)
  }
}
