import LotBinding
import Telemetry
import TestSupport

@testable import Agent
@testable import JournalStore

extension CommandCrashTests {
  /// By a person or a program.
  static let typed: [(name: String, run: Command)] = [
    ("sign on", { _ = try await $0.signOn(Label(checked: "mara"), at: station, replacing: false) }),
    ("start", start("A", at: place)),
    ("start in a lane", start("L", at: front)),
    ("start on a conveyor", start("K", at: conveyor)),
    ("follow onto a conveyor", start("M", at: conveyor)),
    ("enter", pass(.entered)),
    (
      "load",
      { recorder in
        _ = try await recorder.load(
          MaterialOrder(
            station: station,
            lot: LotID(checked: "PASTE-1"),
            material: Label(checked: "paste")
          )
        )
      }
    ),
    ("leave", pass(.left)),
    ("replace", { _ = try await $0.signOn(Label(checked: "jon"), at: station, replacing: true) }),
    (
      "consume",
      { recorder in
        _ = try await recorder.consume(
          ConsumptionOrder(output: LotID(checked: "D"), input: LotID(checked: "A"))
        )
      }
    ),
    (
      "correct the beginning",
      correct(.lotLate) { order, now in
        order.lot = LotID(checked: "A")
        order.from = now.advanced(by: .seconds(-500))
      }
    ),
    ("end", { _ = try await $0.endLot(at: place, .finished) }),
    (
      "correct the end",
      correct(.notEnded) { order, now in
        order.lot = LotID(checked: "A")
        order.to = now.advanced(by: .seconds(-90))
      }
    ),
    (
      "correct the lot",
      correct(.wrongLot) { order, _ in
        order.lot = LotID(checked: "A")
        order.really = LotID(checked: "B")
        (order.part, order.workOrder) = (Label(checked: "4711"), Label(checked: "WO-2"))
      }
    ),
    (
      "insert a lot",
      correct(.lotLate) { order, now in
        order.lot = LotID(checked: "C")
        order.from = now.advanced(by: .seconds(-50))
        order.to = now.advanced(by: .seconds(-10))
        (order.part, order.workOrder) = (Label(checked: "4711"), Label(checked: "WO-2"))
        order.operatorName = Label(checked: "mara")
      }
    ),
    ("void", correct(.neverWas) { order, _ in order.lot = LotID(checked: "B") }),
    (
      "correct material",
      correct(.wrongMaterial) { order, _ in
        (order.lot, order.really) = (LotID(checked: "PASTE-1"), LotID(checked: "PASTE-2"))
      }
    ),
    (
      "correct what went in",
      { recorder in
        let used = try await WriterBench.records(recorder.journal.path)
          .last { $0.content.type == "consumption" }
        try await correct(.notConsumed) { order, _ in order.record = used?.seq }(recorder)
      }
    ),
    (
      "unload",
      { recorder in
        _ = try await recorder.unload(
          UnloadOrder(station: station, lot: LotID(checked: "PASTE-2"), remaining: 2.5)
        )
      }
    ),
    (
      "calibrate",
      { recorder in
        let now = await recorder.time.now()
        _ = try await recorder.calibrate(
          Calibration(
            instrument: Label(checked: "TC-9"),
            performed: now,
            due: now.advanced(by: .seconds(86_400)),
            asFound: .outside,
            by: Label(checked: "mara")
          )
        )
      }
    ),
    (
      "correct an operator",
      correct(.presence) { order, now in
        (order.operatorName, order.wasThere) = (Label(checked: "mara"), true)
        order.from = now.advanced(by: .seconds(-60))
        order.to = now
      }
    ),
    ("sign off", { _ = try await $0.signOff(Label(checked: "jon"), from: station) }),
    (
      "withdraw",
      { recorder in
        let last = await recorder.bindings.corrections.all.last?.seq
        try await correct(.withdraw) { order, _ in order.record = last }(recorder)
      }
    ),
  ]
}
