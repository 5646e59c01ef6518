internal import ArgumentParser
internal import CommandSupport
internal import FoundationEssentials
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
    guard json else {
      Terminal.line(text())
      return
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    Terminal.line(String(decoding: try encoder.encode(document), as: UTF8.self))
  }

  /// Prints what a command recorded.
  func print(_ receipt: Receipt) throws {
    try print(receipt, text: "Recorded (\(receipt.seq), \(receipt.at)): \(receipt.summary).")
  }
}
