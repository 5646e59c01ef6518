package import Telemetry

/// Which lot each station works on.
package struct Lots: Sendable, Hashable {
  /// A binding in force.
  package struct Active: Sendable, Hashable {
    package let seq: Int
    package let since: Instant
    package let binding: Binding
  }

  private var active: [StationID: Active] = [:]
  private var spans: [StationID: [Span]] = [:]

  /// From when on which binding is in force, on the monotonic clock, which no clock step disturbs.
  private struct Span: Sendable, Hashable {
    let from: Duration
    let binding: Int?
  }

  /// Changes that are remembered for each station: enough for scans that are still on their way.
  private static let rememberedSpans = 8

  init() {}

  /// The binding in force at a station, or nil.
  package func active(at station: StationID) -> Active? { active[station] }

  /// See ``Bindings/inForce(at:uptime:)``.
  func inForce(at station: StationID, uptime: Duration) -> Int? {
    guard let spans = spans[station] else { return active[station]?.seq }
    return (spans.last { $0.from <= uptime } ?? spans[0]).binding
  }

  mutating func apply(_ record: Record, uptime: Duration?) {
    switch record.content {
    case .binding(let binding):
      remember(record.seq, at: binding.station, from: uptime)
      active[binding.station] = Active(seq: record.seq, since: record.at, binding: binding)
    case .bindingEnd(let end):
      remember(nil, at: end.station, from: uptime)
      active[end.station] = nil
    default: break
    }
  }

  private mutating func remember(_ binding: Int?, at station: StationID, from uptime: Duration?) {
    guard let uptime else { return }
    var changes =
      spans[station] ?? [Span(from: .seconds(Int64.min / 2), binding: active[station]?.seq)]
    changes.append(Span(from: uptime, binding: binding))
    spans[station] = changes.suffix(Self.rememberedSpans)
  }

  func start(_ binding: Binding) throws(BindingError) -> Judgement {
    if let current = active[binding.station] {
      throw .busy(binding.station, lot: current.binding.lot, since: current.since)
    }
    return Judgement(.binding(binding))
  }

  func end(_ station: StationID) throws(BindingError) -> Judgement {
    guard let current = active[station] else { throw .idle(station) }
    let end = BindingEnd(station: station, lot: current.binding.lot, binding: current.seq)
    return Judgement(.bindingEnd(end))
  }
}
