import Foundation
import StationAPI
import Telemetry
import TestSupport
import Testing

/// The page in Debian's Chromium, driven by `Tests/Peers/station_page.py`.
@Suite("Page", .timeLimit(.minutes(5)))
struct PageTests {
  /// 2026-11-24T14:32:05Z: the wall clock of the line in the pictures when it starts.
  private static let start = Instant(microseconds: 1_795_530_725_000_000)

  private static let busy = Problem(
    type: "station-busy",
    title: "The station is busy",
    status: 409,
    detail: "servo-burn-in-2 works on lot ACT-41; end it first: lotline lot end servo-burn-in-2"
  )

  @Test("The page shows the line as it is, takes commands, and says when it is cut off")
  func page() async throws {
    let service = FakeStation(Self.line(), time: WallClock(start: Self.start))
    await service.fail(with: Self.busy)
    // Below the range that the system hands out, so that it is still free when we come back to it.
    let port = Int.random(in: 20_000..<32_000)
    let folder = try TemporaryFolder()
    let browser = try Self.browser(port: port, pictures: folder.url.path)
    try await Served.with(service, port: port) { _ in
      while case let step = try await browser.line(within: .seconds(120)), step != "stop" {
        try await Self.perform(step, on: service)
        try browser.send("ok")
      }
    }
    try browser.send("ok")
    #expect(try await browser.line(within: .seconds(120)) == "start again")
    await service.change { $0.seq = 50_000 }
    try await Served.with(service, port: port) { _ in
      try browser.send("ok")
      #expect(try await browser.line(within: .seconds(120)) == "done")
    }
    #expect(try await browser.finish().status == 0)
  }

  /// Starts the script; pictures go to the folder that LOTLINE_PICTURES names, where it is set.
  private static func browser(port: Int, pictures: String) throws -> PeerProcess {
    let kept = ProcessInfo.processInfo.environment["LOTLINE_PICTURES"]
    let script = Repository.root.appending(path: "Tests/Peers/station_page.py").path
    return try PeerProcess(
      Repository.python.path,
      [script, "http://127.0.0.1:\(port)/", kept ?? pictures]
    )
  }

  /// What the line looks like when the page opens: one bad reading, and the hub away.
  private static func line() -> Line {
    var line = Line()
    line.bindings[Line.oven] = binding(program: "SAC305-4711")
    line.materials = [
      material(40_990, "PCB-4711-C-318", "Bare board 4711 rev C"),
      material(40_991, "P-2611-77", "SAC305 solder paste"),
    ]
    line.bad["zone7.bottom.temperature"] = .outOfRange
    line.uplink = (.away, start.advanced(by: .seconds(-30 * 60)), 1_284)
    return line
  }

  private static func binding(program: String) -> StationStatus.ActiveBinding {
    StationStatus.ActiveBinding(
      seq: 41_007,
      since: start.advanced(by: .seconds(-23 * 60)),
      binding: Binding(
        station: Line.oven,
        lot: LotID(checked: "PCB-2611-0042"),
        part: Label(checked: "4711 rev C"),
        workOrder: Label(checked: "WO-88120"),
        operatorName: Label(checked: "N. Aziz"),
        program: Label(checked: program)
      )
    )
  }

  /// A lot on one of two lanes, with all that can be said of it.
  private static let laned = StationStatus.ActiveBinding(
    seq: 41_007,
    since: start.advanced(by: .seconds(-23 * 60)),
    binding: Binding(
      station: Line.oven,
      lane: LaneID(checked: "front"),
      lot: LotID(checked: "PCB-2611-0042"),
      part: Label(checked: "4711"),
      revision: Label(checked: "C"),
      workOrder: Label(checked: "WO-88120"),
      operatorName: Label(checked: "N. Aziz"),
      program: Label(checked: "SAC305-4711"),
      quantity: 40,
      notes: ["lot_elsewhere"]
    ),
    units: StationStatus.UnitCount(
      inside: 2,
      left: 11,
      removed: 0,
      scrapped: 1,
      serials: [SerialNumber(checked: "SN-12"), SerialNumber(checked: "SN-13")]
    )
  )

  /// A lot in work that a list has on hold since.
  private static let held = StationStatus.ActiveBinding(
    seq: 41_007,
    since: start.advanced(by: .seconds(-23 * 60)),
    binding: Binding(
      station: Line.oven,
      lane: LaneID(checked: "front"),
      lot: LotID(checked: "PCB-2611-0042"),
      part: Label(checked: "4711"),
      workOrder: Label(checked: "WO-88120"),
      operatorName: Label(checked: "N. Aziz")
    ),
    doubts: [
      BindingNote(code: "lot_on_hold", sentence: "lot PCB-2611-0042 is on hold (solder <voids>)")
    ]
  )

