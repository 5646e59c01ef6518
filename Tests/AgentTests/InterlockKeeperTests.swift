import Foundation
import Interlock
import Logging
import StationAPI
import Telemetry
import TestSupport
import Testing

@testable import Agent
@testable import Settings

@Suite("Outputs of an interlock")
struct InterlockKeeperTests {
  private let folder: TemporaryFolder
  private let time = ManualTime()
  private let station: StationID
  private let now: Locked<InterlockAnswer>
  private let events = Locked<[Event]>([])
  private let runs = Locked<[String]>([])
  private let failure = Locked<ChildProcessError?>(nil)

  init() throws {
    folder = try TemporaryFolder()
    station = try StationID("reflow-1")
    now = Locked(Self.answer(at: station, time.now(), []))
  }

  private static func answer(
    at station: StationID,
    _ instant: Instant,
    _ codes: [String]
  ) -> InterlockAnswer {
    InterlockAnswer(
      station: station,
      lots: [LotID(checked: "PCB-1")],
      at: instant,
      reasons: codes.map { BindingNote(code: $0, sentence: "\($0) it is") },
      warnings: []
    )
  }

  private func say(_ codes: String...) {
    now.with { $0 = Self.answer(at: station, time.now(), codes) }
  }

  private func keeper(
    file atExit: InterlockSettings.AtExit? = .stop,
    command commandAtExit: InterlockSettings.AtExit? = nil
  ) -> InterlockKeeper {
    let settings = InterlockSettings(
      station: station,
      stopsWithoutLot: true,
      stopsWhenSilent: true,
      file: atExit.map { .init(path: path, refresh: .seconds(1), atExit: $0) },
      command: commandAtExit.map {
        .init(program: "/bin/relay", arguments: ["3"], timeout: .seconds(5), atExit: $0)
      }
    )
    return InterlockKeeper(
      settings,
      desk: InterlockKeeper.Desk(
        answer: { [now] _ in now.value },
        record: { [events] event in events.with { $0.append(event) } }
      ),
      time: time,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      runner: { [runs, failure] command, answer throws(ChildProcessError) in
        runs.with {
          $0.append((command.arguments + [answer.verdict.rawValue]).joined(separator: " "))
        }
        if let error = failure.value { throw error }
      }
    )
  }

  private var path: String { folder.path("reflow-1") }

  private func firstLine() throws -> String {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    return String(text.prefix { $0 != "\n" })
  }

  private var kinds: [Event.Kind] { events.value.map(\.kind) }

  @Test("The file says what holds, and each change is a record, once")
  func file() async throws {
    let keeper = keeper()
    await keeper.lookOnce()
    #expect(try firstLine() == "run")
    say("lot_on_hold")
    for _ in 0..<3 { await keeper.lookOnce() }
    #expect(try firstLine() == "stop")
    #expect(kinds == [.interlockRun, .interlockStop])
    #expect(events.value.last?.notes == ["lot_on_hold"] && events.value.last?.station == station)
    say("lot_on_hold", "device_silent")
    await keeper.lookOnce()
    #expect(kinds == [.interlockRun, .interlockStop, .interlockStop])
  }

  @Test("Before anything is known the file says stop")
  func prepared() throws {
    let settings = InterlockSettings(
      station: station,
      stopsWithoutLot: true,
      stopsWhenSilent: true,
      file: .init(path: path, refresh: .seconds(1), atExit: .keep),
      command: nil
    )
    try "run\n".write(toFile: path, atomically: true, encoding: .utf8)
    InterlockKeeper.prepare(settings, at: time.now())
    #expect(try firstLine() == "stop")
  }

  @Test("The file's time is renewed while its text holds, and a file that is taken away comes back")
  func refreshed() async throws {
    let keeper = keeper()
    await keeper.lookOnce()
    let old = Date(timeIntervalSince1970: 1_000)
    try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: path)
    await keeper.lookOnce()
    let changed = {
      try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
    }
    #expect(try changed() == old)
    time.advance(by: .seconds(1))
    await keeper.lookOnce()
    #expect(try changed()?.timeIntervalSinceNow ?? -1_000 > -60)
    try FileManager.default.removeItem(atPath: path)
    time.advance(by: .seconds(1))
    await keeper.lookOnce()
    await keeper.lookOnce()
    #expect(try firstLine() == "run")
    #expect(kinds == [.interlockRun, .interlockFailed, .interlockWorks])
  }

  @Test(
    "When the agent ends the file says stop, is gone, or stays",
    arguments: [
      (InterlockSettings.AtExit.stop, "stop"), (.keep, "run"), (.remove, nil),
    ] as [(InterlockSettings.AtExit, String?)]
  )
  func end(atExit: InterlockSettings.AtExit, said: String?) async throws {
    let keeper = keeper(file: atExit)
    await keeper.lookOnce()
    await keeper.finish()
    #expect((try? firstLine()) == said)
    #expect(kinds.last == (atExit == .keep ? .interlockRun : .interlockStop))
  }

  @Test("The command runs at the start, at each change, and with stop at the end")
  func command() async throws {
    let keeper = keeper(file: nil, command: .stop)
    await keeper.commandOnce()
    #expect(runs.value.isEmpty)
    for _ in 0..<2 {
      await keeper.lookOnce()
      await keeper.commandOnce()
    }
    say("lot_on_hold")
    await keeper.lookOnce()
    await keeper.commandOnce()
    say()
    await keeper.lookOnce()
    await keeper.commandOnce()
    await keeper.finish()
    #expect(runs.value == ["3 run", "3 stop", "3 run", "3 stop"])
  }

  @Test("A command that fails is told once, tried again, and told when it works")
  func failures() async throws {
    let keeper = keeper(file: nil, command: .keep)
    failure.with {
      $0 = .failed(path: "/bin/relay", how: "ended with status 1", errors: "no relay")
    }
    await keeper.lookOnce()
    await keeper.commandOnce()
    await keeper.commandOnce()
    #expect(runs.value.count == 1)
    for _ in 0..<2 {
      time.advance(by: InterlockKeeper.retryPause)
      await keeper.commandOnce()
    }
    #expect(runs.value.count == 3 && kinds == [.interlockRun, .interlockFailed])
    #expect(events.value.last?.detail.contains("no relay") == true)
    failure.with { $0 = nil }
    time.advance(by: InterlockKeeper.retryPause)
    await keeper.commandOnce()
    await keeper.commandOnce()
    #expect(runs.value.count == 4 && kinds.last == .interlockWorks)
    await keeper.finish()
    #expect(runs.value.count == 4)
  }
}
