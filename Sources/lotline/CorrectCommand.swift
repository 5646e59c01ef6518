internal import ArgumentParser
internal import CommandSupport
internal import StationAPI
internal import Telemetry

struct CorrectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "correct",
    abstract:
      "Say that what is recorded of a lot, material, assembly or an operator was otherwise.",
    discussion: """
      A correction is a record of its own, with who, when and why. It alters no other record: the \
      hub shows what was recorded and what is known by now. A correction can be corrected and \
      withdrawn, too.

      A time is 10:20 (the last time that the clock on the wall showed it), "2026-11-29 10:20", or \
      has its zone: 2026-11-29T10:20:00Z.

      EXAMPLES
        A lot came at 10:05 and was scanned later:
          lotline correct lot-late reflow-1 PCB-2411 --from 10:05 \\
            --by mara --reason "traveller was missing"
        A lot was there and nobody scanned it:
          lotline correct lot-late reflow-1 PCB-2411 --from 08:00 --to 08:40 \\
            --part 4711 --work-order WO-88 --operator mara \\
            --by jon --reason "scanner was off"
        The wrong lot was scanned:
          lotline correct wrong-lot reflow-1 PCB-2410 PCB-2411 \\
            --part 4711 --work-order WO-88 --by mara --reason "wrong traveller"
        A lot was done at 11:30 and ended later:
          lotline correct not-ended reflow-1 PCB-2411 --to 11:30 \\
            --by mara --reason "forgotten at the break"
        An operator forgot to sign off:
          lotline correct operator reflow-1 mara --not-there --from 14:00 \\
            --by jon --reason "went home"
        Paste was gone at 09:00:
          lotline correct material reflow-1 PASTE-9 --to 09:00 \\
            --by mara --reason "empty, not unloaded"
      """,
    subcommands: [
      LotLate.self, WrongLot.self, NotEnded.self, NeverWas.self, OperatorPresenceCorrection.self,
      MaterialCorrection.self, ConsumptionCorrection.self, WithdrawCorrection.self,
      ListCorrections.self,
    ]
  )
}

/// Who corrects, and why.
struct CorrectionMaker: ParsableArguments {
  @Option(help: "Who says so: name or badge.", transform: Label.parsed) var by: Label
  @Option(help: "Why, as an auditor will read it.", transform: Label.parsed) var reason: Label
  @OptionGroup var agent: AgentOption
  @OptionGroup var output: OutputOption

  func order(_ what: CorrectionOrder.What) -> CorrectionOrder {
    CorrectionOrder(what, by: by, reason: reason)
  }

  func send(_ order: CorrectionOrder) async throws {
    try output.print(try await AgentClient(agent).send(order, to: "/v1/corrections"))
  }
}

/// Which record is meant, where station and lot do not tell.
struct RecordOption: ParsableArguments {
  @Option(help: "Number of the record that is meant, where the lot was there several times.")
  var record: Int?
}

/// What a lot is, as when it is started.
struct LotFacts: ParsableArguments {
  @Option(
    help: "Part number; not needed where the plant's list of lots says it.",
    transform: Label.parsed
  )
  var part: Label?
  @Option(help: "Revision of the part.", transform: Label.parsed) var revision: Label?
  @Option(help: "Work order; not needed where a list says it.", transform: Label.parsed)
  var workOrder: Label?
  @Option(name: .customLong("operator"), help: "Who ran the machine.", transform: Label.parsed)
  var operatorName: Label?
  @Option(help: "Machine program or recipe.", transform: Label.parsed) var program: Label?
  @Option(help: "Pieces that were planned.") var quantity: Int?

  func fill(_ order: inout CorrectionOrder) {
    order.part = part
    order.revision = revision
    order.workOrder = workOrder
    order.operatorName = operatorName
    order.program = program
    order.quantity = quantity
  }
}

extension Instant {
  /// Reads a time of the command line.
  @Sendable
  static func parsed(_ argument: String) throws -> Instant {
    do throws(TimeTextError) {
      return try SystemLocalTime().instant(reading: argument, now: SystemTime().now())
    } catch {
      throw ValidationError(error.description)
    }
  }
}

struct LotLate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lot-late",
    abstract: "A lot came at another time than it was scanned, or was never scanned.",
    discussion: """
      Without --to it is the lot that was started: say when it really came. With --to it is a lot \
      that nobody had started: its readings are those from --from to --to.
      """
  )

  @Argument(help: "The station.", transform: StationID.parsed) var station: StationID
  @Argument(help: "The lot.", transform: LotID.parsed) var lot: LotID
  @Option(help: "When it came.", transform: Instant.parsed) var from: Instant
  @Option(
    help: "When it was done; only for a lot that was never started.",
    transform: Instant.parsed
  )
  var to: Instant?
  @OptionGroup var place: LaneOption
  @OptionGroup var facts: LotFacts
  @OptionGroup var record: RecordOption
  @OptionGroup var maker: CorrectionMaker

  func run() async throws {
    var order = maker.order(.lotLate)
    (order.station, order.lane, order.lot) = (station, place.lane, lot)
    (order.from, order.to, order.record) = (from, to, record.record)
    facts.fill(&order)
    try await maker.send(order)
  }
}

struct WrongLot: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wrong-lot",
    abstract: "Another lot was there than the one that was scanned."
  )

  @Argument(help: "The station.", transform: StationID.parsed) var station: StationID
  @Argument(help: "The lot that was scanned.", transform: LotID.parsed) var lot: LotID
  @Argument(help: "The lot that it really was.", transform: LotID.parsed) var really: LotID
  @OptionGroup var place: LaneOption
  @OptionGroup var facts: LotFacts
  @OptionGroup var record: RecordOption
  @OptionGroup var maker: CorrectionMaker

  func run() async throws {
    var order = maker.order(.wrongLot)
    (order.station, order.lane, order.lot) = (station, place.lane, lot)
    (order.really, order.record) = (really, record.record)
    facts.fill(&order)
    try await maker.send(order)
  }
}

struct NotEnded: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "not-ended",
    abstract: "A lot was done at another time than it was ended.",
    discussion: "A lot that runs is ended first: lotline lot end."
  )

  @Argument(help: "The station.", transform: StationID.parsed) var station: StationID
  @Argument(help: "The lot.", transform: LotID.parsed) var lot: LotID
  @Option(help: "When it was done.", transform: Instant.parsed) var to: Instant
  @OptionGroup var place: LaneOption
  @OptionGroup var record: RecordOption
  @OptionGroup var maker: CorrectionMaker

  func run() async throws {
    var order = maker.order(.notEnded)
    (order.station, order.lane, order.lot) = (station, place.lane, lot)
    (order.to, order.record) = (to, record.record)
    try await maker.send(order)
  }
}

struct NeverWas: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "never-was",
    abstract: "A lot that is recorded never was at the station."
  )

  @Argument(help: "The station.", transform: StationID.parsed) var station: StationID
  @Argument(help: "The lot.", transform: LotID.parsed) var lot: LotID
  @OptionGroup var place: LaneOption
  @OptionGroup var record: RecordOption
  @OptionGroup var maker: CorrectionMaker

  func run() async throws {
    var order = maker.order(.neverWas)
    (order.station, order.lane, order.lot) = (station, place.lane, lot)
    order.record = record.record
    try await maker.send(order)
  }
}
