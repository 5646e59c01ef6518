internal import ArgumentParser
internal import CommandSupport
internal import Genealogy
internal import HubStore
internal import Telemetry

struct TraceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Show what went into a lot, how each was made, and where it went.",
    discussion: """
      For each lot: stations, times, operators, programs, and of each signal the least, mean and \
      greatest reading, how many there are and how many are bad, and why.

      EXAMPLES
        lotline-hub trace PM-500 --config Config/hub.yaml
      Corrections that were made since count; without them it is as the records say:
        lotline-hub trace PM-500 --as-recorded
      """
  )

  @Argument(help: "The lot: a device's, a board's, a material's.")
  var lot: String

  @OptionGroup var source: DatabaseOptions

  @Flag(help: "Print JSON.")
  var json = false

  @Flag(name: .customLong("no-up"), help: "Leave out where the lot went.")
  var noUp = false

  @Flag(help: "Show what was recorded, without the corrections made since.")
  var asRecorded = false

  func run() async throws {
    try await CommandFailure.mapping {
      let reader = try source.reader()
      let lot: LotID
      do {
        lot = try LotID(self.lot)
      } catch {
        throw CommandFailure(.usage, "\(error)")
      }
      guard
        let trace = try await reader.trace(
          lot,
          at: SystemTime().now(),
          upwards: !noUp,
          as: asRecorded ? .recorded : .corrected
        )
      else {
        throw CommandFailure(.notFound, try await unknown(lot, reader))
      }
      if json {
        try Terminal.json(trace)
      } else {
        Terminal.line(TraceReport(trace, style: .terminal).text)
      }
    }
  }

  private func unknown(_ lot: LotID, _ reader: HubReader) async throws -> String {
    let near = try await reader.lots(near: lot.text)
    let hint =
      near.isEmpty
      ? "it may not have reached the hub yet; see lotline-hub lots"
      : "did you mean \(near.joined(separator: ", "))?"
    return Words.safe("no record names lot \(lot); \(hint)")
  }
}
