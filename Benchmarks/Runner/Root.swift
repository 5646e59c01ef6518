internal import ArgumentParser

/// Measures every figure that the README states, one subcommand each.
@main
struct Benchmarks: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lotline-benchmarks",
    abstract: "Measures the figures that the README states.",
    discussion: "Build with -c release; Benchmarks/run does both.",
    subcommands: [
      PollFigures.self, LineFigures.self, JournalFigures.self, ArchiveFigures.self,
      AgentFigures.self, IntakeFigures.self, RecountFigures.self, PieceFigures.self,
      ProfilesFigures.self, BindingFigures.self, ScanFigures.self,
    ]
  )
}
