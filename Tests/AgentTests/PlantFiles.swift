import Foundation
import Telemetry
import TestSupport

@testable import Agent

/// A configuration and its profiles in a folder of their own, which a test changes as people do.
struct PlantFiles: Sendable {
  /// One bus with one device on it.
  struct Bus: Sendable {
    var id: String
    var carrier: String
    var profile: String
    var device: String
    var timeout = "500ms"
    var station = "s1"

    /// What stands behind the device's `writes`, if anything.
    var writes: String?

    /// Further keys of the device.
    var more: String?

    static func tcp(_ id: String, port: Int = 502, profile: String = "p") -> Bus {
      Bus(
        id: id,
        carrier: "tcp: \"127.0.0.1:\(port)\"",
        profile: profile,
        device: "dev-" + id
      )
    }
  }

  let folder: TemporaryFolder
  var buses: [Bus]
  var stations = ["{id: s1}", "{id: s2}"]
  var agent = "edge-1"
  var api = "127.0.0.1:8470"

  /// Lines that are added at the end.
  var rest = ""

  init(_ buses: [Bus]) throws {
    folder = try TemporaryFolder()
    self.buses = buses
    try writeProfile("p")
  }

  var path: String { folder.path("agent.yaml") }
  var journal: String { folder.path("journal.sqlite") }

  /// Writes `agent.yaml` as the properties are now.
  func write() throws {
    let lines = buses.map { "  - {id: \($0.id), \($0.carrier), timeout: \($0.timeout)}" }
    let devices = buses.map { bus in
      "  - {id: \(bus.device), profile: \(bus.profile), bus: \(bus.id), unit: 1, "
        + "station: \(bus.station)\(bus.writes.map { ", writes: \($0)" } ?? "")"
        + "\(bus.more.map { ", \($0)" } ?? "")}"
    }
    _ = try folder.write(
      """
      agent: \(agent)
      site: Test
      stations: [\(stations.joined(separator: ", "))]
      buses:
      \(lines.joined(separator: "\n"))
      devices:
      \(devices.joined(separator: "\n"))
      profiles: .
      journal: {path: journal.sqlite}
      api: "\(api)"
      \(rest)
      """,
      to: "agent.yaml"
    )
  }

  /// Writes a profile whose one group reads so many registers.
  func writeProfile(_ name: String, registers: Int = 2, period: String = "100ms") throws {
    let signals = (0..<registers).map {
      "      - {name: r\($0), table: holding, address: \($0), type: uint16}"
    }
    _ = try folder.write(
      """
      profile: \(name)
      title: A test device
      kind: other
      source: generic
      modbus: {address_base: 0}
      groups:
        - name: g
          period: \(period)
          signals:
      \(signals.joined(separator: "\n"))
      """,
      to: "\(name).yaml"
    )
  }

  func plan() throws -> PlantPlan { try PlantPlan.read(path) }
}
