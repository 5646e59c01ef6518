internal import ArgumentParser
internal import CommandSupport
internal import Genealogy
internal import HubStore
internal import Telemetry

struct TraceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Show what went into a lot or device, how each was made, and where it went.",
    discussion: """
      For each lot: stations, times, operators, programs, and of each signal the least, mean and \
      greatest reading, how many there are and how many are bad, and why.

      A serial number or a UDI, with brackets as on its label, leads to its lot; then only what \
      is recorded of that piece, or of the lot as a whole, is shown. Where it was scanned at a \
      station, what was read of it alone comes first. Corrections that were made since count.

      EXAMPLES
        lotline-hub trace PM-500 --config Config/hub.yaml
        lotline-hub trace "(01)04012345678901(21)S-0001" --config Config/hub.yaml
        lotline-hub trace PM-500 --serial S-0001 --config Config/hub.yaml
      As the records say, without corrections:
        lotline-hub trace PM-500 --as-recorded
      """
  )

  @Argument(help: "A lot (a device's, a board's, a material's), a serial number or a UDI.")
  var lot: String

  @Option(help: "Only this piece of the lot.")
  var serial: String?

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
      let trace = try await trace(reader)
      if json {
        try Terminal.json(trace)
      } else {
        Terminal.line(TraceReport(trace, style: .terminal).text)
      }
    }
  }

  private var basis: TraceBasis { asRecorded ? .recorded : .corrected }

  private func trace(_ reader: HubReader) async throws -> LotTrace {
    let name: LotID
    let piece: Label?
    do {
      name = try LotID(lot)
      piece = try serial.map { try Label($0) }
    } catch let error as IdentifierError {
      throw CommandFailure(.usage, "\(error)")
    }
    let found = try await reader.find(
      name,
      serial: piece,
      at: SystemTime().now(),
      upwards: !noUp,
      as: basis
    )
    switch found {
    case .trace(let trace): return trace
    case .pieces(let pieces):
      let choices = pieces.map { piece in
        "lotline-hub trace \(piece.lot)" + (piece.serial.map { " --serial \($0)" } ?? "")
      }
      throw CommandFailure(
        .usage,
        Words.safe("\(lot) means several pieces; say which: \(choices.joined(separator: ", or "))")
      )
    case .nothing(let near):
      let hint =
        near.isEmpty
        ? "it may not have reached the hub yet; see lotline-hub lots"
        : "did you mean \(near.joined(separator: ", "))?"
      throw CommandFailure(.notFound, Words.safe("no record names lot \(name); \(hint)"))
    }
  }
}
