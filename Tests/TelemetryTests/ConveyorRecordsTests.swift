import Foundation
import Telemetry
import TestSupport
import Testing

/// As with the other golden records, these bytes may be added to, and never changed.
@Suite("Golden records of conveyors")
struct ConveyorRecordsTests {
  private static let at = Instant(microseconds: 1_795_554_667_123_456)

  private static func records() throws -> [Record.Content] {
    let station = try StationID("reflow-1")
    let lane = try LaneID("rear")
    return [
      .layout(
        FrameLayout(
          device: try DeviceID("oven-1"),
          group: "zones",
          profile: "oven",
          profileHash: .sha256(Array("a: \"b/c\"\n".utf8)),
          periodMilliseconds: 1_000,
          stations: [station, try StationID("room")],
          conveyors: [
            ConveyorDescription(
              station: station,
              length: 4.2,
              entry: 0.1,
              exit: 4,
              reach: 0.175,
              belts: 1
            )
          ],
          signals: [
            SignalDescription(name: "zone1.top", unit: "Cel", position: 0.175),
            SignalDescription(name: "state"),
          ]
        )
      ),
      .binding(
        Binding(
          station: station,
          lane: lane,
          lot: try LotID("L-1"),
          part: try Label("4711"),
          workOrder: try Label("WO-77"),
          operatorName: try Label("M. Rösch"),
          belt: BeltReading(low: 12.31, high: 12.297)
        )
      ),
      .frame(
        Frame(
          at: at,
          spanMicroseconds: 1_840,
          layout: 1,
          bindings: [.several([2, 9]), .one(9), .nothing],
          unsure: [1],
          belts: [BeltReading(low: 13, high: 13.014)],
          readings: [Reading(.real(183.2)), Reading(.text("running"))]
        )
      ),
      .board(
        BoardPassage(
          station: station,
          lane: lane,
          binding: 2,
          serial: try SerialNumber("SN-1"),
          event: .entered,
          belt: BeltReading(low: 13.1, high: 13.086)
        )
      ),
      .board(BoardPassage(station: station, binding: nil, event: .left, remark: .extra)),
      .board(
        BoardPassage(
          station: station,
          lane: lane,
          binding: 2,
          event: .removed,
          entered: 4,
          remark: .overdue
        )
      ),
      .bindingEnd(
        BindingEnd(
          station: station,
          lane: lane,
          lot: try LotID("L-1"),
          binding: 2,
          belt: BeltReading(low: 20, high: 19.5)
        )
      ),
      .layout(
        FrameLayout(
          device: try DeviceID("oven-2"),
          group: "zones",
          profile: "oven",
          profileHash: .sha256(Array("a: \"b/c\"\n".utf8)),
          periodMilliseconds: 1_000,
          stations: [station],
          conveyors: [
            ConveyorDescription(
              station: station,
              length: 4.2,
              entry: 0,
              exit: 4.2,
              reach: 0.175,
              belts: 2,
              lanes: [try LaneID("front"), lane],
              boardLength: 0.25,
              hasEntryEye: true,
              exitTolerance: 0.3
            )
          ],
          signals: [SignalDescription(name: "zone1.top", unit: "Cel", position: 0.175)]
        )
      ),
    ]
  }

  private static func golden() throws -> [[UInt8]] {
    let file = Repository.root.appending(path: "Tests/TelemetryTests/Golden/conveyor.ndjson")
    return try Data(contentsOf: file).split(separator: 0x0A).map { Array($0) }
  }

  @Test(
    "Places of a conveyor, the unsure ones and how far the belt had run stand behind the bindings"
  )
  func frame() throws {
    let frame = Frame(
      at: Instant(microseconds: 0),
      spanMicroseconds: 1,
      layout: 5,
      bindings: [.several([9, 12]), .one(12), .nothing],
      unsure: [0, 2],
      belts: [BeltReading(low: 12.31, high: 12.344), BeltReading(low: 0, high: 1e9)],
      crews: [7],
      readings: []
    )
    let bytes = FrameCoding.encode(frame, seq: 12)
    #expect(
      String(decoding: bytes, as: UTF8.self).contains(
        #""bind":[[9,12],12,null],"unsure":[0,2],"belt":[[12.31,12.344],[0.0,1000000000.0]],"#
          + #""crew":[7],"v":[]"#
      )
    )
    #expect(try RecordCoding.decode(bytes).content == .frame(frame))
  }

  @Test(
    "A frame that names no place of its own, or half a belt, is refused",
    arguments: [
      #""unsure":[1]"#, #""unsure":[]"#, #""unsure":[-1]"#, #""unsure":[0,0]"#, #""belt":[]"#,
      #""belt":[[1]]"#, #""belt":[["a",1]]"#,
    ]
  )
  func refusedPlaces(members: String) {
    let text =
      #"{"type":"frame","seq":1,"at":"2026-11-24T21:11:07.123456Z","span":1,"layout":5,"#
      + #""bind":[9],"# + members + #","v":[]}"#
    #expect(throws: RecordCodingError.self) { try RecordCoding.decode(Array(text.utf8)) }
  }

  @Test("Records of conveyors are written with exactly these bytes, and read back")
  func bytes() throws {
    let golden = try Self.golden()
    let records = try Self.records()
    #expect(golden.count == records.count)
    for (index, (content, line)) in zip(records, golden).enumerated() {
      let record = Record(seq: index + 1, at: Self.at, content: content)
      #expect(
        String(decoding: try RecordCoding.encode(record), as: UTF8.self)
          == String(decoding: line, as: UTF8.self)
      )
      #expect(try RecordCoding.decode(line) == record)
    }
  }
}
