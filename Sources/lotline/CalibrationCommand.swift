internal import ArgumentParser
internal import CommandSupport
internal import StationAPI
internal import Telemetry

struct CalibrationCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibration",
    abstract: "Record calibrations of instruments, and see which are due.",
    discussion: """
      Which signals come from an instrument is said by `instrument` and `instruments` \
      in agent.yaml, or by `calibration` in the device's profile.
      """,
    subcommands: [
      CalibrationRecordCommand.self, CalibrationListCommand.self, CalibrationShowCommand.self,
    ]
  )
}

struct CalibrationRecordCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Record that an instrument was calibrated.",
    discussion: """
      Of a day it is not known when the instrument was out of use: where it was found out of \
      tolerance, what was measured on that day is in doubt, too.

      EXAMPLE
        lotline calibration record O2-17 --performed 2026-11-20 --due 2027-11-20 \\
          --as-found in --certificate K-2611 --laboratory "Testo D-K-15070" --by ines
      """
  )

  @Argument(help: "The instrument, as the configuration names it.", transform: Label.parsed)
  var instrument: Label
  @Option(help: "When it was calibrated: a day, or a time.", transform: DayOrTime.parsed)
  var performed: DayOrTime
  @Option(help: "Until when that holds: a day, or a time.", transform: Instant.dayOrTime)
  var due: Instant
  @Option(
    help: "How it was found: in or out of tolerance, or unknown.",
    transform: Calibration.Finding.parsed
  )
  var asFound: Calibration.Finding
  @Option(
    help: "How it was left, where it was adjusted: in, out or unknown.",
    transform: Calibration.Finding.parsed
  )
  var asLeft: Calibration.Finding?
  @Option(help: "The certificate's number.", transform: Label.parsed) var certificate: Label?
  @Option(help: ArgumentHelp("Its file, of which the SHA-256 is recorded.", valueName: "file"))
  var certificateFile: String?
  @Option(help: "Who calibrated it, and the accreditation number.", transform: Label.parsed)
  var laboratory: Label?
  @Option(help: "Who records this.", transform: Label.parsed) var by: Label
  @Option(help: "Errors found, uncertainty, reference standard, in words.") var detail: String?
  @OptionGroup var agent: AgentOption
  @OptionGroup var output: OutputOption

  func run() async throws {
    let calibration = Calibration(
      instrument: instrument,
      certificate: certificate,
      sha256: try certificateFile.map(CertificateOptions.hash),
      performed: performed.start,
      performedUntil: performed.end,
      due: due,
      asFound: asFound,
      asLeft: asLeft,
      laboratory: laboratory,
      by: by,
      detail: detail
    )
    try output.print(try await AgentClient(agent).send(calibration, to: "/v1/calibrations"))
  }
}

struct CalibrationListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the instruments, and whether they can be relied on."
  )

  @OptionGroup var agent: AgentOption
  @OptionGroup var output: OutputOption

  func run() async throws {
    let status = try await AgentClient(agent).get("/v1/status", as: AgentStatus.self)
    let instruments = status.instruments ?? []
    try output.print(instruments, text: InstrumentText.list(instruments))
  }
}

struct CalibrationShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show an instrument's calibrations, and the lots that a failed one puts in doubt.",
    discussion: """
      When an instrument was found out of tolerance, every lot counts that was at a \
      station of the instrument at any moment since the last good calibration. The \
      hub says the same of all agents: lotline-hub instrument NAME.
      """
  )

  @Argument(help: "The instrument, as the configuration names it.", transform: Label.parsed)
  var instrument: Label
  @OptionGroup var agent: AgentOption
  @OptionGroup var output: OutputOption

  func run() async throws {
    let path = "/v1/instruments/\(PercentEncoding.encode(instrument.text))"
    let report = try await AgentClient(agent).get(path, as: InstrumentReport.self)
    try output.print(report, text: InstrumentText.report(report))
  }
}

extension Calibration.Finding {
  /// Reads an argument.
  @Sendable
  static func parsed(_ argument: String) throws -> Self {
    guard let finding = Self(rawValue: argument.lowercased()) else {
      throw ValidationError("use in, out or unknown")
    }
    return finding
  }
}
