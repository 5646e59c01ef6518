import Telemetry
import Testing

@testable import LotBinding

@Suite("Instruments")
struct InstrumentsTests {
  private static let oven = StationID(checked: "reflow-1")
  private static let analyser = Label(checked: "O2-17")
  private static let day = Duration.seconds(86_400)

  private func bench() -> BindingBench { BindingBench(instruments: [Self.analyser: [Self.oven]]) }

  private func calibration(
    _ instrument: Label = analyser,
    performed: Instant,
    due: Instant,
    _ found: Calibration.Finding = .within,
    left: Calibration.Finding? = nil
  ) -> Calibration {
    Calibration(
      instrument: instrument,
      performed: performed,
      due: due,
      asFound: found,
      asLeft: left,
      by: Label(checked: "ines")
    )
  }

  @Test("An instrument that is named and was never calibrated is an event, once")
  func never() {
    var bench = bench()
    #expect(bench.recordEvents().map(\.instrument) == [Self.analyser])
    #expect(bench.recordEvents().isEmpty)
    #expect(bench.bindings.instruments.standing(of: Self.analyser, at: bench.now).state == .never)
  }

  @Test("One that falls due is an event, and after its calibration the next time again")
  func due() throws {
    var bench = bench()
    let start = bench.now
    let first = calibration(performed: start, due: start.advanced(by: Self.day))
    try bench.perform { try $0.calibrate(first, at: start) }
    #expect(bench.recordEvents().isEmpty)
    bench.advance(Self.day)
    #expect(bench.recordEvents().map(\.kind) == [.calibrationOverdue])
    let second = calibration(performed: bench.now, due: bench.now.advanced(by: Self.day))
    try bench.perform { [now = bench.now] in try $0.calibrate(second, at: now) }
    #expect(bench.recordEvents().isEmpty)
    bench.advance(Self.day)
    #expect(bench.recordEvents().count == 1)
  }

  @Test("A calibration of an instrument that no signal names is recorded with a note")
  func mistyped() throws {
    var bench = bench()
    let now = bench.now
    let typo = calibration(
      Label(checked: "O2-71"),
      performed: now,
      due: now.advanced(by: Self.day)
    )
    let judgement = try bench.perform { try $0.calibrate(typo, at: now) }
    #expect(judgement.notes.map(\.code) == ["instrument_unknown"])
    #expect(judgement.notes.first?.sentence.contains("O2-17") == true)
  }

