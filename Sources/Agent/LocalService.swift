internal import LotBinding
internal import Settings
internal import StationAPI
internal import StationWeb
internal import Telemetry
internal import Uplinks

/// What the local API can ask of the agent.
struct LocalService: StationService {
  let recorder: Recorder
  let reloader: Reloader
  let writer: SignalWriter
  let desk: ScanDesk
  let scanners: ScannerBoard
  let uplinks: [HubUplink]
  let puller: ListPuller?
  let stamper: CheckpointStamper?
  let time: any TimeSource

  func status() async -> AgentStatus {
    let settings = await reloader.plan.settings
    let snapshot = await recorder.snapshot(of: settings.stations)
    var statuses: [UplinkStatus] = []
    var kept: [String] = []
    for uplink in uplinks {
      statuses.append(await uplink.status(last: snapshot.journal.seq))
      kept += await uplink.keptNotes
    }
    return AgentStatus(
      agent: settings.agent,
      site: settings.site,
      software: Software.version,
      at: time.now(),
      startedAt: snapshot.startedAt,
      stations: snapshot.stations,
      devices: snapshot.devices,
      instruments: snapshot.instruments,
      journal: snapshot.journal.adding(kept),
      uplinks: statuses,
      clock: snapshot.clock,
      separatorKeys: settings.separatorKeys.isEmpty ? nil : settings.separatorKeys,
      lists: await lists(),
      scanners: await scanners.statuses(of: settings.scanners),
      timestamps: await stamper?.status
    )
  }

  /// The plant's lists; nil where none is in force, and none is looked for.
  private func lists() async -> ListsStatus? {
    let inForce = await recorder.listStatuses()
    let source = await puller?.status
    return source == nil && inForce.isEmpty ? nil : ListsStatus(source: source, inForce: inForce)
  }

  func interlock(
    _ lot: LotID?,
    at station: StationID,
    lane: LaneID?
  ) async throws -> InterlockAnswer {
    let settings = await reloader.plan.settings.interlocks.first { $0.station == station }
    do {
      return try await recorder.interlock(lot, at: station, lane: lane, settings)
    } catch let error as BindingError {
      throw error.problem
    }
  }

  func startLot(_ command: StartLot, at station: StationID) async throws -> Receipt {
    let order = LotOrder(
      station: station,
      lane: command.lane,
      lot: command.lot,
      part: command.part,
      revision: command.revision,
      workOrder: command.workOrder,
      operatorName: command.operatorName,
      program: command.program,
      quantity: command.quantity
    )
    return try await receipt("\(order.place) works on lot \(command.lot)") {
      try await recorder.start(order)
    }
  }

  func endLot(_ command: EndLot, at station: StationID) async throws -> Receipt {
    let place = StationLane(station, command.lane)
    return try await receipt("\(place) works on no lot") {
      try await recorder.endLot(at: place, command.reason)
    }
  }

  func pass(_ command: PassUnit, at station: StationID) async throws -> Receipt {
    let place = StationLane(station, command.lane)
    return try await receipt(command.event.sentence(command.serial, place)) {
      try await recorder.pass(
        command.serial,
        command.event,
        at: place,
        source: command.source ?? .api,
        operatorName: command.operatorName
      )
    }
  }

  func signOn(_ command: SignOn, at station: StationID) async throws -> Receipt {
    let replacing = command.replace ?? false
    return try await receipt("") {
      try await recorder.signOn(command.operatorName, at: station, replacing: replacing)
    }
  }

  func signOff(_ who: Label, from station: StationID) async throws -> Receipt {
    try await receipt("") { try await recorder.signOff(who, from: station) }
  }

  func scan(_ command: ScanCode, at station: StationID) async throws -> ScanReceipt {
    try await desk.scan(
      Array(command.code.utf8),
      lot: command.lot,
      at: StationLane(station, command.lane),
      from: "page or program"
    )
  }

  func correct(_ order: CorrectionOrder) async throws -> Receipt {
    try await receipt("") { try await recorder.correct(order) }
  }

  func write(_ command: WriteSignal, to device: DeviceID) async throws -> WriteReceipt {
    try await writer.write(command, to: device)
  }

  func reload() async throws -> ReloadReceipt { try await reloader.reload() }

  /// The receipt of a command's record, or the problem that the API answers.
  func receipt(
    _ summary: String,
    of command: () async throws -> Done
  ) async throws -> Receipt {
    try await receipt({ _ in summary }, of: command)
  }

  /// The same, where what is recorded is to be told.
  func receipt(
    _ summary: (Record.Content) -> String,
    of command: () async throws -> Done
  ) async throws -> Receipt {
    do {
      let done = try await command()
      return Receipt(
        seq: done.seq,
        at: done.record.at,
        summary: done.crewSentence ?? done.correctionSentence ?? summary(done.record.content),
        notes: done.notes.isEmpty ? nil : done.notes
      )
    } catch let error as BindingError {
      throw error.problem
    } catch let error as CorrectionError {
      throw error.problem
    } catch {
      throw Problem.notStored(error)
    }
  }
}

extension Done {
  /// Who is at the station now; nil for a record that does not say that.
  fileprivate var crewSentence: String? {
    guard case .crew(let change) = record.content else { return nil }
    let names = change.operators.map(\.text).joined(separator: ", ")
    let until = change.until.map { ", until \($0) at most" } ?? ""
    let who = change.operatorName
    let what =
      change.change == .off ? "\(who) is signed off" : "\(who) is signed on\(until)"
    return "\(what); at \(change.station): \(names.isEmpty ? "nobody" : names)"
  }
}

extension Done {
  /// What was corrected; nil for a record that corrects nothing.
  fileprivate var correctionSentence: String? {
    guard case .correction(let correction) = record.content else { return nil }
    return CorrectionSummary(correction.change).text
  }
}

extension UnitPassage.Event {
  fileprivate func sentence(_ serial: SerialNumber, _ place: StationLane) -> String {
    switch self {
    case .entered: "\(serial) is at \(place)"
    case .left: "\(serial) has left \(place)"
    case .removed: "\(serial) was taken out of \(place)"
    case .scrapped: "\(serial) is scrapped at \(place)"
    }
  }
}
