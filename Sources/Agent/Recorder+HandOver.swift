internal import LotBinding
internal import Telemetry

extension Recorder {
  /// Ends the lot before where the next one follows it onto a conveyor; durable when this returns.
  ///
  /// The lot before has entered then, and is still followed until the belt has carried it out.
  ///
  /// - Parameter next: The lot that is to be started.
  /// - Throws: What would be thrown if the lot before had been ended, with nothing recorded, or
  ///   `JournalError`.
  func handOver(to next: LotOrder) throws {
    guard conveyors.nextLotFollows(at: next.place.station),
      let before = bindings.lots.active(at: next.place), before.binding.lot != next.lot
    else { return }
    let now = time.moment()
    var after = bindings
    let end = try after.end(next.place, .handedOver)
    after.apply(Record(seq: before.seq + 1, at: now.wall, content: end.content))
    _ = try after.start(next, now: now.wall)
    _ = try perform { bindings, _ in try bindings.end(next.place, .handedOver) }
  }
}
