internal import ArgumentParser
internal import CommandSupport
internal import StationAPI
internal import Telemetry

struct MaterialCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "material",
    abstract: "Load and unload material lots at a station.",
    discussion: "What is loaded while a lot is made is consumed by that lot.",
    subcommands: [MaterialLoadCommand.self, MaterialUnloadCommand.self]
  )
}

struct MaterialLoadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Record that a material lot stands ready at a station.",
    discussion: """
      What was said of a lot when it was loaded before (kind, part, expiry, \
      certificate, floor life) need not be said again. Dates hold to the end of that \
      day in UTC; a time is written 2026-11-29T14:30:00Z.

      EXAMPLES
        lotline material load reflow-1 PASTE-0931 --material "SAC305 paste T4" \\
          --kind paste --expires 2027-05-31 --floor-life 480
        lotline material load reflow-1 BARE-12 --material "PCB 4711 rev C" \\
          --quantity 240 --certificate 5521 --certificate-type 3.1 \\
          --certificate-revision B --certificate-file 5521-B.pdf
      """
  )

  @Argument(help: "The station, as the configuration names it.", transform: StationID.parsed)
  var station: StationID
  @Argument(help: "The material lot.", transform: LotID.parsed) var lot: LotID
  @Option(help: "What it is: bare board, solder paste, a component.", transform: Label.parsed)
  var material: Label
  @Option(help: "Its sort, in the plant's words: board, paste, gas.", transform: Label.parsed)
  var kind: Label?
  @Option(help: "Its part number.", transform: Label.parsed) var part: Label?
  @Option(help: "How much; pieces unless --unit says otherwise.") var quantity: Double?
  @Option(help: "Unit of the quantity, as a UCUM code: g, mL, m3.") var unit: String?
  @Option(help: "The day on which it expires, or the time.", transform: Instant.dayOrTime)
  var expires: Instant?
  @Option(
    help: "When it was opened or warmed; now, unless said.",
    transform: Instant.startOfDayOrTime
  )
  var opened: Instant?
  @Option(help: ArgumentHelp("Minutes it may be used from then on.", valueName: "minutes"))
  var floorLife: Int?
  @Option(name: .customLong("operator"), help: "Who loads it.", transform: Label.parsed)
  var operatorName: Label?
  @OptionGroup var certificates: CertificateOptions
  @OptionGroup var agent: AgentOption
  @OptionGroup var output: OutputOption

  func validate() throws {
    if let quantity, !(quantity.isFinite && quantity > 0) {
      throw ValidationError("The quantity must be a number above zero.")
    }
    if let floorLife, floorLife < 1 {
      throw ValidationError("The floor life must be a minute at least.")
    }
  }

  func run() async throws {
    let command = LoadMaterial(
      lot: lot,
      material: material,
      kind: kind,
      part: part,
      operatorName: operatorName,
      certificate: certificates.plain,
      certificateReference: try certificates.reference(),
      quantity: quantity,
      unit: unit,
      expires: expires,
      opened: opened,
      floorLifeMinutes: floorLife
    )
    try output.print(
      try await AgentClient(agent).send(command, to: "/v1/stations/\(station)/materials")
    )
  }
}

struct MaterialUnloadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unload",
    abstract: "Record that a material lot is no longer at a station.",
    discussion: """
      EXAMPLE
        lotline material unload reflow-1 PASTE-0931 --reason empty --remaining 0
      """
  )

  @Argument(help: "The station, as the configuration names it.", transform: StationID.parsed)
  var station: StationID
  @Argument(help: "The material lot.", transform: LotID.parsed) var lot: LotID
  @Option(help: "Why: empty, changeover, expired.", transform: Label.parsed) var reason: Label?
  @Option(help: "How much is left, in the unit in which it was loaded.") var remaining: Double?
  @Option(name: .customLong("operator"), help: "Who takes it away.", transform: Label.parsed)
  var operatorName: Label?
  @OptionGroup var agent: AgentOption
  @OptionGroup var output: OutputOption

  func validate() throws {
    if let remaining, !(remaining.isFinite && remaining >= 0) {
      throw ValidationError("What is left must be a number, 0 or above.")
    }
  }

  func run() async throws {
    let lot = PercentEncoding.encode(lot.text)
    let command = UnloadMaterial(operatorName: operatorName, reason: reason, remaining: remaining)
    let path = "/v1/stations/\(station)/materials/\(lot)/unload"
    try output.print(try await AgentClient(agent).send(command, to: path))
  }
}
