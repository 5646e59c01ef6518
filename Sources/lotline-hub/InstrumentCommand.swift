internal import ArgumentParser
internal import CommandSupport
internal import Genealogy
internal import HubStore
internal import Telemetry

struct InstrumentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "instrument",
    abstract: "Show an instrument's calibrations, and the lots that a failed one puts in doubt.",
    discussion: """
      When an instrument was found out of tolerance, every lot counts of which readings of \
      it are recorded since its last good calibration (ISO 13485, 7.6). Without a name, the \
      instruments are listed.

      EXAMPLE
        lotline-hub instrument O2-17 --config Config/hub.yaml
      """
  )

  @Argument(help: "The instrument, as the agents' configurations name it.")
  var name: String?

  @OptionGroup var source: DatabaseOptions

  @Flag(help: "Print JSON.")
  var json = false

  private struct List: Encodable {
    var schema = 1
    let instruments: [String]
  }

  func run() async throws {
    try await CommandFailure.mapping {
      let reader = try source.reader()
      let names = try await reader.instruments()
      guard let name else {
        if json { return try Terminal.json(List(instruments: names)) }
        return Terminal.line(
          names.isEmpty
            ? "No signal names an instrument yet." : names.map(Words.safe).joined(separator: "\n")
        )
      }
      guard let label = try? Label(name), let trace = try await reader.instrument(label) else {
        let near = NearNames.of(name, among: names)
        let hint = near.isEmpty ? "" : "; did you mean \(near.joined(separator: ", "))?"
        throw CommandFailure(.notFound, Words.safe("no record names instrument \(name)\(hint)"))
      }
      if json { try Terminal.json(trace) } else { Terminal.line(trace.text) }
    }
  }
}
