internal import ArgumentParser
internal import Genealogy

/// `lotline-hub`: takes the agents' journals and answers which lots went into what.
@main
struct LotlineHub: AsyncParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "lotline-hub",
    abstract: "Receives the journals of lotline agents and traces lots.",
    discussion: """
      Start the hub with "serve". The other commands read its database, whether or not it runs.

      Exit codes:
        0   done
        1   failed
        2   verify found something wrong
        64  the command line is wrong
        65  the database is damaged or not a hub's
        66  there is no such lot, or no such database
        69  the address or the database is in use
        73  the database cannot be opened or created
        78  the configuration file is wrong

      Colours are left out when NO_COLOR is set or the output is not a terminal.
      """,
    version: version,
    subcommands: [
      ServeCommand.self, TraceCommand.self, LotsCommand.self, AgentsCommand.self,
      VerifyCommand.self, RebuildCommand.self,
    ]
  )

  /// Whatever goes wrong ends here, as a sentence and an exit code.
  static func main() async {
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch let failure as Failure {
      failure.end()
    } catch {
      end(parsing: error)
    }
  }

  private static func end(parsing error: any Error) -> Never {
    let code = exitCode(for: error).rawValue
    if code == 0 {
      Terminal.out(fullMessage(for: error))
      Terminal.exit(0)
    }
    if let failure = Failure(error) { failure.end() }
    if let hint = mistypedCommand { Failure(.usage, hint).end() }
    Terminal.err(fullMessage(for: error))
    Terminal.exit(code)
  }

  /// A sentence about a first argument that is no command.
  private static var mistypedCommand: String? {
    let names = configuration.subcommands.compactMap { $0.configuration.commandName }
    guard let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-"),
      word != "help", !names.contains(word)
    else { return nil }
    let near = NearNames.of(word, among: names, limit: 1).first
    let hint =
      near.map { "did you mean \"\($0)\"?" } ?? "there are \(names.joined(separator: ", "))"
    return "there is no command \"\(Words.safe(word))\"; \(hint) See lotline-hub --help."
  }
}
