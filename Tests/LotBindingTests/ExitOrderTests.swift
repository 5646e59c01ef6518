import LotBinding
import Telemetry
import Testing

@Suite("Order of boards at the exit")
struct ExitOrderTests {
  private var order = ExitOrder()
  private var seq = 0
  private var binding = 0

  private mutating func record(_ content: Record.Content) {
    seq += 1
    order.apply(Record(seq: seq, at: Instant(microseconds: Int64(seq)), content: content))
  }

  private mutating func start(_ lot: String) {
    record(
      .binding(
        Binding(
          station: StationID(checked: "s"),
          lot: LotID(checked: lot),
          part: Label(checked: "p"),
          workOrder: Label(checked: "w"),
          operatorName: Label(checked: "o")
        )
      )
    )
    binding = seq
  }

  private mutating func pass(_ serial: String, _ event: UnitPassage.Event) {
    record(
      .unit(
        UnitPassage(
          station: StationID(checked: "s"),
          binding: binding,
          serial: SerialNumber(checked: serial),
          event: event,
          source: .scan
        )
      )
    )
  }

  private func passed(by serial: String) -> [String] {
    order.passed(by: SerialNumber(checked: serial)).map(\.text)
  }

  private var missing: [String] { order.passed.map { "\($0.serial) by \($0.by)" } }

  @Test("Boards that leave in the order in which they entered are all as they should be")
  mutating func inOrder() {
    start("A")
    for serial in ["S1", "S2"] { pass(serial, .entered) }
    #expect(passed(by: "S1").isEmpty)
    for serial in ["S1", "S2"] { pass(serial, .left) }
    #expect(missing.isEmpty)
  }

  @Test("A board that leaves before earlier ones is told once, and they are missed until they go")
  mutating func outOfOrder() {
    start("A")
    for serial in ["S1", "S2", "S3", "S4"] { pass(serial, .entered) }
    #expect(passed(by: "S3") == ["S1", "S2"])
    pass("S3", .left)
    #expect(missing == ["S1 by S3", "S2 by S3"])
    #expect(passed(by: "S4").isEmpty)
    pass("S4", .left)
    #expect(missing == ["S1 by S3", "S2 by S3"])
    pass("S1", .removed)
    pass("S2", .left)
    #expect(missing.isEmpty)
  }

  @Test("A board that is taken out passes none, nor does one that never entered")
  mutating func removed() {
    start("A")
    for serial in ["S1", "S2"] { pass(serial, .entered) }
    pass("S2", .scrapped)
    pass("S9", .left)
    #expect(missing.isEmpty && passed(by: "S9").isEmpty)
  }

  @Test("A board that enters again is the last in the order")
  mutating func again() {
    start("A")
    for serial in ["S1", "S2", "S1"] { pass(serial, .entered) }
    #expect(passed(by: "S2").isEmpty && passed(by: "S1") == ["S2"])
  }

  @Test("Boards of the lot before count; those of a lot long ago are forgotten")
  mutating func lots() {
    start("A")
    pass("S1", .entered)
    start("B")
    pass("S2", .entered)
    pass("S2", .left)
    #expect(missing == ["S1 by S2"])
    for number in 1...31 { start("L\(number)") }
    #expect(missing.isEmpty)
  }
}
