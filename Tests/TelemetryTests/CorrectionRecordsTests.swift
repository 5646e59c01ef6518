import Foundation
import Telemetry
import TestSupport
import Testing

/// These bytes may be added to, and never changed.
@Suite("Golden corrections")
struct CorrectionRecordsTests {
  private static let at = Instant(microseconds: 1_795_554_667_123_456)

  private static func changes() throws -> [Correction.Change] {
    let station = try StationID("reflow-1")
    let binding = Binding(
      station: station,
      lane: try LaneID("front"),
      lot: try LotID("PCB-2411"),
      part: try Label("4711"),
      workOrder: try Label("WO-88"),
      operatorName: try Label("M. Rösch")
    )
    let load = MaterialLoad(
      station: station,
      lot: try LotID("PASTE-9"),
      material: try Label("SAC305 paste")
    )
    let mara = try Label("mara")
    let presence = OperatorPresence(station: station, operatorName: mara, wasThere: false)
    let to = at.advanced(by: .seconds(600))
    return [
      .insertLot(binding, from: at, to: to),
      .insertMaterial(load, from: at, to: to),
      .presence(presence, from: at, to: to),
      .replaceLot(12, binding),
      .replaceMaterial(13, load),
      .times(12, from: at, to: nil),
      .times(12, from: nil, to: to),
      .times(12, from: at, to: to),
      .void(12),
      .withdraw(9),
    ]
  }

  private static func golden() throws -> [[UInt8]] {
    let file = Repository.root.appending(path: "Tests/TelemetryTests/Golden/corrections.ndjson")
    return try Data(contentsOf: file).split(separator: 0x0A).map { Array($0) }
  }

  @Test("Every correction is written with exactly these bytes, and read back")
  func bytes() throws {
    let golden = try Self.golden()
    let changes = try Self.changes()
    #expect(golden.count == changes.count)
    for (index, change) in changes.enumerated() {
      let correction = Correction(change, by: try Label("Q. Auditor"), reason: try Label("seen"))
      let record = Record(seq: index + 1, at: Self.at, content: .correction(correction))
      let text = String(decoding: try RecordCoding.encode(record), as: UTF8.self)
      let line = index < golden.count ? golden[index] : []
      #expect(text == String(decoding: line, as: UTF8.self))
      #expect(try RecordCoding.decode(line) == record)
    }
  }

  @Test("A correction that does not say what it corrects, or to what, is no record")
  func refuses() {
    let head = #"{"at":"2026-11-24T21:11:07Z","seq":1,"type":"correction","by":"q","reason":"r","#
    for text in [
      #""action":"void"}"#, #""action":"replace","corrects":1}"#, #""action":"insert"}"#,
      #""action":"forget","corrects":1}"#,
    ] {
      #expect(throws: RecordCodingError.self) { try RecordCoding.decode(Array((head + text).utf8)) }
    }
  }
}
