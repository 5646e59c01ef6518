import Telemetry
import Testing

@testable import LotBinding

@Suite("Corrections of material and of what went into what")
struct MaterialCorrectionTests {
  private let oven = StationID(checked: "reflow-1")
  private var bench = BindingBench()

  init() {
    bench.record(
      .opening(
        JournalOpening(
          agent: AgentID(checked: "edge-1"),
          site: Label(checked: "Zug"),
          journal: "4f2a90c1d3e5b7a9886655443322110f",
          software: "0.1.0"
        )
      )
    )
    bench.advance(.seconds(60))
  }

  private func order(
    _ what: CorrectionOrder.What,
    _ fill: (inout CorrectionOrder) -> Void
  ) -> CorrectionOrder {
    var order = CorrectionOrder(what, by: Label(checked: "mara"), reason: Label(checked: "seen"))
    order.station = oven
    fill(&order)
    return order
  }

  private func jar(_ lot: String) -> MaterialOrder {
    MaterialOrder(station: oven, lot: LotID(checked: lot), material: Label(checked: "paste"))
  }

  private mutating func wrongJar(
    _ fill: (inout CorrectionOrder) -> Void = { _ in }
  ) throws -> Judgement {
    let order = order(.wrongMaterial) { order in
      (order.lot, order.really) = (LotID(checked: "P-1"), LotID(checked: "P-2"))
      fill(&order)
    }
    return try bench.perform { [now = bench.now] in try $0.correct(order, now: now) }
  }

  @Test("The right lot has its own expiry and certificate, and the kind and quantity of the jar")
  mutating func details() throws {
    var jar = jar("P-1")
    (jar.kind, jar.part) = (Label(checked: "paste"), Label(checked: "T4"))
    (jar.quantity, jar.unit) = (500, "g")
    jar.expires = bench.now.advanced(by: .seconds(9_000))
    jar.certificate = Label(checked: "1111")
    try bench.perform { [now = bench.now] in try $0.load(jar, at: now) }
    let expires = bench.now.advanced(by: .seconds(5_000))
    let certificate = CertificateReference(
      id: Label(checked: "2222"),
      type: .inspectedByManufacturer,
      revision: Label(checked: "B"),
      sha256: .sha256([2]),
      issuer: nil
    )
    let judgement = try wrongJar { order in
      (order.expires, order.certificateReference) = (expires, certificate)
    }
    #expect(judgement.notes.isEmpty)
    let now = try #require(bench.bindings.loaded(at: oven).first)
    #expect(now.load.lot.text == "P-2" && now.load.expires == expires)
    #expect(now.load.certificateReference == certificate && now.load.certificate == nil)
    #expect(now.load.kind?.text == "paste" && now.load.part?.text == "T4")
    #expect(now.load.quantity == 500 && now.load.unit == "g")
  }

  @Test("What was said of the right lot when it was loaded before goes on")
  mutating func remembered() throws {
    var before = jar("P-2")
    before.expires = bench.now.advanced(by: .seconds(5_000))
    before.floorLife = .seconds(600)
    try bench.perform { [now = bench.now] in try $0.load(before, at: now) }
    let unload = UnloadOrder(station: oven, lot: before.lot)
    try bench.perform { try $0.unload(unload) }
    try bench.perform { [now = bench.now, jar = jar("P-1")] in try $0.load(jar, at: now) }
    let opened = bench.now
    bench.advance(.seconds(30))
    _ = try wrongJar()
    let now = try #require(bench.bindings.loaded(at: oven).first)
    #expect(now.load.expires == before.expires)
    #expect(now.load.floorLifeUntil == opened.advanced(by: .seconds(600)))
  }

  @Test("That the right lot had expired is said to whoever corrects, and becomes an event")
  mutating func expired() throws {
    try bench.perform { [now = bench.now, jar = jar("P-1")] in try $0.load(jar, at: now) }
    let judgement = try wrongJar { [now = bench.now] in $0.expires = now }
    #expect(judgement.notes.map(\.code) == ["material_expired", "material_uncertified"])
    #expect(bench.recordEvents().map(\.kind) == [.materialExpired])
  }

  @Test("It is unloaded by its right name, and the record ends the load of the wrong one")
  mutating func unloaded() throws {
    try bench.perform { [now = bench.now, jar = jar("P-1")] in try $0.load(jar, at: now) }
    let load = bench.seq
    _ = try wrongJar()
    let (wrong, right) = (LotID(checked: "P-1"), LotID(checked: "P-2"))
    #expect(throws: BindingError.notLoaded(oven, lot: wrong, loaded: [right])) {
      _ = try bench.bindings.unload(UnloadOrder(station: oven, lot: wrong))
    }
    let order = UnloadOrder(station: oven, lot: right)
    let judgement = try bench.perform { try $0.unload(order) }
    #expect(
      judgement.content == .materialUnload(MaterialUnload(station: oven, lot: wrong, load: load))
    )
    #expect(bench.bindings.loaded(at: oven).isEmpty)
  }

  @Test("Material that never was there is not there, and can be loaded again")
  mutating func never() throws {
    try bench.perform { [now = bench.now, jar = jar("P-1")] in try $0.load(jar, at: now) }
    let order = order(.neverLoaded) { $0.lot = LotID(checked: "P-1") }
    try bench.perform { [now = bench.now] in try $0.correct(order, now: now) }
    #expect(bench.bindings.loaded(at: oven).isEmpty)
    try bench.perform { [now = bench.now, jar = jar("P-1")] in try $0.load(jar, at: now) }
    #expect(bench.replayed().loaded(at: oven) == bench.bindings.loaded(at: oven))
  }

  @Test("A board that was scanned wrong goes into nothing, until that is withdrawn")
  mutating func wrongBoard() throws {
    var board = ConsumptionOrder(output: LotID(checked: "DU-7"), input: LotID(checked: "PCB-1"))
    (board.inputSerial, board.outputSerial) = (Label(checked: "B-1"), Label(checked: "DU-0042"))
    try bench.perform { [now = bench.now] in try $0.consume(board, at: now) }
    let wrong = bench.seq
    let twice = { (bench: BindingBench) in
      _ = #expect(throws: BindingError.self) {
        try bench.bindings.consume(board, at: bench.now)
      }
    }
    twice(bench)
    let order = order(.notConsumed) { $0.record = wrong }
    try bench.perform { [now = bench.now] in try $0.correct(order, now: now) }
    let correction = bench.seq
    #expect(throws: CorrectionError.voided(wrong, by: correction)) {
      try bench.bindings.correct(order, now: bench.now)
    }
    _ = try bench.bindings.consume(board, at: bench.now)
    let back = ConsumptionOrder(output: LotID(checked: "PCB-1"), input: LotID(checked: "DU-7"))
    _ = try bench.bindings.consume(back, at: bench.now)
    #expect(bench.replayed().assembly == bench.bindings.assembly)
    let withdrawal = self.order(.withdraw) { $0.record = correction }
    try bench.perform { [now = bench.now] in try $0.correct(withdrawal, now: now) }
    twice(bench)
    #expect(throws: BindingError.self) { _ = try bench.bindings.consume(back, at: bench.now) }
  }

  @Test("A record that nothing went into something cannot be corrected so")
  mutating func notAConsumption() throws {
    try bench.perform { [now = bench.now, jar = jar("P-1")] in try $0.load(jar, at: now) }
    let order = order(.notConsumed) { [seq = bench.seq] in $0.record = seq }
    #expect(
      throws: CorrectionError.unknownRecord(bench.seq, noun: "something went into something else")
    ) {
      try bench.bindings.correct(order, now: bench.now)
    }
  }
}
