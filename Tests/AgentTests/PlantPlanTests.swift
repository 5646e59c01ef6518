import Acquisition
import Fieldbus
import MarkedYAML
import Settings
import StationAPI
import Telemetry
import TestSupport
import Testing

@testable import Agent

@Suite("Plant plan")
struct PlantPlanTests {
  private static let none = Differences(added: [], changed: [], removed: [])

  private func files() throws -> PlantFiles {
    let files = try PlantFiles([.tcp("a", port: 501), .tcp("b"), .tcp("c", port: 503)])
    try files.write()
    return files
  }

  /// What a change of the files comes to.
  private func changes(_ change: (inout PlantFiles) throws -> Void) throws -> PlantChanges {
    var files = try files()
    let old = try files.plan()
    try change(&files)
    try files.write()
    return PlantChanges(from: old, to: try files.plan())
  }

  @Test("The same files change nothing")
  func same() throws {
    let changes = try changes { _ in }
    #expect(changes.isEmpty)
    #expect(changes.undisturbed == ["a", "b", "c"])
  }

  @Test("A device is asked as its bus makes it cheapest, also after the bus has changed")
  func cheapest() throws {
    var files = try PlantFiles([.tcp("a", profile: "gap")])
    _ = try files.folder.write(
      """
      profile: gap
      title: Two registers far apart
      kind: other
      source: generic
      modbus: {max_gap: 60}
      groups:
        - name: g
          period: 1s
          signals:
            - {name: near, table: holding, address: 0, type: uint16}
            - {name: far, table: holding, address: 41, type: uint16}
      """,
      to: "gap.yaml"
    )
    var plans: [PlantPlan] = []
    for carrier in [
      #"tcp: "127.0.0.1:502""#, "rtu: {port: /dev/ttyS9, baud: 9600}",
      "rtu: {port: /dev/ttyS9, baud: 115200}",
    ] {
      files.buses[0].carrier = carrier
      try files.write()
      let plan = try files.plan()
      plans.append(plans.last.map { plan.keeping($0) } ?? plan)
    }
    #expect(plans.map { $0.buses[0].groups[0].requests.count } == [1, 2, 1])
  }

  @Test("A comment is a new document, and nothing else")
  func comment() throws {
    let changes = try changes { $0.rest = "# said anew" }
    #expect(!changes.isEmpty)
    #expect(changes.undisturbed == ["a", "b", "c"])
    #expect(changes.documents.map(\.name) == ["agent.yaml"])
    #expect(changes.summary.hasPrefix("nothing that is read or bound has changed; new: config"))
  }

  @Test("A bus whose timeout, profile or carrier has changed is changed; the others are not")
  func changed() throws {
    let edits: [(inout PlantFiles) throws -> Void] = [
      { $0.buses[1].timeout = "300ms" },
      { $0.buses[1].carrier = #"tcp: "127.0.0.1:504""# },
      {
        try $0.writeProfile("q", registers: 3)
        $0.buses[1].profile = "q"
      },
    ]
    for edit in edits {
      let changes = try changes(edit)
      #expect(changes.buses == Differences(added: [], changed: ["b"], removed: []))
      #expect(changes.undisturbed == ["a", "c"])
    }
  }

  @Test("A profile with another content changes every bus with a device of it")
  func profile() throws {
    let changes = try changes {
      try $0.writeProfile("p", registers: 5)
    }
    #expect(changes.buses.changed == ["a", "b", "c"])
    #expect(changes.devices.changed == ["dev-a", "dev-b", "dev-c"])
    #expect(changes.documents.map(\.name) == ["p"])
  }

  @Test("Buses, devices and stations come and go")
  func comeAndGo() throws {
    let changes = try changes {
      $0.buses.remove(at: 0)
      $0.buses.append(.tcp("d", port: 505))
      $0.stations = ["{id: s1, title: Oven}", "{id: s3}"]
    }
    #expect(changes.buses == Differences(added: ["d"], changed: [], removed: ["a"]))
    #expect(changes.devices == Differences(added: ["dev-d"], changed: [], removed: ["dev-a"]))
    #expect(changes.stations == Differences(added: ["s3"], changed: ["s1"], removed: ["s2"]))
    #expect(changes.undisturbed == ["b", "c"])
  }

  @Test("A device that serves another station is read on, and only its frames say something else")
  func station() throws {
    let changes = try changes { $0.buses[0].station = "s2" }
    #expect(changes.buses == Self.none)
    #expect(changes.devices == Differences(added: [], changed: ["dev-a"], removed: []))
    #expect(changes.undisturbed == ["a", "b", "c"])
  }

  @Test("The order of devices in the file does not matter, nor what stands before them")
  func order() throws {
    let changes = try changes {
      $0.buses.reverse()
      $0.stations.reverse()
    }
    #expect(changes.buses == Self.none && changes.devices == Self.none)
    #expect(changes.stations == Self.none)
  }

  @Test("What needs a restart is named with its place")
  func restart() throws {
    var files = try files()
    let old = try files.plan()
    files.agent = "edge-2"
    files.api = "127.0.0.1:8471"
    files.rest = #"uplinks: [{id: hub, url: "http://127.0.0.1:8480"}]"#
    try files.write()
    let findings = try files.plan().restartFindings(after: old)
    #expect(findings.map(\.code.name) == Array(repeating: "needs-restart", count: 3))
    #expect(findings.map(\.line) == [1, 14, 15])
    #expect(findings.map(\.column) == [8, 6, 10])
    #expect(
      findings[0].message
        == "\"agent\" has changed (from edge-1 to edge-2), and that needs a restart of the agent; "
        + "restart it, or change this back and reload"
    )
  }

