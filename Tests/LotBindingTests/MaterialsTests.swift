import Telemetry
import Testing

@testable import LotBinding

/// Bindings with a clock and a journal as plain as can be.
struct BindingBench {
  var bindings: Bindings
  var now = Instant(microseconds: 1_795_554_000_000_000)
  private(set) var seq = 0
  private(set) var records: [Record] = []

  init(rules: [BindingRule: BindingRules.Verdict] = [:], instruments: InstrumentUse = [:]) {
    bindings = Bindings(
      BindingPlan(
        stations: [StationID(checked: "reflow-1"): [], StationID(checked: "final-1"): []],
        rules: BindingRules(rules),
        instruments: instruments
      )
    )
  }

  /// Judges a command, records it and applies it.
  @discardableResult
  mutating func perform(_ judge: (Bindings) throws -> Judgement) throws -> Judgement {
    let judgement = try judge(bindings)
    record(judgement.content)
    return judgement
  }

  mutating func record(_ content: Record.Content) {
    seq += 1
    let record = Record(seq: seq, at: now, content: content)
    records.append(record)
    bindings.apply(record)
  }

  mutating func recordEvents() -> [Event] {
    let events = bindings.calendarEvents(at: now)
    for event in events { record(.event(event)) }
    return events
  }

  /// The same journal, replayed by a new run.
  func replayed() -> Bindings {
    var bindings = Bindings(stations: [StationID(checked: "reflow-1")])
    for record in records { bindings.apply(record) }
    return bindings
  }

  mutating func advance(_ duration: Duration) { now = now.advanced(by: duration) }
}

@Suite("Materials")
struct MaterialsTests {
  private let oven = StationID(checked: "reflow-1")
  private let hash = Digest.sha256(Array("the certificate".utf8))

  private func paste(_ lot: String = "PASTE-9") -> MaterialOrder {
    var order = MaterialOrder(
      station: oven,
      lot: LotID(checked: lot),
      material: Label(checked: "SAC305 paste")
    )
    order.certificate = Label(checked: "5521")
    return order
  }

  private func codes(_ error: (any Error)?) -> [String] {
    guard case .refused(let notes)? = error as? BindingError else { return [] }
    return notes.map(\.code)
  }

  private func load(_ judgement: Judgement) throws -> MaterialLoad {
    guard case .materialLoad(let load) = judgement.content else {
      throw BindingError.idle(StationLane(oven, nil))
    }
    return load
  }

