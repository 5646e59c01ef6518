internal import ArgumentParser
internal import CommandSupport
internal import StationAPI
internal import Telemetry

extension StationID: ExpressibleByArgument {
  init?(argument: String) { try? self.init(argument) }
}

extension LotID: ExpressibleByArgument {
  init?(argument: String) { try? self.init(argument) }
}

extension Label: ExpressibleByArgument {
  init?(argument: String) { try? self.init(argument) }
}

/// Whether a program reads the answer.
struct OutputOption: ParsableArguments {
  @Flag(name: .long, help: "Print JSON for programs.")
  var json = false

  /// Prints a document as JSON, or as text for people.
  func print(_ document: some Encodable, text: @autoclosure () -> String) throws {
    if json { try Terminal.json(document) } else { Terminal.line(text()) }
  }

  /// Prints what a command recorded.
  func print(_ receipt: Receipt) throws {
    try print(receipt, text: "Recorded (\(receipt.seq), \(receipt.at)): \(receipt.summary).")
  }
}
