internal import ArgumentParser
internal import CommandSupport
internal import JournalExport
internal import JournalStore
internal import MarkedYAML
internal import Telemetry

/// Which readings and events of a journal are meant.
struct SelectionOptions: ParsableArguments {
  @Option(
    name: .customLong("lot"),
    help: "Only of this lot; can be given several times, as the others can.",
    transform: LotID.parsed
  )
  var lots: [LotID] = []
  @Option(name: .customLong("station"), help: "Only at this station.", transform: StationID.parsed)
  var stations: [StationID] = []
  @Option(name: .customLong("device"), help: "Only of this device.", transform: DeviceID.parsed)
  var devices: [DeviceID] = []
  @Option(
    name: .customLong("signal"),
    help: ArgumentHelp("Only this signal; * stands for anything.", valueName: "name")
  )
  var signals: [String] = []

  var selection: ReadingSelection {
    var selection = ReadingSelection()
    selection.lots = Set(lots)
    selection.stations = Set(stations)
    selection.devices = Set(devices)
    selection.signals = signals.map(SignalPattern.init)
    return selection
  }

  /// The record after which those of the lots begin; 0 where any lot is meant.
  ///
  /// - Throws: `CommandFailure` for a lot that was never started at this agent.
  func start(in reader: JournalReader) throws -> Int {
    var first: Int?
    for lot in lots {
      guard let seq = try reader.firstBinding(of: lot) else {
        let near = Suggestion.nearest(to: lot.text, among: try reader.lots(limit: 10_000))
        throw CommandFailure(
          .notFound,
          "no record of this journal says that lot \(lot) was started"
            + (near.map { "; did you mean \($0)?" } ?? "; see lotline export --events")
        )
      }
      first = min(first ?? seq, seq)
    }
    return first.map { $0 - 1 } ?? 0
  }
}
