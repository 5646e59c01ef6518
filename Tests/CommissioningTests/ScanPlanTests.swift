import Foundation
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Commissioning

@Suite("Scan plan")
struct ScanPlanTests {
  private let none = ScanHints(profiles: [])

  private func plan(
    _ hints: ScanHints? = nil,
    _ change: (inout ScanOptions) -> Void = { _ in }
  ) -> ScanPlan {
    var options = ScanOptions()
    change(&options)
    return ScanPlan(target: .serial(port: "/dev/ttyUSB0"), options: options, hints: hints ?? none)
  }

  @Test("The standard's default comes first, then 9600 8N1; odd parity is last")
  func settings() {
    let texts = plan().lines.map(\.settingsText)
    #expect(texts.prefix(4) == ["19200 8E1", "9600 8N1", "9600 8E1", "115200 8E1"])
    #expect(texts.count == 32)
    #expect(Set(texts).count == 32)
    #expect(texts.last == "1200 8O1")
  }

  @Test("What the caveats of profiles say of settings and units comes early")
  func hints() throws {
    let library = ProfileLibrary(folder: Repository.root.appending(path: "DeviceProfiles").path)
    let profile = try library.profile(named: "temperature-humidity-transmitter")
    let hints = ScanHints(profiles: [profile])
    let plan = plan(hints)
    #expect(plan.lines[2].settingsText == "19200 8N2")
    #expect(plan.likelyUnits.contains { $0.rawValue == 240 })
  }

  @Test("Likely units are asked at every setting before the others are asked at any")
  func order() {
    let plan = plan { $0.bauds = [9_600, 19_200] }
    let attempts = plan.attempts
    let first = attempts.prefix(plan.lines.count * plan.likelyUnits.count)
    #expect(first.allSatisfy { plan.likelyUnits.contains($0.unit) && $0.probe == .holding })
    #expect(Set(first.map(\.place)) == Set(plan.places))
    #expect(attempts[0].description == "unit 1 at 19200 8E1")
    #expect(Set(attempts).count == attempts.count)
    #expect(attempts.count == 8 * 247 * 2)
  }

  @Test("Options narrow everything")
  func narrowed() {
    let plan = plan {
      $0.bauds = [4_800]
      $0.parities = [.odd, .none]
      $0.stopBits = [2]
      $0.units = (30...32).compactMap { UnitID($0) }
    }
    #expect(Set(plan.lines.map(\.settingsText)) == ["4800 8O2", "4800 8N2"])
    #expect(plan.likelyUnits.map(\.rawValue) == [32])
    #expect(plan.otherUnits.map(\.rawValue) == [30, 31])
    #expect(plan.attempts.count == 2 * 3 * 2)
  }

  @Test("On TCP there are units 1 to 247 and 255, and nothing is listened to")
  func tcp() {
    let endpoint = Endpoint(host: "10.0.0.7", port: 502)
    let plan = ScanPlan(target: .tcp(endpoint), hints: none)
    let units = Set(plan.attempts.map(\.unit.rawValue))
    #expect(units == Set(1...247).union([255]))
    #expect(plan.attempts.prefix(2).map(\.unit.rawValue) == [1, 255])
    #expect(plan.listeningLines.isEmpty)
    #expect(plan.estimate().worst == .seconds(2 * 248))
  }

  @Test("Each speed and parity is listened at once")
  func listening() {
    let plan = plan { $0.listening = .milliseconds(500) }
    #expect(plan.listeningLines.count == 24)
    #expect(plan.estimate().listening == .seconds(12))
  }

  @Test("A question takes the request, the device's time and the start of an answer")
  func questionTime() throws {
    let line = SerialLine(port: "/dev/ttyUSB0", baud: 9_600, parity: .none)
    let unit = try #require(UnitID(1))
    let attempt = ScanAttempt(place: .serial(line), unit: unit, probe: .holding)
    // 8 + 5 characters of 10 bits and 3.5 of silence, at 9600 bits a second: 17.19 ms.
    let wait = attempt.wait(turnaround: .milliseconds(100))
    #expect(abs(wait.inSeconds - 0.117_19) < 0.000_01)
  }

  @Test("The worst case is the sum of all questions and of both rounds of listening")
  func estimate() {
    let plan = plan { $0.units = (1...20).compactMap { UnitID($0) } }
    let questions = plan.attempts.reduce(Duration.zero) { $0 + $1.wait(turnaround: $1.turnaround) }
    let estimate = plan.estimate()
    let listening = Duration.seconds(24 * 5)
    #expect(abs((estimate.worst - questions - listening).inSeconds) < 0.001)
    #expect(estimate.questions == plan.attempts.count)
    #expect(estimate.likely < estimate.worst)
  }
}

extension ScanAttempt {
  /// The default on a serial port.
  fileprivate var turnaround: Duration { .milliseconds(100) }
}

@Suite("Scan queue")
struct ScanQueueTests {
  private let plan: ScanPlan

  init() {
    var options = ScanOptions()
    options.bauds = [9_600, 19_200]
    options.parities = [.none, .even]
    options.units = (1...4).compactMap { UnitID($0) }
    plan = ScanPlan(
      target: .serial(port: "/dev/ttyUSB0"),
      options: options,
      hints: ScanHints(profiles: [])
    )
  }

  @Test("After a device was found, only its settings are searched, and it is asked no more")
  func found() throws {
    var queue = ScanQueue(plan)
    let next = queue.next()
    let first = try #require(next)
    queue.keep(first.place)
    queue.remove(first.unit, at: first.place)
    var rest: [ScanAttempt] = []
    while let attempt = queue.next() { rest.append(attempt) }
    #expect(Set(rest.map(\.place)) == [first.place])
    #expect(Set(rest.map(\.unit.rawValue)) == [2, 3, 4])
    #expect(queue.total == 7)
    #expect(queue.left == .zero)
  }

  @Test(
    "After damage the same is asked again, then the unit at its other settings, same speed first"
  )
  func damaged() throws {
    var queue = ScanQueue(plan)
    let first = queue.next()
    let attempt = try #require(first)
    let total = queue.total
    queue.promote(attempt)
    let again = queue.next()
    #expect(again == attempt)
    let third = queue.next()
    let next = try #require(third)
    #expect(next.unit == attempt.unit)
    #expect(next.place.baud == attempt.place.baud)
    #expect(next.place != attempt.place)
    #expect(queue.total == total + 1)
    queue.promote(attempt)
    #expect(queue.total == total + 1)
  }

  @Test("The time that is left is that of the questions that are left")
  func left() {
    var queue = ScanQueue(plan)
    var times: [Duration] = []
    while queue.next() != nil { times.append(queue.left) }
    #expect(times.last == .zero)
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 > $1 })
  }
}
