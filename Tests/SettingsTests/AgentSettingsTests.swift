import Foundation
import MarkedYAML
import Telemetry
import TestSupport
import Testing

@testable import Settings

@Suite("Agent settings")
struct AgentSettingsTests {
  private static let good = """
    agent: edge-1
    site: Plant 7
    stations:
      - {id: reflow-1, title: Reflow line 1}
      - {id: servo-1}
    buses:
      - {id: oven, tcp: "oven.plant:502", timeout: 250ms, silent_share: 12.5%}
      - id: rs485
        rtu: {port: ports/rs485, baud: 38400, parity: none, stop_bits: 2}
      - {id: o2, serial: {port: /dev/ttyS1}}
    devices:
      - {id: oven-1, profile: reflow-oven-10-zone, bus: oven, unit: 255, station: reflow-1}
      - {id: climate-1, profile: hygro, bus: rs485, unit: 11, stations: [reflow-1, servo-1]}
      - {id: oxygen-1, profile: oxygen-analyser, bus: o2, station: reflow-1}
    profiles: ../profiles
    journal: {path: data/journal.sqlite}
    uplinks:
      - {id: hub, url: "https://hub.plant:8480/", batch_records: 500}
    api: 127.0.0.1:8470
    """

  private func load(_ text: String) throws -> AgentSettings {
    try AgentSettings.load(bytes: Array(text.utf8), path: "/etc/lotline/agent.yaml")
  }

  /// The findings of the good file with one text exchanged, without the file's name.
  private func findings(replacing old: String, by new: String) -> [String] {
    precondition(Self.good.contains(old))
    do {
      _ = try load(Self.good.replacingOccurrences(of: old, with: new))
      return []
    } catch let error as SettingsError {
      return error.findings.map {
        String($0.description.dropFirst("/etc/lotline/agent.yaml:".count))
      }
    } catch {
      return ["\(error)"]
    }
  }

