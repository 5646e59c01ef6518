internal import LotBinding
internal import Telemetry

extension Recorder {
  /// The end of the lot before, where the next one follows it onto a conveyor; nil where none does.
  ///
  /// The lot before has entered then, and is still followed until the belt has carried it out.
  func handOver(to next: LotOrder) throws -> Record.Content? {
    guard conveyors.nextLotFollows(at: next.place.station),
      let before = bindings.lots.active(at: next.place), before.binding.lot != next.lot
    else { return nil }
    return try bindings.end(next.place, .handedOver).content
  }
}

extension Bindings {
  /// As they are once a record is written, for what is judged before that.
  func after(_ record: Record) -> Bindings {
    var after = self
    after.apply(record)
    return after
  }
}
