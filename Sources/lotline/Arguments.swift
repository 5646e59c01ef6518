internal import ArgumentParser
internal import CommandSupport
internal import MarkedYAML
internal import Settings
internal import StationAPI
internal import Telemetry

extension Identifier {
  /// Reads an argument; what is wrong with it becomes part of the parser's message.
  @Sendable
  static func parsed(_ argument: String) throws -> Self {
    do {
      return try Self(argument)
    } catch {
      // The parser has named the argument and its value already.
      throw ValidationError(error.reason)
    }
  }
}

extension Duration {
  /// Reads an argument as a file would have it: `5ms`, `0.4ms`, `1s`.
  static func argument(
    in bounds: ClosedRange<Duration>,
    such example: String
  ) -> @Sendable (String) throws -> Duration {
    { argument in
      let kind = ScalarKind<Duration>.duration(in: bounds)
      do {
        return try kind.read(YAMLScalar(text: argument, isPlain: true, mark: .start))
      } catch {
        throw ValidationError("write \(kind.expected), such as \(example)")
      }
    }
  }
}

extension UnitID {
  /// Reads a unit of the command line.
  init(argument: some StringProtocol) throws {
    guard let unit = UInt8(argument).flatMap({ UnitID($0) }) else {
      throw CommandFailure(.usage, "'\(argument)' is not a unit: use 1 to 247, or 255 on TCP")
    }
    self = unit
  }
}

/// A number and its noun: `1 device`, `2 devices`.
func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
  "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}

/// Whether a program reads the answer.
struct OutputOption: ParsableArguments {
  @Flag(name: .long, help: "Print JSON for programs.")
  var json = false

  /// Prints a document as JSON, or as text for people.
  func print(_ document: some Encodable, text: @autoclosure () -> String) throws {
    if json { try Terminal.json(document) } else { Terminal.line(text()) }
  }

  /// What is doubtful, a line each, with a line break before it.
  static func lines(_ notes: [BindingNote]?) -> String {
    (notes ?? []).map { "\nNote: \($0.sentence). [\($0.code)]" }.joined()
  }

  /// Prints what a command recorded.
  func print(_ receipt: Receipt) throws {
    try print(
      receipt,
      text: "Recorded (\(receipt.seq), \(receipt.at)): \(receipt.summary)."
        + Self.lines(receipt.notes)
    )
  }
}

/// Reads an agent's configuration for a command that needs it whole.
func agentSettings(_ path: String) throws -> AgentSettings {
  do {
    return try AgentSettings.load(path)
  } catch {
    throw CommandFailure(.configuration, "\(error)")
  }
}
