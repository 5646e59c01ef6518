import Fieldbus
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Commissioning

/// On a played line, with time that the test moves.
@Suite("Scan run")
struct ScanRunTests {
  private let time = ManualTime()

  @Test("A device that answers only with exceptions is a hit, and its settings are kept")
  func exceptions() async {
    let port = SimulatedPort(time: time) { line, unit, _ in
      line.settingsText == "9600 8N1" && unit == 7 ? CRC16.frame([7, 0x83, 2]) : []
    }
    let report = await PlayedScan(port, time).run.run()
    #expect(report.end == .complete)
    #expect(report.hits.map(\.unit.rawValue) == [7])
    #expect(report.hits.map(\.answer) == [.exception(2)])
    #expect(report.hits.map(\.place.description) == ["9600 8N1"])
    let after = port.asked.drop { $0.settings != "9600 8N1" || $0.unit != 7 }
    #expect(Set(after.map(\.settings)) == ["9600 8N1"])
    #expect(after.count { $0.unit == 7 } == 1)
    // Unit 246 shows that not every unit is answered for.
    #expect(Set(after.map(\.unit)) == Set(1...20).union([246]))
  }

  @Test("A register that is answered is a hit with its value, also by function 4 alone")
  func input() async {
    let port = SimulatedPort(time: time) { _, unit, frame in
      unit == 3 && frame[1] == 4 ? CRC16.frame([3, 4, 2, 0x12, 0x34]) : []
    }
    let report = await PlayedScan(port, time).run.run()
    #expect(report.hits.map(\.answer) == [.register(.input, 0x1234)])
  }

  @Test("With the wish for all, other settings are searched after a hit")
  func all() async {
    let port = SimulatedPort(time: time) { line, unit, _ in
      unit == 2 && line.baud == 9_600 ? CRC16.frame([2, 0x83, 1]) : []
    }
    let report = await PlayedScan(port, time) { $0.searchesAllSettings = true }.run.run()
    #expect(Set(report.hits.map(\.place.description)) == ["9600 8N1", "9600 8E1"])
    #expect(Set(port.asked.map(\.settings)).count == 4)
  }

  @Test("An answer that comes while the next unit is asked belongs to the one before")
  func late() async {
    let port = SimulatedPort(time: time) { _, unit, _ in
      unit == 6 ? CRC16.frame([5, 3, 2, 0, 9]) : []
    }
    let report = await PlayedScan(port, time).run.run()
    #expect(report.hits.map(\.unit.rawValue) == [5])
  }

  @Test("An adapter that hears itself is no device")
  func echo() async {
    let port = SimulatedPort(time: time) { _, unit, frame in
      unit == 4 ? frame + CRC16.frame([4, 0x83, 2]) : frame
    }
    let report = await PlayedScan(port, time).run.run()
    #expect(report.end == .complete)
    #expect(report.hits.map(\.unit.rawValue) == [4])
    #expect(report.notes.isEmpty)
  }