  @Test("Dates that cannot be are refused")
  func dates() {
    var bench = bench()
    let now = bench.now
    for (performed, due) in [
      (now.advanced(by: .seconds(1)), now.advanced(by: Self.day)), (now, now),
    ] {
      #expect(throws: BindingError.self) {
        try bench.perform { try $0.calibrate(calibration(performed: performed, due: due), at: now) }
      }
    }
    #expect(bench.records.isEmpty)
  }

  @Test("A day that goes on is over when its calibration is recorded")
  func today() throws {
    var bench = bench()
    let start = bench.now
    bench.advance(Self.day / 2)
    let today = Calibration(
      instrument: Self.analyser,
      performed: start,
      performedUntil: start.advanced(by: Self.day),
      due: start.advanced(by: Self.day * 2),
      asFound: .within,
      by: Label(checked: "ines")
    )
    let judgement = try bench.perform { [now = bench.now] in try $0.calibrate(today, at: now) }
    #expect(judgement.content == .calibration(today.done(by: bench.now)))
    #expect(bench.bindings.instruments.standing(of: Self.analyser, at: bench.now).doubt == nil)
  }

  @Test(
    "No lot may run beside material that has expired, nor, if so ruled, at an overdue instrument"
  )
  func interlock() throws {
    var bench = BindingBench(
      rules: [.calibrationOverdue: .refuse, .nobodySignedOn: .allow],
      instruments: [Self.analyser: [Self.oven]]
    )
    var paste = MaterialOrder(
      station: Self.oven,
      lot: LotID(checked: "PASTE-9"),
      material: Label(checked: "paste")
    )
    paste.expires = bench.now.advanced(by: .seconds(60))
    try bench.perform { [now = bench.now] in try $0.load(paste, at: now) }
    let day = calibration(performed: bench.now, due: bench.now.advanced(by: Self.day))
    try bench.perform { [now = bench.now] in try $0.calibrate(day, at: now) }
    func reasons(_ lot: String) throws -> [String] {
      try bench.bindings
        .mayRun(LotID(checked: lot), at: Self.oven, lane: nil, now: bench.now)
        .reasons.map(\.code)
    }
    #expect(try reasons("PCB-1").isEmpty)
    bench.advance(.seconds(60))
    #expect(try reasons("PCB-1") == ["material_expired"])
    bench.advance(Self.day)
    #expect(try reasons("PCB-1") == ["material_expired", "calibration_overdue"])
  }

  @Test("The lots since the last good calibration are those at the instrument's stations, no other")
  func affected() throws {
    var bench = bench()
    let start = bench.now
    let layout = FrameLayout(
      device: DeviceID(checked: "oxygen-1"),
      group: "values",
      profile: "p",
      profileHash: .sha256([]),
      periodMilliseconds: 1_000,
      stations: [Self.oven],
      signals: [SignalDescription(name: "oxygen", calibration: Self.analyser.text)]
    )
    func lot(_ name: String, at station: String = "reflow-1", days: ClosedRange<Int>?) {
      if let days { bench.now = start.advanced(by: Self.day * days.lowerBound) }
      bench.record(
        .binding(
          Binding(
            station: StationID(checked: station),
            lot: LotID(checked: name),
            part: Label(checked: "p"),
            workOrder: Label(checked: "w"),
            operatorName: Label(checked: "o")
          )
        )
      )
      guard let days else { return }
      let end = BindingEnd(
        station: StationID(checked: station),
        lot: LotID(checked: name),
        binding: bench.seq
      )
      bench.now = start.advanced(by: Self.day * days.upperBound)
      bench.record(.bindingEnd(end))
    }
    lot("UNMEASURED", days: 1...2)
    bench.record(.layout(layout))
    lot("BEFORE", days: 3...4)
    lot("ACROSS", days: 4...6)
    bench.record(
      .calibration(
        calibration(
          performed: start.advanced(by: Self.day * 5),
          due: start.advanced(by: Self.day * 50)
        )
      )
    )
    lot("DURING", days: 7...8)
    lot("ELSEWHERE", at: "final-1", days: 8...9)
    lot("STILL", days: nil)
    bench.now = start.advanced(by: Self.day * 10)
    bench.record(
      .calibration(
        calibration(
          performed: start.advanced(by: Self.day * 10),
          due: start.advanced(by: Self.day * 50),
          .outside,
          left: .within
        )
      )
    )
    lot("AFTER", at: "final-1", days: 11...12)
    let failure = try #require(
      bench.bindings.instruments.history(of: Self.analyser).failures.first
    )
    var affected = AffectedLots(failure)
    for record in bench.records { affected.take(record) }
    #expect(affected.visits.map(\.binding.lot.text) == ["ACROSS", "DURING", "STILL"])
    #expect(affected.visits.last?.to == nil)
    // As far as is known by now: one was another lot, one never was there, one was never scanned.
    func seq(_ lot: String) -> Int {
      let record = bench.records.last { record in
        if case .binding(let binding) = record.content { binding.lot.text == lot } else { false }
      }
      return record?.seq ?? 0
    }
    func other(_ lot: String) -> Binding {
      Binding(
        station: Self.oven,
        lot: LotID(checked: lot),
        part: Label(checked: "p"),
        workOrder: Label(checked: "w"),
        operatorName: Label(checked: "o")
      )
    }
    bench.now = start.advanced(by: Self.day * 20)
    let (from, to) = (start.advanced(by: Self.day * 6), start.advanced(by: Self.day * 7))
    for change in [
      Correction.Change.replaceLot(seq("DURING"), other("RIGHT")), .void(seq("ACROSS")),
      .insertLot(other("LATE"), from: from, to: to),
      .times(seq("BEFORE"), from: nil, to: from),
    ] {
      let correction = Correction(change, by: Label(checked: "qa"), reason: Label(checked: "seen"))
      bench.record(.correction(correction))
      if let record = bench.records.last { affected.take(record) }
    }
    #expect(affected.visits.map(\.binding.lot.text) == ["BEFORE", "RIGHT", "STILL", "LATE"])
  }
}
