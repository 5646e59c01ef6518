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
  let uplinks: [HubUplink]
  let time: any TimeSource

  func status() async -> AgentStatus {
    let settings = await reloader.plan.settings
    let snapshot = await recorder.snapshot(of: settings.stations.map { ($0.id, $0.title) })
    var statuses: [UplinkStatus] = []
    for uplink in uplinks { statuses.append(await uplink.status(last: snapshot.journal.seq)) }
    return AgentStatus(
      agent: settings.agent,
      site: settings.site,
      software: Software.version,
      at: time.now(),
      startedAt: snapshot.startedAt,
      stations: snapshot.stations,
      devices: snapshot.devices,
      journal: snapshot.journal,
      uplinks: statuses,
      clock: snapshot.clock
    )
  }

  func startLot(_ command: StartLot, at station: StationID) async throws -> Receipt {
    let binding = Binding(
      station: station,
      lot: command.lot,
      part: command.part,
      workOrder: command.workOrder,
      operatorName: command.operatorName,
      program: command.program
    )
    return try await receipt("\(station) works on lot \(command.lot)") {
      try await recorder.start(binding)
    }
  }

  func endLot(at station: StationID) async throws -> Receipt {
    try await receipt("\(station) works on no lot") { try await recorder.endLot(at: station) }
  }

  func load(_ command: LoadMaterial, at station: StationID) async throws -> Receipt {
    let load = MaterialLoad(
      station: station,
      lot: command.lot,
      material: command.material,
      operatorName: command.operatorName,
      certificate: command.certificate
    )
    return try await receipt("\(command.material), lot \(command.lot), is loaded at \(station)") {
      try await recorder.load(load)
    }
  }

  func unload(_ lot: LotID, from station: StationID) async throws -> Receipt {
    try await receipt("material lot \(lot) is no longer at \(station)") {
      try await recorder.unload(lot, from: station)
    }
  }

  func consume(_ consumption: Consumption) async throws -> Receipt {
    try await receipt("lot \(consumption.input) went into lot \(consumption.output)") {
      try await recorder.consume(consumption)
    }
  }

  func write(_ command: WriteSignal, to device: DeviceID) async throws -> WriteReceipt {
    try await writer.write(command, to: device)
  }

  func reload() async throws -> ReloadReceipt { try await reloader.reload() }

  /// The receipt of a command's record, or the problem that the API answers.
  private func receipt(
    _ summary: String,
    of command: () async throws -> Done
  ) async throws -> Receipt {
    do {
      let done = try await command()
      return Receipt(
        seq: done.seq,
        at: done.record.at,
        summary: summary,
        notes: done.notes.isEmpty ? nil : done.notes
      )
    } catch let error as BindingError {
      throw error.problem
    } catch {
      throw Problem(
        type: "storage-failed",
        title: "The journal cannot be written",
        status: 503,
        detail: "Nothing was recorded. \(error)"
      )
    }
  }
}

extension BindingError {
  fileprivate var problem: Problem {
    switch self {
    case .unknownStation:
      Problem(type: "unknown-station", title: "Unknown station", status: 404, detail: description)
    case .busy:
      Problem(
        type: "station-busy",
        title: "The station works on a lot",
        status: 409,
        detail: description
      )
    case .idle:
      Problem(
        type: "no-active-lot",
        title: "No lot is active",
        status: 409,
        detail: description
      )
    case .alreadyLoaded:
      Problem(
        type: "already-loaded",
        title: "The material is loaded",
        status: 409,
        detail: description
      )
    case .notLoaded:
      Problem(
        type: "not-loaded",
        title: "The material is not loaded",
        status: 404,
        detail: description
      )
    case .intoItself:
      Problem(
        type: "bad-request",
        title: "A lot cannot go into itself",
        status: 400,
        detail: description
      )
    case .refused(let notes):
      Problem(
        type: "refused-by-rule",
        title: "The plant's rules refuse it",
        status: 409,
        detail: "Nothing was recorded: \(description)",
        notes: notes
      )
    }
  }
}
