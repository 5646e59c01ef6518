internal import ArgumentParser
internal import CommandSupport
internal import StationAPI

struct ReloadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload",
    abstract:
      "Have the agent read its configuration and profiles anew, and apply what has changed.",
    discussion: """
      Everything is checked first, as `lotline config check` does. When something is wrong, or needs \
      a restart, every finding is printed and the agent goes on as before. Otherwise only the buses \
      that have changed are stopped and started; all others lose nothing.

      The agent reads the file that it was started with. SIGHUP does the same; what came of it is \
      then in its log.
      """
  )

  @OptionGroup var agent: AgentOption
  @OptionGroup var output: OutputOption

  func run() async throws {
    do {
      let receipt = try await AgentClient(agent).reload()
      try output.print(receipt, text: Self.text(receipt))
    } catch let problem as Problem {
      let findings = problem.findings ?? []
      try output.print(
        Findings(findings: findings),
        text: findings.map(\.description).joined(separator: "\n")
      )
      throw ExitCode(ExitStatus.findings.rawValue)
    }
  }

  private static func text(_ receipt: ReloadReceipt) -> String {
    guard let seq = receipt.seq else { return "Nothing to apply: \(receipt.summary)." }
    return "Applied (\(seq), \(receipt.at)): \(receipt.summary)."
  }

  /// The findings as the checks print them.
  private struct Findings: Encodable {
    let schema = 1
    let findings: [ProblemFinding]
  }
}
