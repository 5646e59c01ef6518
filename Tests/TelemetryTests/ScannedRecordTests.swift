import Telemetry
import Testing

@Suite("Records of scans")
struct ScannedRecordTests {
  private static let station = StationID(checked: "reflow-1")
  private static let lot = LotID(checked: "PCB-2411")
  private static let mara = Label(checked: "mara")

  private static let contents: [Record.Content] = [
    .binding(
      Binding(
        station: station,
        lot: lot,
        part: Label(checked: "4711"),
        workOrder: Label(checked: "WO-88"),
        operatorName: mara
      )
    ),
    .bindingEnd(BindingEnd(station: station, lot: lot, binding: 7)),
    .unit(
      UnitPassage(
        station: station,
        binding: 7,
        serial: SerialNumber(checked: "SN-1"),
        event: .entered,
        source: .scan
      )
    ),
    .crew(CrewChange(station: station, operators: [mara], change: .on, operatorName: mara)),
    .materialLoad(MaterialLoad(station: station, lot: lot, material: Label(checked: "paste"))),
  ]

  @Test(
    "The code stands in the record, and comes back; without one nothing is said",
    arguments: contents
  )
  func scan(content: Record.Content) throws {
    let at = Instant(microseconds: 1_795_554_667_123_456)
    let plain = try RecordCoding.encode(Record(seq: 8, at: at, content: content))
    #expect(!String(decoding: plain, as: UTF8.self).contains("scan\":\"]"))
    let scanned = Record(seq: 8, at: at, content: content.scanned("]d210PCB-2411{GS}"))
    let bytes = try RecordCoding.encode(scanned)
    #expect(String(decoding: bytes, as: UTF8.self).contains(#""scan":"]d210PCB-2411{GS}""#))
    #expect(try RecordCoding.decode(bytes) == scanned)
  }

  @Test("What no scan can say stays as it is")
  func others() {
    let event = Record.Content.event(Event(.agentStarted, detail: "x"))
    #expect(event.scanned("code") == event)
  }
}
