package import ArgumentParser
internal import Glibc
internal import MarkedYAML

/// Runs a program's command, and maps whatever is thrown to a message and an exit status.
package enum CommandRunner {
  /// Parses the command line, runs the command and ends the process.
  package static func main<Root: AsyncParsableCommand>(_ root: Root.Type) async -> Never {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let command: any ParsableCommand
    do {
      command = try Root.parseAsRoot(arguments)
    } catch {
      if let hint = suggestion(for: arguments, in: root) { Terminal.error(hint) }
      Root.exit(withError: error)
    }
    do {
      try await run(command)
      exit(ExitStatus.ok.rawValue)
    } catch let failure as CommandFailure {
      Terminal.error("\(root.configuration.commandName ?? ""): \(failure.description)")
      exit(failure.status.rawValue)
    } catch let code as ExitCode {
      // The command has said everything itself.
      exit(code.rawValue)
    } catch  where root.exitCode(for: error) != .failure {
      // The parser's own: help, version, a value that does not fit.
      root.exit(withError: error)
    } catch {
      Terminal.error("\(root.configuration.commandName ?? ""): \(error)")
      exit(ExitStatus.failed.rawValue)
    }
  }

  private static func run(_ command: any ParsableCommand) async throws {
    var command = command
    if var asynchronous = command as? any AsyncParsableCommand {
      try await asynchronous.run()
    } else {
      try command.run()
    }
  }

  /// A mistyped subcommand's likely meaning; ArgumentParser suggests only options.
  private static func suggestion<Root: ParsableCommand>(
    for arguments: [String],
    in root: Root.Type
  ) -> String? {
    var command: any ParsableCommand.Type = root
    for argument in arguments {
      if argument.hasPrefix("-") || command.configuration.subcommands.isEmpty { return nil }
      let known = command.configuration.subcommands.map { ($0, name(of: $0)) }
      if let match = known.first(where: { $0.1 == argument }) {
        command = match.0
        continue
      }
      guard let near = Suggestion.nearest(to: argument, among: known.map(\.1)) else {
        return "There is no '\(argument)'; there is: \(known.map(\.1).joined(separator: ", "))."
      }
      return "There is no '\(argument)'. Did you mean '\(near)'?"
    }
    return nil
  }

  private static func name(of command: any ParsableCommand.Type) -> String {
    command.configuration.commandName ?? String(describing: command).lowercased()
  }
}
