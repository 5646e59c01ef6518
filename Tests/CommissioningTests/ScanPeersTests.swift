import DeviceSimulator
import Fieldbus
import Foundation
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Commissioning

/// On real sockets and pseudo terminals, with peers that we did not write and our own simulator.
///
/// One at a time, because lines and devices share the machine's time.
@Suite("Scan with peers", .serialized)
struct ScanPeersTests {
  private static let library = ProfileLibrary(
    folder: Repository.root.appending(path: "DeviceProfiles").path
  )

  private let time = SystemTime()

  @Test("The units of a pymodbus server on TCP are found, and no others")
  func pymodbusTCP() async throws {
    let server = try PeerProcess(script: "modbus_server.py", ["tcp"])
    let ready = try await server.line { $0.hasPrefix("ready") }
    let port = try #require(ready.split(separator: " ").last.flatMap { Int($0) })
    let report = await scan(.tcp(Endpoint(host: "127.0.0.1", port: port))) {
      $0.units = (1...12).compactMap { UnitID($0) }
      $0.timeout = .milliseconds(200)
    }
    #expect(report.end == .complete)
    #expect(report.hits.map(\.unit.rawValue) == [1, 5])
    // Register 0 holds 1000 times the unit.
    #expect(report.hits.map(\.answer) == [.register(.holding, 1_000), .register(.holding, 5_000)])
  }

  @Test("The units of a pymodbus server on an RTU line are found, and no others")
  func pymodbusRTU() async throws {
    let pair = try await PtyPair()
    let server = try PeerProcess(script: "modbus_server.py", ["rtu", pair.right])
    _ = try await server.line { $0.hasPrefix("ready") }
    let report = await scan(.serial(port: pair.left)) {
      $0.units = (1...12).compactMap { UnitID($0) }
      $0.bauds = [9_600, 19_200]
      $0.listening = .milliseconds(20)
      $0.timeout = .milliseconds(200)
    }
    #expect(report.end == .complete)
    #expect(report.hits.map(\.unit.rawValue) == [1, 5])
    // A pseudo terminal has no speed, so the first setting is right.
    #expect(Set(report.hits.map(\.place.description)) == ["19200 8E1"])
  }