  private static let timestamps = TimestampStatus(
    url: "http://timestamp.example/tsr",
    state: .away,
    since: start.advanced(by: .seconds(-300)),
    last: TimestampStatus.Last(
      time: start.advanced(by: .seconds(-600)),
      authority: "Plant <TSA>",
      records: 40_698
    ),
    detail: "it did not answer in time"
  )

  private static let lists = ListsStatus(
    source: ListSourceStatus(
      uplink: "plant",
      state: .away,
      since: start.advanced(by: .seconds(-120)),
      detail: "nobody answers"
    ),
    inForce: [
      ListStatus(
        PlantListHead(
          list: .workOrders,
          revision: 17,
          sha256: .sha256([]),
          count: 2,
          by: Label(checked: "mes"),
          at: start
        ),
        since: start,
        seq: 41_000
      )
    ]
  )

  private static func material(_ seq: Int, _ lot: String, _ name: String)
    -> StationStatus.LoadedMaterial
  {
    StationStatus.LoadedMaterial(
      seq: seq,
      since: start.advanced(by: .seconds(-40 * 60)),
      load: MaterialLoad(
        station: Line.oven,
        lot: LotID(checked: lot),
        material: Label(checked: name)
      )
    )
  }

  private static func perform(_ step: String, on service: FakeStation) async throws {
    switch step {
    case "ready": break
    case "markup":
      let markup = binding(program: "<img src=x onerror=alert(1)>")
      await service.change { $0.bindings[Line.oven] = markup }
    case "doubt": await service.change { $0.spoil(at: start) }
    case "drift": await service.change { $0.drift = 3 }
    case "silence":
      let since = start.advanced(by: .seconds(-2 * 60))
      let silence = DeviceStatus.Silence(
        since: since,
        detail: Cause.noConnection.sentence,
        askedEveryMilliseconds: 5_000
      )
      await service.change { $0.servoSilence = silence }
    case "age": await service.change { $0.ageMilliseconds = 60_000 }
    case "overdue":
      let sentence = "reflow-1: board SN-12 did not come to the exit when it should have"
      await service.change { $0.boardProblems = [sentence] }
    case "found": await service.change { $0.boardProblems = [] }
    case "hub back": await service.change { $0.uplink = (.connected, start, 3) }
    case "lanes":
      await service.change {
        $0.lanes[Line.oven] = [LaneID(checked: "front"), LaneID(checked: "rear")]
        $0.bindings[Line.oven] = laned
      }
    case "held":
      await service.change { line in
        line.bindings[Line.oven] = held
        line.lists = lists
      }
    case "stamped": await service.change { $0.timestamps = timestamps }
    case "commands work": await service.fail(with: nil)
    default: Issue.record("the script asks for an unknown step: \(step)")
    }
  }
}

extension Line {
  /// The paste has expired, and the oxygen analyser's calibration is overdue.
  fileprivate mutating func spoil(at now: Instant) {
    let load = MaterialLoad(
      station: Line.oven,
      lot: LotID(checked: "P-2611-77"),
      material: Label(checked: "SAC305 solder paste"),
      expires: now
    )
    let doubt = BindingNote(code: "material_expired", sentence: "it expired; take another lot")
    materials[1] = StationStatus.LoadedMaterial(
      seq: 40_991,
      since: now,
      load: load,
      doubts: [doubt]
    )
    instruments = [
      InstrumentStatus(
        instrument: Label(checked: "O2-17"),
        state: "overdue",
        since: now,
        doubt: "the calibration of O2-17 was due",
        stations: [Line.oven],
        signals: ["o2-1/oxygen"],
        seq: nil,
        last: nil
      )
    ]
  }
}

/// The machine's clocks, with the wall clock set to a time of the test's choice.
private struct WallClock: TimeSource {
  private let system = SystemTime()
  private let start: Instant
  private let zero: Duration

  init(start: Instant) {
    self.start = start
    zero = system.uptime()
  }

  func now() -> Instant { start.advanced(by: system.uptime() - zero) }
  func uptime() -> Duration { system.uptime() }
  func sleep(until deadline: Duration) async throws { try await system.sleep(until: deadline) }
}
