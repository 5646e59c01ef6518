internal import Fieldbus
internal import LotBinding
internal import Scans
internal import Settings
internal import StationAPI
internal import Telemetry

/// Reads the barcode scanners on serial ports, those that the plan names at any time.
struct Scanners: Sendable {
  /// How often a changed plan is looked for.
  static let period: Duration = .seconds(1)

  let desk: ScanDesk
  let recorder: Recorder
  let time: any TimeSource
  let board: ScannerBoard
  let wanted: @Sendable () async -> [ScannerSettings]

  /// Reads until the task is cancelled.
  func run() async {
    await withDiscardingTaskGroup { group in
      var running: [ScannerSettings: AsyncStream<Never>.Continuation] = [:]
      while !Task.isCancelled {
        let wanted = Set(await wanted())
        for (settings, stop) in running where !wanted.contains(settings) {
          stop.finish()
          running[settings] = nil
          await board.forget(settings)
        }
        for settings in wanted where running[settings] == nil {
          let (stopping, stop) = AsyncStream<Never>.makeStream()
          running[settings] = stop
          let watch = ScannerWatch(
            settings: settings,
            desk: desk,
            recorder: recorder,
            time: time,
            board: board
          )
          group.addTask { await watch.run(until: stopping) }
        }
        try? await time.sleep(for: Self.period)
      }
      group.cancelAll()
    }
  }
}

/// One scanner, read until it is no longer wanted.
private struct ScannerWatch: Sendable {
  /// Longest wait for bytes, after which a code without an end is over.
  private static let silence: Duration = .milliseconds(150)

  /// Pause before a port that cannot be opened is tried again.
  private static let retryPause: Duration = .seconds(1)

  let settings: ScannerSettings
  let desk: ScanDesk
  let recorder: Recorder
  let time: any TimeSource
  let board: ScannerBoard

  private var place: StationLane { StationLane(settings.station, settings.lane) }
  private var name: String { "scanner \(settings.id)" }

  func run(until stopping: AsyncStream<Never>) async {
    await withDiscardingTaskGroup { group in
      group.addTask { await read() }
      for await _ in stopping {}
      group.cancelAll()
    }
  }

  private func read() async {
    let port = ScannerPort(on: settings.line)
    var assembler = CodeAssembler(end: settings.end)
    var isLost = false
    while !Task.isCancelled {
      do throws(BusFailure) {
        let bytes = try await port.read(within: Self.silence)
        if isLost { await recorder.note(.scannerRecovered, ofScanner: "\(name) is back") }
        isLost = false
        await board.connect(settings)
        for item in bytes.isEmpty ? assembler.settle() : assembler.take(bytes) { await take(item) }
      } catch {
        if !isLost { await recorder.note(.scannerLost, ofScanner: "\(name): \(error.detail)") }
        isLost = true
        await board.lose(settings, error.detail)
        assembler = CodeAssembler(end: settings.end)
        try? await time.sleep(for: Self.retryPause)
      }
    }
    await port.close()
  }

  private func take(_ item: CodeAssembler.Item) async {
    switch item {
    case .code(let bytes):
      let shown = VisibleText.text(of: bytes)
      do {
        let receipt = try await desk.scan(bytes, at: place, from: name)
        await board.take(shown, isTaken: true, receipt.summary, from: settings)
      } catch {
        // It is recorded; who scans sees it on the page only.
        let outcome = (error as? Problem)?.detail ?? "\(error)"
        await board.take(shown, isTaken: false, outcome, from: settings)
      }
    case .unended(let bytes):
      await refuse(
        bytes.prefix(64),
        "came without its end; is end: \(settings.end.rawValue) what the scanner sends, and baud "
          + "right?"
      )
    case .tooLong(let bytes):
      await refuse(
        bytes[...],
        "goes on without an end; are end: \(settings.end.rawValue) and baud right?"
      )
    }
  }

  /// Records that something came that is no code.
  private func refuse(_ bytes: ArraySlice<UInt8>, _ reason: String) async {
    let shown = VisibleText.text(of: bytes)
    await desk.refuse("\"\(shown)\" \(reason)", at: place, from: name)
    await board.take(shown, isTaken: false, "it \(reason)", from: settings)
  }
}