  @Test("Expired material is refused, and the answer says when it expired")
  func expired() {
    var bench = BindingBench()
    var order = paste()
    order.expires = bench.now
    let error = #expect(throws: BindingError.self) {
      try bench.perform { [now = bench.now] in try $0.load(order, at: now) }
    }
    #expect(codes(error) == ["material_expired"])
    #expect(error?.description.contains("expired \(bench.now)") == true)
  }

  @Test("Where the plant only wants a warning, it is loaded, and record and answer say so")
  func warned() throws {
    var bench = BindingBench(rules: [.materialExpired: .warn])
    var order = paste()
    order.expires = bench.now
    let judgement = try bench.perform { [now = bench.now] in try $0.load(order, at: now) }
    #expect(judgement.notes.map(\.code) == ["material_expired"])
    #expect(try load(judgement).notes == ["material_expired"])
  }

  @Test("A jar that is put back is as old as before, until somebody says when it was opened")
  func floorLife() throws {
    var bench = BindingBench()
    var order = paste()
    order.floorLife = .seconds(8 * 3_600)
    let opened = bench.now
    try bench.perform { [now = bench.now] in try $0.load(order, at: now) }
    try bench.perform { try $0.unload(UnloadOrder(station: oven, lot: order.lot)) }
    bench.advance(.seconds(4 * 3_600))
    let again = try bench.perform { [now = bench.now] in try $0.load(self.paste(), at: now) }
    #expect(try load(again).opened == opened)
    #expect(try load(again).floorLifeUntil == opened.advanced(by: .seconds(8 * 3_600)))
    try bench.perform { try $0.unload(UnloadOrder(station: oven, lot: order.lot)) }
    bench.advance(.seconds(4 * 3_600))
    let error = #expect(throws: BindingError.self) {
      try bench.perform { [now = bench.now] in try $0.load(self.paste(), at: now) }
    }
    #expect(codes(error) == ["material_expired"])
    var fresh = paste()
    fresh.opened = bench.now
    let other = try bench.perform { [now = bench.now] in try $0.load(fresh, at: now) }
    #expect(try load(other).floorLifeUntil == bench.now.advanced(by: .seconds(8 * 3_600)))
  }

  @Test("What was said of a lot before holds for its next load, after a restart too")
  func knownBefore() throws {
    var bench = BindingBench()
    var order = paste()
    order.kind = Label(checked: "paste")
    order.expires = bench.now.advanced(by: .seconds(60))
    order.certificate = nil
    order.certificateReference = CertificateReference(
      id: Label(checked: "5521"),
      type: .analysis,
      sha256: hash
    )
    try bench.perform { [now = bench.now] in try $0.load(order, at: now) }
    let bare = MaterialOrder(station: oven, lot: order.lot, material: order.material)
    bench.record(
      .materialUnload(MaterialUnload(station: oven, lot: order.lot, load: bench.seq))
    )
    let load = try load(bench.replayed().load(bare, at: bench.now))
    #expect(load.kind == order.kind && load.expires == order.expires)
    #expect(load.certificateReference == order.certificateReference)
  }

  @Test("Material without a certificate is loaded with a note")
  func uncertified() throws {
    var bench = BindingBench()
    let bare = MaterialOrder(
      station: oven,
      lot: LotID(checked: "N2-4"),
      material: Label(checked: "nitrogen")
    )
    let judgement = try bench.perform { [now = bench.now] in try $0.load(bare, at: now) }
    #expect(judgement.notes.map(\.code) == ["material_uncertified"])
  }

  @Test("Other bytes under a certificate's number and revision are refused")
  func otherContent() throws {
    var bench = BindingBench()
    func order(_ lot: String, revision: String, _ hash: Digest) -> MaterialOrder {
      var order = paste(lot)
      order.certificate = nil
      order.certificateReference = CertificateReference(
        id: Label(checked: "5521"),
        type: .conformity,
        revision: Label(checked: revision),
        sha256: hash
      )
      return order
    }
    let other = Digest.sha256(Array("another file".utf8))
    let now = bench.now
    try bench.perform { try $0.load(order("A", revision: "1", hash), at: now) }
    try bench.perform { try $0.load(order("B", revision: "2", other), at: now) }
    let error = #expect(throws: BindingError.self) {
      try bench.perform { try $0.load(order("C", revision: "1", other), at: now) }
    }
    #expect(codes(error) == ["material_blocked"])
  }

  @Test("Material that expires while it is loaded is an event once, also across a restart")
  func expiresLoaded() throws {
    var bench = BindingBench()
    var order = paste()
    order.expires = bench.now.advanced(by: .seconds(60))
    order.floorLife = .seconds(30)
    try bench.perform { [now = bench.now] in try $0.load(order, at: now) }
    let loaded = bench.seq
    #expect(bench.recordEvents().isEmpty)
    bench.advance(.seconds(30))
    #expect(bench.recordEvents().map(\.kind) == [.floorLifeExceeded])
    #expect(bench.recordEvents().isEmpty)
    bench.advance(.seconds(30))
    #expect(bench.replayed().calendarEvents(at: bench.now).map(\.kind) == [.materialExpired])
    let events = bench.recordEvents()
    #expect(events.map(\.load) == [loaded])
    #expect(bench.replayed().calendarEvents(at: bench.now).isEmpty)
    let there = try #require(bench.bindings.loaded(at: oven).first)
    #expect(bench.bindings.doubts(about: there, at: bench.now).count == 2)
  }

  @Test("Material is unloaded with its load, and with why and how much is left")
  func unload() throws {
    var bench = BindingBench()
    try bench.perform { [now = bench.now] in try $0.load(self.paste(), at: now) }
    let order = UnloadOrder(
      station: oven,
      lot: LotID(checked: "PASTE-9"),
      reason: Label(checked: "empty"),
      remaining: 0
    )
    let judgement = try bench.perform { try $0.unload(order) }
    #expect(
      judgement.content
        == .materialUnload(
          MaterialUnload(
            station: oven,
            lot: order.lot,
            load: 1,
            reason: order.reason,
            remaining: 0
          )
        )
    )
    #expect(bench.bindings.loaded(at: oven).isEmpty)
  }
}
