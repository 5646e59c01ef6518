import JournalStore
import LotBinding
import Logging
import Settings
import Telemetry
import TestSupport

@testable import Agent

extension PlantPlan {
  /// A recorder that has just started for this plan, on the journal as it is.
  func recorder(at path: String, time: any TimeSource) async throws -> Recorder {
    let opening = JournalOpening(
      agent: settings.agent,
      site: settings.site,
      journal: String(repeating: "0", count: 32),
      software: "0"
    )
    let recorder = Recorder(
      journal: try Journal.openTrusted(at: path, opening: opening, time: time),
      bindings: Bindings(binding),
      board: DeviceBoard(devices: devices),
      time: time,
      clock: FakeKernelClock(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
    try await recorder.start(
      documents: documents,
      layouts: devices.flatMap(\.layouts),
      conveyors: conveyors
    )
    return recorder
  }
}