  @Test("Each of several simulated devices on one line gets the profile that it is made from")
  func profiles() async throws {
    let folder = try TemporaryFolder()
    let devices = try [
      device("gearbox-test-rig", 12), device("temperature-humidity-transmitter", 240),
      device("reflow-oven-10-zone", 3),
    ]
    let options = SimulationOptions(
      devices: devices,
      carrier: .rtu(link: folder.path("line"), baud: nil)
    )
    let report = try await simulated(options) {
      await scan(.serial(port: folder.path("line"))) {
        $0.units = [3, 4, 12, 240].compactMap { UnitID($0) }
        $0.bauds = [19_200]
        $0.listening = .milliseconds(10)
      }
    }
    let best = report.hits.map { "\($0.unit.rawValue): \($0.fits.first?.profile ?? "none")" }
    #expect(
      best.sorted() == [
        "12: gearbox-test-rig", "240: temperature-humidity-transmitter", "3: reflow-oven-10-zone",
      ]
    )
    #expect(report.hits.allSatisfy { $0.fits.first?.verdict == .fits })
  }

  @Test("A device that is alone behind a TCP address, and answers to every unit, is one device")
  func everyUnit() async throws {
    let server = try PeerProcess(script: "every_unit.py", [])
    let ready = try await server.line { $0.hasPrefix("ready") }
    let port = try #require(ready.split(separator: " ").last.flatMap { Int($0) })
    let report = await scan(.tcp(Endpoint(host: "127.0.0.1", port: port))) { _ in }
    #expect(report.end == .complete)
    #expect(report.hits.map(\.unit.rawValue) == [1])
    #expect(report.hits.first?.ignoresUnit == true)
    #expect(report.asked == 1)
  }

  @Test("A line on which another program asks is left alone, and its units are named")
  func foreignMaster() async throws {
    let pair = try await PtyPair()
    let master = try PeerProcess(script: "foreign_master.py", [pair.right])
    _ = try await master.line { $0 == "ready" }
    let report = await scan(.serial(port: pair.left)) { $0.listening = .milliseconds(300) }
    #expect(report.end == .traffic)
    #expect(report.asked == 0)
    guard case .modbus(let traffic) = report.hearings.first?.content else {
      Issue.record("\(report.hearings)")
      return
    }
    #expect(traffic.asked == [17, 18])
    #expect(traffic.answering == [17])
  }

  @Test("A silent line is searched to its end, and nothing is claimed")
  func silence() async throws {
    let pair = try await PtyPair()
    let report = await scan(.serial(port: pair.left)) {
      $0.units = (1...3).compactMap { UnitID($0) }
      $0.bauds = [115_200]
      $0.listening = .milliseconds(10)
      $0.timeout = .milliseconds(10)
    }
    #expect(report.end == .complete)
    #expect(report.asked == report.planned)
    #expect(!report.foundSomething)
  }

  @Test("An instrument that sends by itself is heard, and its profile named")
  func listener() async throws {
    let folder = try TemporaryFolder()
    let slow = try Repository.text(of: "DeviceProfiles/torque-meter.yaml")
    let fast = slow.replacingOccurrences(of: "period: 5s", with: "period: 200ms")
    let profile = try ProfileLoader.load(try folder.write(fast, to: "torque-meter.yaml"))
    let options = SimulationOptions(
      devices: [SimulationOptions.Device(profile: profile)],
      carrier: .serial(link: folder.path("torque"))
    )
    let report = try await simulated(options) {
      await scan(.serial(port: folder.path("torque"))) { $0.listening = .milliseconds(300) }
    }
    #expect(report.end == .traffic)
    #expect(report.asked == 0)
    let instrument = try #require(report.instruments.first)
    #expect(instrument.text.terminatorText == "\\r\\n")
    #expect(instrument.fits.first?.profile == "torque-meter")
    #expect(instrument.fits.first?.verdict == .fits)
    #expect(instrument.fits.dropFirst().allSatisfy { $0.verdict == .mayFit })
  }

  @Test("An instrument is asked only when that is wished", arguments: [false, true])
  func askedInstrument(isWished: Bool) async throws {
    let folder = try TemporaryFolder()
    let profile = try Self.library.profile(named: "oxygen-analyser")
    let options = SimulationOptions(
      devices: [SimulationOptions.Device(profile: profile)],
      carrier: .serial(link: folder.path("oxygen"))
    )
    let report = try await simulated(options) {
      await scan(.serial(port: folder.path("oxygen"))) {
        $0.units = [UnitID(1)].compactMap(\.self)
        $0.bauds = [9_600]
        $0.listening = .zero
        $0.timeout = .milliseconds(10)
        $0.asksInstruments = isWished
      }
    }
    #expect(report.instruments.map { $0.fits.first?.profile } == (isWished ? [profile.name] : []))
    #expect(report.instruments.allSatisfy { $0.request != nil })
  }

  @Test("A port that is not there is named")
  func missing() async {
    let report = await scan(.serial(port: "/dev/serial/by-id/none")) { _ in }
    guard case .failed(let failure) = report.end else {
      Issue.record("\(report.end)")
      return
    }
    #expect(
      failure.detail
        == "there is no serial port /dev/serial/by-id/none: is the adapter plugged in?"
    )
  }

  // MARK: Tools

  private func scan(
    _ target: ScanTarget,
    _ change: (inout ScanOptions) -> Void
  ) async -> ScanReport {
    var options = ScanOptions()
    change(&options)
    let profiles = (try? Self.library.names().map { try Self.library.profile(named: $0) }) ?? []
    let plan = ScanPlan(target: target, options: options, hints: ScanHints(profiles: []))
    let time = time
    let run = ScanRun(
      plan,
      profiles: profiles,
      access: ScanAccess(
        port: plan.lines.first.map { SerialProbe(port: $0.port) },
        makeBus: { makeBus($0, timeout: $1, firstTransaction: 4_711, time: time) },
        time: time
      ),
      emit: { _ in }
    )
    return await run.run()
  }

  private func device(_ name: String, _ unit: UInt8) throws -> SimulationOptions.Device {
    SimulationOptions.Device(profile: try Self.library.profile(named: name), unit: UnitID(unit))
  }

  /// Runs `body` beside a simulation that is ready.
  private func simulated(
    _ options: SimulationOptions,
    _ body: () async throws -> ScanReport
  ) async throws -> ScanReport {
    let simulation = try Simulation(options, time: time)
    let (readiness, ready) = AsyncStream<Void>.makeStream()
    let serving = Task { try await simulation.run { _ in ready.yield() } }
    defer { serving.cancel() }
    for await _ in readiness { break }
    return try await body()
  }
}
