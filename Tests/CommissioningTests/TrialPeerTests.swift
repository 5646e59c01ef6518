import DeviceSimulator
import Fieldbus
import Foundation
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Commissioning

/// Trials of servers that we did not write, of our own simulator, and of ports.
@Suite("A trial of a peer", .serialized)
struct TrialPeerTests {
  /// Eight values as pymodbus encodes them.
  private static let cells = [
    ("float32", "183.25", "[0, 400]"), ("float32", "-12.5", "[-40, 120]"),
    ("float32", "48.37", "[0, 100]"), ("float32", "7.03", "[0, 50]"),
    ("int32", "-1523", "[-6000, 6000]"), ("uint32", "90123", "[0, 100000]"),
    ("float64", "1013.25", "[800, 1200]"), ("float32", "0.4217", "[0, 1]"),
  ]

  private static func profile(_ order: RegisterOrder) throws -> DeviceProfile {
    let signals = cells.enumerated().map { index, cell in
      "name: s\(index), table: holding, address: \(index * 6), type: \(cell.0), range: \(cell.2)"
    }
    return try Bench.profile(
      "bench",
      Bench.text(signals, modbus: "order: \(order.rawValue), max_gap: 0")
    )
  }

  /// A pymodbus server that holds them in an order.
  private static func peer(
    _ order: RegisterOrder,
    on place: String...,
    in folder: TemporaryFolder
  ) throws -> PeerProcess {
    let json = cells.enumerated().map { index, cell in
      """
      {"address": \(index * 6), "type": "\(cell.0)", "order": "\(order.rawValue)", \
      "value": \(cell.1)}
      """
    }
    let file = try folder.write("[\(json.joined(separator: ","))]", to: "cells.json")
    return try PeerProcess(
      Repository.python.path,
      [Repository.root.appending(path: "Tests/Peers/register_matrix.py").path] + place + [file]
    )
  }

  @Test(
    "With values that pymodbus encoded, the order that it used is suggested",
    arguments: RegisterOrder.allCases
  )
  func orders(real: RegisterOrder) async throws {
    let folder = try TemporaryFolder()
    let peer = try Self.peer(real, on: "tcp", "0", in: folder)
    let ready = try await peer.line { $0.hasPrefix("ready") }
    let port = try #require(ready.split(separator: " ").last.flatMap { Int($0) })
    for stated in RegisterOrder.allCases {
      let bus = makeBus(
        .tcp(Endpoint(host: "127.0.0.1", port: port)),
        timeout: .seconds(2),
        firstTransaction: 5,
        time: SystemTime()
      )
      let (scans, suggestions) = try await Bench.trial(try Self.profile(stated), bus)
      await bus.close()
      #expect(scans.count == 1)
      if stated == real {
        #expect(scans.allSatisfy { $0.isGood })
        #expect(suggestions == [])
      } else {
        #expect(suggestions.count == 1)
        #expect(
          suggestions.first?.sentence.hasSuffix("write order: \(real.rawValue) in modbus:") == true,
          "\(stated) \(real): \(suggestions)"
        )
      }
    }
  }

  @Test("Over a serial line the order is suggested as well")
  func line() async throws {
    let folder = try TemporaryFolder()
    let pair = try await PtyPair()
    let peer = try Self.peer(.cdab, on: "rtu", pair.right, in: folder)
    _ = try await peer.line { $0.hasPrefix("ready") }
    let bus = makeBus(
      .rtu(SerialLine(port: pair.left, baud: 19_200, parity: .none)),
      timeout: .seconds(2),
      quiet: .milliseconds(100),
      firstTransaction: 0,
      time: SystemTime()
    )
    let (_, suggestions) = try await Bench.trial(try Self.profile(.abcd), bus)
    await bus.close()
    #expect(
      suggestions.first?.sentence.hasSuffix("write order: CDAB in modbus:") == true,
      "\(suggestions)"
    )
  }

  @Test("A simulated device is read, and suggests nothing")
  func simulator() async throws {
    let library = ProfileLibrary(folder: Repository.root.appending(path: "DeviceProfiles").path)
    for name in ["reflow-oven-10-zone", "temperature-humidity-transmitter", "servo-drive"] {
      let profile = try library.profile(named: name)
      let simulation = try Simulation(
        SimulationOptions(
          devices: [.init(profile: profile)],
          carrier: .tcp(Endpoint(host: "127.0.0.1", port: 0))
        ),
        time: SystemTime()
      )
      let (ready, continuation) = AsyncStream<SimulationAddress>.makeStream()
      let server = Task { try await simulation.run { continuation.yield($0) } }
      var iterator = ready.makeAsyncIterator()
      guard case .tcp(let endpoint)? = await iterator.next()?.place else {
        Issue.record("the simulator did not start")
        return
      }
      let bus = makeBus(
        .tcp(endpoint),
        timeout: .seconds(2),
        firstTransaction: 5,
        time: SystemTime()
      )
      let (scans, suggestions) = try await Bench.trial(profile, bus)
      #expect(scans.allSatisfy { $0.isGood }, "\(name)")
      #expect(suggestions == [], "\(name)")
      let capture = try Capture(of: scans, by: profile, unit: UnitID(1), origin: Capture.simulated)
      let (file, findings) = CaptureFile.load(bytes: Array(capture.text.utf8), file: "c.yaml")
      #expect(findings == [])
      #expect(CaptureVerification.findings(of: try #require(file), with: profile) == [])
      await bus.close()
      server.cancel()
      _ = try? await server.value
    }
  }

  @Test("A port that another program has is said to be in use")
  func locked() async throws {
    let pair = try await PtyPair()
    let line = SerialLine(port: pair.left, baud: 19_200, parity: .none)
    let profile = try Bench.profile(
      "bench",
      Bench.text(["name: s, table: holding, address: 0, type: uint16"])
    )
    let agent = makeBus(
      .rtu(line),
      timeout: .milliseconds(50),
      firstTransaction: 0,
      time: SystemTime()
    )
    _ = try await Bench.trial(profile, agent)
    let bus = makeBus(
      .rtu(line),
      timeout: .milliseconds(50),
      firstTransaction: 0,
      time: SystemTime()
    )
    let (scans, _) = try await Bench.trial(profile, bus)
    let failure = scans.first?.exchanges.first?.failure
    #expect(failure?.cause == .noConnection)
    #expect(failure?.detail.contains("is used by") == true)
    await agent.close()
    await bus.close()
  }
}
