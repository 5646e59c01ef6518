import Fieldbus
import Foundation
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Acquisition

/// Profiles that were written with profile-howto.md and a maker's page alone, against devices that
/// were set from the same page by other means.
///
/// Both pages are public. That of the Siemens QFA3150/MO (A6V12297475, page 8) says what registers
/// mean and no values; those here are made up. That of the SUTO S430 (manual, page 42) works one
/// value out in bytes, 0A 11 42 C5; it is the flow here, and the other floats lie like it.
@Suite("The how-to of profiles")
struct ProfileHowToTests {
  /// A page's registers by the numbers that it has.
  private struct Page: Encodable {
    /// The number of the first register.
    let first: Int
    var holding: [String: UInt16]
  }

  private static let sensor = Page(
    first: 1,
    holding: [
      "1": 2_345, "2": 0, "3": 4_520, "4": 0, "401": 0, "764": 1, "765": 0, "766": 0,
    ]
  )

  private static let meter = Page(
    first: 0,
    holding: [
      "0": 0x0000, "1": 0x41AC, "2": 0x872B, "3": 0x40C6, "4": 0xCCCD, "5": 0x420E,
      "6": 0x0A11, "7": 0x42C5, "8": 0xE240, "9": 0x0001, "10": 0, "11": 0, "12": 0, "13": 0,
      "14": 7, "15": 0, "24": 0, "25": 0,
    ]
  )

  private static func profile(_ name: String) throws -> DeviceProfile {
    let text = try #require(
      Document("profile-howto.md").blocks(of: "yaml").first { $0.hasPrefix("profile: \(name)\n") }
    )
    let folder = try TemporaryFolder()
    #expect(ProfileLoader.findings(try folder.write(text, to: "\(name).yaml")) == [])
    return try ProfileLoader.load(bytes: Array(text.utf8), file: "\(name).yaml")
  }

  /// What is read with the profile from a device that holds the page.
  private static func read(_ name: String, from page: Page) async throws -> [String: Reading] {
    let folder = try TemporaryFolder()
    let json = String(decoding: try JSONEncoder().encode(page), as: UTF8.self)
    let peer = try PeerProcess(
      Repository.python.path,
      [
        Repository.root.appending(path: "Tests/Peers/manual_page.py").path, "0",
        folder.write(json, to: "page.json"),
      ]
    )
    let ready = try await peer.line { $0.hasPrefix("ready") }
    let port = try #require(ready.split(separator: " ").last.flatMap { Int($0) })
    let bus = makeBus(
      .tcp(Endpoint(host: "127.0.0.1", port: port)),
      timeout: .seconds(10),
      maximumInFlight: 1,
      firstTransaction: 1,
      time: SystemTime()
    )
    let groups = try ScanGroup.groups(
      of: profile(name),
      device: DeviceID(checked: "d"),
      unit: UnitID(1)
    )
    var readings: [String: Reading] = [:]
    for group in groups {
      let scan = group.scan(from: await bus.exchange(group.requests))
      for (signal, reading) in zip(group.signals, scan.readings) { readings[signal.name] = reading }
    }
    await bus.close()
    return readings
  }

  @Test("The sensor of the walk-through reads what its page says, and its reliability judges it")
  func walkThrough() async throws {
    let readings = try await Self.read("siemens-qfa3150-mo", from: Self.sensor)
    #expect(
      readings == [
        "temperature": Reading(.real(23.45)), "temperature.reliability": Reading(.text("no error")),
        "humidity": Reading(.real(45.2)), "humidity.reliability": Reading(.text("no error")),
      ]
    )
    var broken = Self.sensor
    broken.holding["1"] = 65_036
    broken.holding["4"] = 1
    let bad = try await Self.read("siemens-qfa3150-mo", from: broken)
    #expect(bad["temperature"] == Reading(.outOfRange, evidence: .real(-5)))
    #expect(bad["humidity"] == Reading(.deviceStatus, evidence: .real(45.2)))
    #expect(bad["humidity.reliability"] == Reading(.text("unavailable")))
  }

  @Test("The meter of the rehearsal reads what its page says, the worked value among it")
  func rehearsal() async throws {
    let readings = try await Self.read("suto-s430", from: Self.meter)
    #expect(
      readings == [
        "gas.temperature": Reading(.single(21.5)), "gas.pressure": Reading(.single(6.204)),
        "gas.velocity": Reading(.single(35.7)),
        "gas.flow": Reading(.single(Float(bitPattern: 0x42C5_0A11))),
        "consumption": Reading(.integer(123_456)), "reverse.velocity": Reading(.single(0)),
        "reverse.flow": Reading(.single(0)), "reverse.consumption": Reading(.integer(7)),
        "system.status": Reading(.integer(0)),
      ]
    )
  }

  @Test("The skeleton is a profile once the words in capital letters are replaced")
  func skeleton() throws {
    let text = try #require(Document("profile-howto.md").blocks(of: "text").first)
    let filled = text.replacing("MAKER-MODEL", with: "maker-model")
      .replacing("WHAT.IS.MEASURED", with: "temperature").replacing("STATUS", with: "status")
    let folder = try TemporaryFolder()
    #expect(ProfileLoader.findings(try folder.write(filled, to: "maker-model.yaml")) == [])
  }

  @Test("Neither device of the how-to is in the library")
  func strangers() throws {
    let folder = Repository.root.appending(path: "DeviceProfiles").path
    let names = try ProfileLibrary(folder: folder).names()
    #expect(!names.contains("siemens-qfa3150-mo") && !names.contains("suto-s430"))
  }
}