  @Test("Findings of the configuration's profiles come all at once")
  func findings() throws {
    var files = try files()
    _ = try files.folder.write("profile: bad\ntitle: 3\n", to: "bad.yaml")
    files.buses[0].profile = "bad"
    files.buses[1].profile = "unknown"
    try files.write()
    let error = #expect(throws: SettingsError.self) { try files.plan() }
    let found = error?.findings ?? []
    #expect(found.contains { $0.file.hasSuffix("bad.yaml") })
    #expect(found.filter { $0.file == files.path }.map(\.code.name) == ["unknown-name"])
  }

  @Test("A text instrument's profile is refused on a Modbus bus, and the other way")
  func carriers() throws {
    var files = try files()
    _ = try files.folder.write(
      """
      profile: text
      title: An instrument
      kind: other
      source: generic
      serial: {terminator: "\\r\\n"}
      groups:
        - name: g
          period: 1s
          request: "A?\\r\\n"
          pattern: '^(?<a>\\d+)$'
          example: "1"
          fields: [{name: a}]
      """,
      to: "text.yaml"
    )
    files.buses[0].profile = "text"
    try files.write()
    let error = #expect(throws: SettingsError.self) { try files.plan() }
    #expect(
      error?.findings.first?.message.contains("is of an instrument on a plain serial port") == true,
      "\(error?.description ?? "")"
    )
  }

  @Test("What is the same in a new plan is in memory once")
  func keeping() throws {
    var files = try files()
    let old = try files.plan()
    files.buses[0].station = "s2"
    try files.write()
    let new = try files.plan().keeping(old)
    #expect(
      new.devices.map(\.stations)
        == [["s2"], ["s1"], ["s1"]].map { $0.map(StationID.init(checked:)) }
    )
    #expect(PlantChanges(from: old, to: new).devices.changed == ["dev-a"])
  }
}

@Suite("Interruption by a reload")
struct InterruptionTests {
  private func gap(after elapsed: Duration, isListening: Bool = false) throws -> Gap? {
    let files = try PlantFiles([.tcp("a")])
    try files.write()
    let group = try #require(try files.plan().buses.first?.groups.first)
    let interruption = Interruption(
      uptime: .seconds(5),
      start: .seconds(5),
      period: .seconds(1),
      isListening: isListening
    )
    let scan = group.scan(
      refused: .init(.timeout, "silent"),
      at: Instant(microseconds: 0).advanced(by: elapsed),
      uptime: .seconds(5) + elapsed
    )
    return interruption.gap(
      of: group.id,
      before: scan.start,
      at: Moment(wall: scan.at, uptime: scan.uptime)
    )
  }

  @Test(
    "A scan is missed when more than a period and a half have passed",
    arguments: [(1_000, nil), (1_490, nil), (1_510, 1), (2_400, 1), (10_000, 9)] as [(Int, Int?)]
  )
  func count(milliseconds: Int, scans: Int?) throws {
    let gap = try gap(after: .milliseconds(milliseconds))
    #expect(gap?.scans == scans)
    #expect(gap?.reason == scans.map { _ in .reconfigured })
    #expect(gap?.from == scans.map { _ in Instant(microseconds: 0) })
  }

  @Test("Of a device that sends by itself nobody knows how many were missed")
  func listening() throws {
    let gap = try #require(try gap(after: .seconds(4), isListening: true))
    #expect(gap.scans == nil)
  }
}
