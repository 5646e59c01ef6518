import StationAPI
import StationWeb
import Telemetry
import TestSupport

/// An agent that says what the test tells it to, and remembers what it was told.
actor FakeStation: StationService {
  enum Command: Sendable, Hashable {
    case start(StartLot, StationID)
    case end(EndLot, StationID)
    case pass(PassUnit, StationID)
    case signOn(SignOn, StationID)
    case signOff(Label, StationID)
    case load(LoadMaterial, StationID)
    case scan(ScanCode, StationID)
    case unload(LotID, StationID, UnloadMaterial)
    case consume(ConsumptionOrder)
    case calibrate(Calibration)
    case instrument(Label)
    case correct(CorrectionOrder)
    case write(WriteSignal, DeviceID)
    case reload
  }

  /// Anything but a ``Problem``: its text must not reach a client.
  struct Secret: Error {}

  private(set) var commands: [Command] = []
  private(set) var statusCount = 0
  private var failure: (any Error)?
  private var line: Line
  private let time: any TimeSource

  init(_ line: Line = Line(), time: any TimeSource = SystemTime()) {
    self.line = line
    self.time = time
  }

  func change(_ body: @Sendable (inout Line) -> Void) { body(&line) }

  /// Makes every command fail from now on; nil lets them work again.
  func fail(with error: (any Error)?) { failure = error }

  func status() -> AgentStatus {
    statusCount += 1
    return line.status(at: time.now())
  }

  func interlock(_ lot: LotID?, at station: StationID, lane: LaneID?) throws -> InterlockAnswer {
    if let failure { throw failure }
    let notes = line.held.map { [BindingNote(code: "lot_on_hold", sentence: $0)] } ?? []
    return InterlockAnswer(
      station: station,
      lots: [lot ?? line.bindings[station]?.lot].compactMap { $0 },
      at: time.now(),
      reasons: notes,
      warnings: []
    )
  }

  func startLot(_ command: StartLot, at station: StationID) throws -> Receipt {
    let receipt = try take(.start(command, station), "\(station) works on lot \(command.lot)")
    line.bindings[station] = StationStatus.ActiveBinding(
      seq: receipt.seq,
      since: receipt.at,
      binding: Binding(
        station: station,
        lot: command.lot,
        part: command.part ?? Label(checked: "part of the list"),
        revision: command.revision,
        workOrder: command.workOrder ?? Label(checked: "order of the list"),
        operatorName: command.operatorName ?? Label(checked: "who is there"),
        program: command.program,
        quantity: command.quantity
      )
    )
    return receipt
  }

  func endLot(_ command: EndLot, at station: StationID) throws -> Receipt {
    let receipt = try take(.end(command, station), "\(station) works on no lot")
    line.bindings[station] = nil
    return receipt
  }

  func pass(_ command: PassUnit, at station: StationID) throws -> Receipt {
    try take(.pass(command, station), "\(command.serial) is at \(station)")
  }

  func signOn(_ command: SignOn, at station: StationID) throws -> Receipt {
    let receipt = try take(.signOn(command, station), "\(command.operatorName) is signed on")
    let member = StationStatus.CrewMember(
      name: command.operatorName,
      since: receipt.at,
      shift: nil,
      until: receipt.at.advanced(by: .seconds(12 * 3_600))
    )
    let others = command.replace == true ? [] : line.crews[station] ?? []
    line.crews[station] = others + [member]
    return receipt
  }

  func signOff(_ who: Label, from station: StationID) throws -> Receipt {
    let receipt = try take(.signOff(who, station), "\(who) is signed off")
    line.crews[station]?.removeAll { $0.name == who }
    return receipt
  }

  func load(_ command: LoadMaterial, at station: StationID) throws -> Receipt {
    try take(.load(command, station), "\(command.material) is loaded at \(station)")
  }

  func unload(
    _ lot: LotID,
    from station: StationID,
    _ command: UnloadMaterial
  ) throws -> Receipt {
    try take(.unload(lot, station, command), "lot \(lot) is unloaded from \(station)")
  }

  func consume(_ command: ConsumptionOrder) throws -> Receipt {
    try take(.consume(command), "something went into something")
  }

  func calibrate(_ calibration: Calibration) throws -> Receipt {
    try take(.calibrate(calibration), "\(calibration.instrument) was calibrated")
  }

  func instrument(_ name: Label) throws -> InstrumentReport {
    _ = try take(.instrument(name), "")
    return InstrumentReport(
      instrument: InstrumentStatus(
        instrument: name,
        state: "never",
        since: nil,
        doubt: "no calibration of it is recorded",
        stations: [],
        signals: [],
        seq: nil,
        last: nil
      ),
      calibrations: [],
      failures: []
    )
  }

  /// Starts the lot that stands between `10` and the separator, takes `10LOT21SN` for ambiguous, and
  /// knows no other code.
  func scan(_ command: ScanCode, at station: StationID) throws -> ScanReceipt {
    if let failure { throw failure }
    let parts = command.code.split(separator: "\u{1D}")
    let lot = command.lot?.text ?? (parts.count > 1 ? parts[0].components(after: "10") : nil)
    guard let lot else {
      let readings = ["LOT21SN", "LOT"].map {
        [ScanElement(key: "10", title: "batch or lot", value: $0, date: nil)]
      }
      throw Problem(
        type: "scan-refused",
        title: "The code is not taken",
        status: 422,
        detail: command.code == "10LOT21SN" ? "it is ambiguous" : "\(command.code) is unknown",
        scan: ScanRefusal(
          code: command.code,
          reason: "ambiguous",
          position: 3,
          readings: command.code == "10LOT21SN" ? readings : []
        )
      )
    }
    let receipt = try take(.scan(command, station), "\(station) works on lot \(lot)")
    return ScanReceipt(
      .lotStarted,
      summary: receipt.summary,
      code: command.code,
      standard: "GS1 element string",
      kind: "lot",
      elements: [ScanElement(key: "10", title: "batch or lot", value: lot, date: nil)],
      notes: [],
      receipt: receipt,
      undo: "Wrong lot? End \(lot), then scan the right one."
    )
  }

  func correct(_ order: CorrectionOrder) throws -> Receipt {
    try take(.correct(order), "corrected")
  }

  func write(_ command: WriteSignal, to device: DeviceID) throws -> WriteReceipt {
    let receipt = try take(.write(command, device), "\(device) is written")
    let order = WriteOrder(
      device: device,
      signal: command.signal,
      stations: [],
      value: command.value,
      unit: nil,
      table: .holding,
      address: 1,
      raw: [7],
      operatorName: command.operatorName,
      reason: Label(checked: "test")
    )
    return WriteReceipt(
      order: order,
      seq: receipt.seq,
      at: receipt.at,
      outcome: WriteOutcome(of: receipt.seq, .done, detail: "confirmed"),
      outcomeSeq: receipt.seq + 1,
      summary: receipt.summary
    )
  }

  func reload() throws -> ReloadReceipt {
    let receipt = try take(.reload, "buses: changed oven")
    let none = Differences(added: [], changed: [], removed: [])
    return ReloadReceipt(
      seq: receipt.seq,
      at: receipt.at,
      summary: receipt.summary,
      buses: Differences(added: [], changed: ["oven"], removed: []),
      devices: none,
      stations: none
    )
  }

  private func take(_ command: Command, _ summary: String) throws -> Receipt {
    if let failure { throw failure }
    commands.append(command)
    line.seq += 1
    return Receipt(seq: line.seq, at: time.now(), summary: summary)
  }
}

extension Substring {
  /// What stands behind the first `mark`; nil without one.
  fileprivate func components(after mark: String) -> String? {
    split(separator: mark, maxSplits: 1, omittingEmptySubsequences: false).dropFirst().first
      .map(String.init)
  }
}
