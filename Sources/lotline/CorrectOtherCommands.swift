internal import ArgumentParser
internal import CommandSupport
internal import StationAPI
internal import Telemetry

struct OperatorPresenceCorrection: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "operator",
    abstract: "An operator was at a station without having signed on, or was gone.",
    discussion: """
      Without --to, --not-there lasts until the operator was signed off, and --there until the \
      operator signed on.
      """
  )

  enum Presence: String, EnumerableFlag {
    case there, notThere
  }

  @Argument(help: "The station.", transform: StationID.parsed) var station: StationID
  @Argument(help: "Name or badge.", transform: Label.parsed) var name: Label
  @Flag(help: "Whether the operator was there.") var presence: Presence
  @Option(help: "From when on.", transform: Instant.parsed) var from: Instant
  @Option(help: "Until when.", transform: Instant.parsed) var to: Instant?
  @OptionGroup var maker: CorrectionMaker

  func run() async throws {
    var order = maker.order(.presence)
    (order.station, order.operatorName, order.wasThere) = (station, name, presence == .there)
    (order.from, order.to) = (from, to)
    try await maker.send(order)
  }
}

struct MaterialCorrection: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "material",
    abstract: "Material came or went at another time, was another lot, or never was there.",
    discussion: """
      What was said of a material lot when it was loaded before need not be said again.

      EXAMPLES
        It was loaded at 07:30 and scanned later:
          lotline correct material reflow-1 PASTE-9 --from 07:30 --by mara --reason …
        It was gone at 09:00 and unloaded later:
          lotline correct material reflow-1 PASTE-9 --to 09:00 --by mara --reason …
        It was there and nobody scanned it:
          lotline correct material reflow-1 PASTE-9 --from 07:30 --to 09:00 \\
            --material "SAC305 paste" --by mara --reason …
        It was another lot:
          lotline correct material reflow-1 PASTE-9 --really PASTE-10 --by mara --reason …
      """
  )

  @Argument(help: "The station.", transform: StationID.parsed) var station: StationID
  @Argument(help: "The material lot.", transform: LotID.parsed) var lot: LotID
  @Option(help: "When it came.", transform: Instant.parsed) var from: Instant?
  @Option(help: "When it went.", transform: Instant.parsed) var to: Instant?
  @Option(help: "The material lot that it really was.", transform: LotID.parsed)
  var really: LotID?
  @Flag(help: "It never was there.") var never = false
  @Option(help: "What it is, as the plant names it.", transform: Label.parsed) var material: Label?
  @Option(help: "Its sort, in the plant's words.", transform: Label.parsed) var kind: Label?
  @Option(help: "Its part number.", transform: Label.parsed) var part: Label?
  @Option(help: "The day on which it expires, or the time.", transform: Instant.dayOrTime)
  var expires: Instant?
  @OptionGroup var certificates: CertificateOptions
  @Option(name: .customLong("operator"), help: "Who loaded it.", transform: Label.parsed)
  var operatorName: Label?
  @OptionGroup var record: RecordOption
  @OptionGroup var maker: CorrectionMaker

  func validate() throws {
    let ways = [from != nil || to != nil, really != nil, never].filter { $0 }.count
    if ways != 1 {
      throw ValidationError("Say one of: --from or --to or both, --really, --never.")
    }
  }

  func run() async throws {
    var order = maker.order(what)
    (order.station, order.lot, order.record) = (station, lot, record.record)
    (order.from, order.to, order.really) = (from, to, really)
    (order.material, order.kind, order.part) = (material, kind, part)
    order.expires = expires
    order.certificateReference = try certificates.reference()
    order.certificate = certificates.plain
    order.operatorName = operatorName
    try await maker.send(order)
  }

  private var what: CorrectionOrder.What {
    if never { return .neverLoaded }
    if really != nil { return .wrongMaterial }
    return from == nil ? .notUnloaded : .materialLate
  }
}

struct ConsumptionCorrection: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assembly",
    abstract: "What is recorded to have gone into something did not.",
    discussion: """
      Say it for what was scanned wrong, and then record what really went in: lotline assemble, or \
      lotline lot consume.
      """
  )

  @Argument(help: "Number of the record that says so; its receipt and each trace show it.")
  var record: Int
  @OptionGroup var maker: CorrectionMaker

  func run() async throws {
    var order = maker.order(.notConsumed)
    order.record = record
    try await maker.send(order)
  }
}

struct WithdrawCorrection: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "withdraw",
    abstract: "Let an earlier correction hold no longer."
  )

  @Argument(help: "Number of the correction's record; see lotline correct list.") var record: Int
  @OptionGroup var maker: CorrectionMaker

  func run() async throws {
    var order = maker.order(.withdraw)
    order.record = record
    try await maker.send(order)
  }
}

struct ListCorrections: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Show the last corrections of each station."
  )

  @OptionGroup var agent: AgentOption
  @OptionGroup var output: OutputOption

  func run() async throws {
    let status = try await AgentClient(agent).get("/v1/status", as: AgentStatus.self)
    let corrections = status.stations.flatMap { $0.corrections ?? [] }.sorted { $0.seq > $1.seq }
    let text = corrections.map(\.line).joined(separator: "\n")
    try output.print(corrections, text: text.isEmpty ? "nothing was corrected lately" : text)
  }
}