  @Test("After damage the unit is looked for at other settings at once")
  func damaged() async {
    let port = SimulatedPort(time: time) { line, unit, _ in
      guard unit == 9 else { return [] }
      switch line.settingsText {
      case "19200 8E1": return [0, 0xF3, 0, 0x81]
      case "19200 8N1": return CRC16.frame([9, 3, 2, 0, 1])
      default: return []
      }
    }
    let report = await PlayedScan(port, time).run.run()
    #expect(report.hits.map(\.place.description) == ["19200 8N1"])
    #expect(report.hits.map(\.unit.rawValue) == [9])
    let first = port.asked.firstIndex { $0.unit == 9 } ?? 0
    #expect(
      port.asked[first...].prefix(3).map(\.settings) == ["19200 8E1", "19200 8E1", "19200 8N1"]
    )
    #expect(report.notes.isEmpty)
  }

  @Test("Damage that never becomes an answer is reported with its unit and settings")
  func collision() async {
    let port = SimulatedPort(time: time) { line, unit, _ in
      unit == 9 && line.settingsText == "9600 8N1" ? [9, 3, 2, 0, 1, 1, 1] : []
    }
    let report = await PlayedScan(port, time).run.run()
    #expect(report.hits.isEmpty)
    #expect(report.notes.count == 1)
    #expect(report.notes.first?.contains("unit 9: something came, but damaged (9600 8N1)") == true)
  }

  @Test("A gateway that has nothing behind it confirms the settings and is no device")
  func gateway() async {
    let port = SimulatedPort(time: time) { line, unit, _ in
      line.baud == 9_600 && line.parity == .none ? CRC16.frame([unit, 0x83, 11]) : []
    }
    let report = await PlayedScan(port, time).run.run()
    #expect(report.hits.isEmpty)
    #expect(Set(port.asked.suffix(10).map(\.settings)) == ["9600 8N1"])
  }

  @Test("Who answers for units that hardly exist is one device, and is asked for no others")
  func ignoredUnit() async {
    let port = SimulatedPort(time: time) { _, unit, frame in CRC16.frame([unit, frame[1], 2, 0, 1])
    }
    let report = await PlayedScan(port, time).run.run()
    #expect(report.hits.map(\.unit.rawValue) == [1])
    #expect(report.hits.first?.ignoresUnit == true)
    #expect(report.asked == 1)
  }

  @Test("A server that refuses for units that it does not have is seen through")
  func absentUnits() async {
    let port = SimulatedPort(time: time) { _, unit, frame in
      switch unit {
      case 4: CRC16.frame([unit, frame[1], 2, 0, 1])
      case 5: CRC16.frame([unit, frame[1] | 0x80, 2])
      default: CRC16.frame([unit, frame[1] | 0x80, 4])
      }
    }
    let report = await PlayedScan(port, time).run.run()
    #expect(report.hits.map(\.unit.rawValue) == [4, 5])
    #expect(report.notes.count == 1)
    #expect(report.notes.first?.contains("exception 4 for units that hardly exist") == true)
  }

  @Test("Where others are heard, nothing is sent, and their units are named")
  func traffic() async {
    let port = SimulatedPort(
      time: time,
      heard: { line in
        line.settingsText == "9600 8E1"
          ? CRC16.frame([17, 4, 0, 0, 0, 1]) + CRC16.frame([17, 4, 2, 0, 1]) : [0, 0x80, 0x13]
      }
    )
    let scan = PlayedScan(port, time)
    let report = await scan.run.run()
    #expect(report.end == .traffic)
    #expect(port.asked.isEmpty)
    guard case .modbus(let traffic) = report.hearings.first?.content else {
      Issue.record("no traffic was reported")
      return
    }
    #expect(traffic.answering == [17])
    #expect(report.hearings.map(\.line.settingsText) == ["9600 8E1"])
  }

  @Test("Talk that is understood at no setting is listened to again, and keeps the port unasked")
  func babble() async {
    let port = SimulatedPort(time: time, heard: { _ in [0, 0x80, 0x13, 0xFE] })
    let scan = PlayedScan(port, time)
    let report = await scan.run.run()
    #expect(report.end == .traffic)
    #expect(port.asked.isEmpty)
    let dwells = scan.events.value.compactMap { event in
      if case .listening(_, _, _, let each) = event { each } else { nil }
    }
    #expect(
      dwells == Array(repeating: .seconds(1), count: 4) + Array(repeating: .seconds(4), count: 4)
    )
  }

  @Test("Asked to, the search goes on where others are heard")
  func active() async {
    let port = SimulatedPort(time: time) { _, unit, _ in
      unit == 2 ? CRC16.frame([2, 0x83, 2]) : []
    } heard: { _ in
      CRC16.frame([17, 4, 0, 0, 0, 1]) + CRC16.frame([17, 4, 2, 0, 1])
    }
    let report = await PlayedScan(port, time) { $0.asksDespiteTraffic = true }.run.run()
    #expect(report.end == .complete)
    #expect(report.hits.map(\.unit.rawValue) == [2])
  }

  @Test("Frames of others that come while units are asked stop the search")
  func foreign() async {
    let port = SimulatedPort(time: time) { _, unit, _ in
      unit == 8 ? CRC16.frame([99, 4, 0, 0, 0, 10]) : []
    }
    let report = await PlayedScan(port, time).run.run()
    #expect(report.end == .traffic)
    #expect(report.asked < report.planned)
    #expect(report.hearings.count == 1)
  }

  @Test("A cancelled search reports what it found, and how far it came")
  func cancelled() async {
    let port = SimulatedPort(time: time) { _, unit, _ in
      unit == 2 ? CRC16.frame([2, 0x83, 2]) : []
    }
    let task = Locked<Task<ScanReport, Never>?>(nil)
    let (started, start) = AsyncStream<Void>.makeStream()
    let scan = PlayedScan(
      port,
      time,
      whenAsking: { done in
        if done == 5 { task.with { $0?.cancel() } }
      }
    )
    let search = Task {
      for await _ in started { break }
      return await scan.run.run()
    }
    task.with { $0 = search }
    start.yield()
    let report = await search.value
    #expect(report.end == .stopped)
    #expect(report.hits.map(\.unit.rawValue) == [2])
    #expect(report.asked == 5)
    #expect(report.planned > 5)
  }

  @Test("A search that nobody answers takes as long as was said")
  func honest() async {
    let scan = PlayedScan(SimulatedPort(time: time), time)
    let worst = await scan.run.plan.estimate().worst
    let report = await scan.run.run()
    // The second round of listening did not take place: nothing was heard.
    #expect(abs((worst - report.elapsed - .seconds(4 * 4)).inSeconds) < 0.001)
    #expect(report.asked == report.planned)
    #expect(!report.foundSomething)
  }

  @Test("A lost port ends the search, and what was found stands")
  func lost() async {
    let endpoint = Endpoint(host: "10.0.0.7", port: 502)
    let bus = DyingBus()
    let run = ScanRun(
      ScanPlan(target: .tcp(endpoint), hints: ScanHints(profiles: [])),
      profiles: [],
      access: ScanAccess(port: nil, makeBus: { _, _ in bus }, time: time),
      emit: { _ in }
    )
    let report = await run.run()
    #expect(report.end == .failed(BusFailure(.noConnection, "it was unplugged")))
    #expect(report.hits.map(\.unit.rawValue) == [1])
  }
}

/// Answers once, and is gone then.
private final class DyingBus: Bus {
  private let count = Mutex(0)

  func exchange(_ requests: [BusRequest]) async -> [BusOutcome] {
    let isFirst = count.withLock {
      $0 += 1
      return $0 == 1
    }
    return requests.map { _ in
      BusOutcome(
        result: isFirst
          ? .success(.registers([1])) : .failure(BusFailure(.noConnection, "it was unplugged")),
        sent: Moment(wall: Instant(microseconds: 0), uptime: .zero),
        elapsed: .zero
      )
    }
  }

  func close() async {}
}