  @Test("A good file is read whole, with paths from its folder and defaults where it is silent")
  func good() throws {
    let settings = try load(Self.good)
    #expect(settings.agent.text == "edge-1")
    #expect(settings.site.text == "Plant 7")
    #expect(settings.stations.map(\.id.text) == ["reflow-1", "servo-1"])
    #expect(
      settings.buses.map(\.carrier) == [
        .tcp(Endpoint(host: "oven.plant", port: 502)),
        .rtu(
          SerialLine(
            port: "/etc/lotline/ports/rs485",
            baud: 38_400,
            parity: .none,
            dataBits: 8,
            stopBits: 2
          )
        ),
        .serial(SerialLine(port: "/dev/ttyS1", baud: 9_600, parity: .none)),
      ]
    )
    #expect(settings.buses.map(\.timeout) == [.milliseconds(250), .seconds(1), .seconds(1)])
    #expect(settings.buses.map(\.silentShare) == [0.125, 0.05, 0.05])
    #expect(settings.devices.map { $0.unit?.rawValue } == [255, 11, nil])
    #expect(settings.devices[1].stations.map(\.text) == ["reflow-1", "servo-1"])
    #expect(settings.profiles == "/etc/profiles")
    #expect(settings.journal.path == "/etc/lotline/data/journal.sqlite")
    #expect(settings.journal.commitInterval == .milliseconds(100))
    #expect(
      settings.uplinks == [
        UplinkSettings(id: "hub", url: "https://hub.plant:8480", batchRecords: 500)
      ]
    )
    #expect(settings.api == Endpoint(host: "127.0.0.1", port: 8_470))
    #expect(settings.hash == .sha256(Self.good.utf8))
    #expect(settings.text == Self.good)
  }

  @Test("A line's direction, silence and echo are read, and a false rs485 leaves the rest unsaid")
  func lineKeys() throws {
    func line(_ keys: String) throws -> SerialLine? {
      let text = Self.good.replacingOccurrences(of: "stop_bits: 2}", with: "\(keys)}")
      guard case .rtu(let line) = try load(text).buses[1].carrier else { return nil }
      return line
    }
    let plain = try #require(try line("stop_bits: 1"))
    #expect(plain.direction == nil && plain.wantedGap == nil && !plain.echoes)
    let high = try line("rs485: true, rs485_delay: 2ms, frame_gap: 10ms, echo: true")
    #expect(
      high?.direction
        == DirectionControl(delayBefore: .milliseconds(2), delayAfter: .milliseconds(2))
    )
    #expect(high?.wantedGap == .milliseconds(10) && high?.echoes == true)
    let low = try line("rs485: true, rts_on_send: low, rs485_delay_after: 3ms")
    #expect(
      low?.direction == DirectionControl(whileSending: .low, delayAfter: .milliseconds(3))
    )
    #expect(try line("rs485: false, rts_on_send: low")?.direction == nil)
  }

  @Test(
    "What does not fit together is found at its place, with what would be right",
    arguments: [
      (
        "bus: oven,", "bus: ovens,",
        "12:53: there is no bus \"ovens\" in this file; did you mean \"oven\"?"
      ),
      (
        "station: reflow-1}\n  - {id: cl", "station: reflow1}\n  - {id: cl",
        "12:79: there is no station \"reflow1\" in this file; did you mean \"reflow-1\"?"
      ),
      (
        "bus: o2, station", "bus: o2, unit: 3, station",
        "14:55: bus o2 is a plain serial line, which has no units; remove \"unit\""
      ),
      (
        "bus: rs485, unit: 11,", "bus: rs485,",
        "13:5: \"unit\" is missing in this device; add a whole number from 1 to 247, or 255 on TCP, "
          + "such as unit: 1"
      ),
      (
        "unit: 11", "unit: 255",
        "13:55: \"unit\" is 255; on a serial line write a whole number from 1 to 247"
      ),
      (
        "unit: 11", "unit: 0",
        "13:55: \"unit\" is 0; write a whole number from 1 to 247, or 255 on TCP, such as 1"
      ),
      (
        "profile: hygro, bus: rs485, unit: 11", "profile: hygro, bus: oven, unit: 255",
        "13:54: unit 255 on bus oven is there a second time, first at line 12; "
          + "give each device on a bus a unit of its own"
      ),
      (
        "profile: hygro, bus: rs485, unit: 11", "profile: hygro, bus: o2",
        "14:51: a device on the serial bus o2 is there a second time, first at line 13; "
          + "one instrument has a line alone"
      ),
      (
        "id: climate-1", "id: oven-1",
        "13:10: device oven-1 is there a second time, first at line 12; "
          + "give each device an id of its own"
      ),
      (
        "/dev/ttyS1", "/etc/lotline/ports/rs485",
        "10:29: line /etc/lotline/ports/rs485 is there a second time, first at line 9; "
          + "name it once, as one bus, and let the devices share it"
      ),
      (
        "api: 127.0.0.1:8470", "api: 0.0.0.0:8470",
        "19:6: \"api\" is 0.0.0.0:8470, which other machines can reach, and whoever reaches it can "
          + "start and end lots; write 127.0.0.1:8470"
      ),
      (
        "https://hub", "ftp://hub",
        "18:20: \"url\" is \"ftp://hub.plant:8480/\"; write the hub's address with http:// or https://, "
          + "such as http://hub.plant:8480"
      ),
      (
        "https://hub", "https://me:secret@hub",
        "18:20: \"url\": an address does not hold a name or password; remove what is before the @"
      ),
      (
        "\"oven.plant:502\"", "oven.plant",
        "7:21: \"tcp\": oven.plant has no port; write oven.plant:502, or another port"
      ),
      (
        "\"oven.plant:502\"", "\"::1:502\"",
        "7:21: \"tcp\": put an IPv6 address in brackets: \"[::1]:502\""
      ),
      (
        "38400", "38401",
        "9:36: \"baud\" is 38401; write a baud rate from 300 to 921600, such as 19200"
      ),
      (
        "id: o2,", "id: o2, tcp: \"a:1\",",
        "10:26: a bus is one line; keep one of tcp, tls, rtu_over_tcp, rtu and serial"
      ),
      (
        "agent: edge-1", "agent: on",
        "1:8: \"agent\": on without quotes is the truth value true in YAML; quote it: \"on\""
      ),
      (
        "250ms", "250", "7:48: \"timeout\": 250 has no unit; write 250ms, 250s or 250m"
      ),
      (
        "agent: edge-1", "agent: edge/1",
        "1:8: \"agent\": agent \"edge/1\" cannot be used: use letters, digits, '.', '_' and '-', starting with a letter or digit"
      ),
    ]
  )
  func mistakes(old: String, new: String, expected: String) {
    #expect(findings(replacing: old, by: new) == [expected])
  }

  @Test("A device server is an address, or one with the speed of the line behind it")
  func deviceServers() throws {
    func carriers(_ bus: String) throws -> [BusCarrier] {
      let text = Self.good.replacingOccurrences(of: #"tcp: "oven.plant:502""#, with: bus)
        .replacingOccurrences(of: "unit: 255", with: "unit: 1")
      return try load(text).buses.map(\.carrier)
    }
    let endpoint = Endpoint(host: "moxa.plant", port: 4_001)
    #expect(
      try carriers(#"rtu_over_tcp: "moxa.plant:4001""#)[0] == .rtuOverTCP(DeviceServer(endpoint))
    )
    #expect(
      try carriers(#"rtu_over_tcp: {address: "moxa.plant:4001", baud: 9600}"#)[0]
        == .rtuOverTCP(DeviceServer(endpoint, baud: 9_600))
    )
  }

  @Test("Everything that is wrong is said at once")
  func all() {
    let error = #expect(throws: SettingsError.self) { try load("agent: 7\nstation: x\n") }
    let codes = error?.findings.map(\.code.name) ?? []
    #expect(codes.filter { $0 == "missing-key" }.count == 4)
    #expect(codes.contains("ambiguous-scalar") && codes.contains("unknown-key"))
  }

  @Test(
    "The API is on this machine only",
    arguments: ["localhost:1", "127.8.8.8:1", "\"[::1]:1\""]
  )
  func loopback(address: String) {
    #expect(findings(replacing: "api: 127.0.0.1:8470", by: "api: \(address)") == [])
  }

  @Test("A missing file is named with what to do")
  func missing() {
    let error = #expect(throws: SettingsError.self) {
      try AgentSettings.load("/nonexistent/a.yaml")
    }
    #expect(
      error?.description
        == "/nonexistent/a.yaml:1:1: there is no such file; check its name and folder"
    )
  }

  @Test("The examples that come with the program are good, and name shipped profiles")
  func examples() throws {
    let config = Repository.root.appending(path: "Config")
    let agent = try AgentSettings.load(config.appending(path: "agent.yaml").path)
    #expect(agent.profiles == Repository.root.appending(path: "DeviceProfiles").path)
    for device in agent.devices {
      let path = agent.profiles + "/" + device.profile + ".yaml"
      #expect(FileManager.default.fileExists(atPath: path), "\(path)")
    }
    let hub = try HubSettings.load(config.appending(path: "hub.yaml").path)
    #expect(hub.listen == Endpoint(host: "127.0.0.1", port: 8_480))
    #expect(hub.database == "/tmp/lotline-demo/hub.sqlite")
    #expect(agent.uplinks.map(\.url) == ["http://\(hub.listen)"])
  }

  @Test("A hub's file is checked as well")
  func hub() {
    let error = #expect(throws: SettingsError.self) {
      try HubSettings.load(bytes: Array("listen: 8480\ndatabse: x\n".utf8), path: "/h/hub.yaml")
    }
    #expect(
      error?.findings.map(\.description) == [
        "/h/hub.yaml:1:1: \"database\" is missing in this hub configuration; add a path, from / or "
          + "from this file's folder, such as database: /var/lib/lotline-hub/hub.sqlite",
        "/h/hub.yaml:1:9: \"listen\" is 8480; write a host and a port, such as 192.168.10.5:8480",
        "/h/hub.yaml:2:1: \"databse\" is not a key of a hub configuration; did you mean \"database\"?",
      ]
    )
  }
}
