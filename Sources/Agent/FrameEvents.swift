internal import Acquisition
internal import Telemetry

extension SignalsChange {
  /// What the journal says of it.
  var event: Event {
    let kind: Event.Kind =
      switch kind {
      case .refused: .signalsRefused
      case .answered: .signalsAnswered
      }
    return Event(kind, device: group.device, detail: detail)
  }
}

extension FrameWatch.Change {
  /// What the journal says of it.
  var event: Event {
    switch self {
    case .frozen(let group, let still):
      Event(
        .deviceFrozen,
        device: group.device,
        detail: "group \(group.group) has said the same for \(Self.seconds(still)); "
          + "its readings are bad until something moves"
      )
    case .moving(let group, let still):
      Event(
        .deviceMoving,
        device: group.device,
        detail: "group \(group.group) moves again after \(Self.seconds(still))"
      )
    case .restarted(let device, let signal, let from, let to, let settle):
      Event(
        .deviceRestarted,
        device: device,
        detail: "\(signal) fell from \(from) to \(to); readings are bad for "
          + (settle > .zero ? Self.seconds(settle) : "this scan")
      )
    }
  }

  private static func seconds(_ duration: Duration) -> String {
    "\(Int(duration.inSeconds.rounded())) s"
  }
}
