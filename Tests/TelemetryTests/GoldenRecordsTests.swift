import Foundation
import Telemetry
import TestSupport
import Testing

/// The record format is final: hubs hold records of every version that ever ran.
///
/// These bytes may be added to, and never changed.
@Suite("Golden records")
struct GoldenRecordsTests {
  private static let at = Instant(microseconds: 1_795_554_667_123_456)

  private static func records() throws -> [Record.Content] {
    let station = try StationID("reflow-1")
    let lot = try LotID("L-2026-0815")
    return [
      .opening(
        JournalOpening(
          agent: try AgentID("edge-1"),
          site: try Label("Werk Süd"),
          journal: "0123456789abcdef0123456789abcdef",
          software: "0.1.0"
        )
      ),
      .document(
        DocumentRevision(
          kind: .profile,
          name: "oven",
          sha256: .sha256(Array("a: \"b/c\"\n".utf8)),
          text: "a: \"b/c\"\n"
        )
      ),
      .layout(
        FrameLayout(
          device: try DeviceID("oven-1"),
          group: "zones",
          profile: "oven",
          profileHash: .sha256(Array("a: \"b/c\"\n".utf8)),
          periodMilliseconds: 1_000,
          stations: [station],
          signals: [
            SignalDescription(name: "zone1.top", quantity: "temperature", unit: "Cel"),
            SignalDescription(name: "state"),
          ]
        )
      ),
      .binding(
        Binding(
          station: station,
          lot: lot,
          part: try Label("PCB 4711 rev C"),
          workOrder: try Label("WO-77"),
          operatorName: try Label("M. Rösch"),
          program: try Label("SAC305-A")
        )
      ),
      .frame(frame([4], [Reading(.single(183.2)), Reading(.text("running"))])),
      .frame(frame([nil], [Reading(.exception(2)), Reading(.text("a\"b\\c\nd µ"))])),
      .frame(frame([], [Reading(.timeout), Reading(.timeout)])),
      .frame(
        frame(
          [4, nil],
          [
            Reading(.integer(-7)), Reading(.unsigned(.max)), Reading(.real(0.1)),
            Reading(.flag(true)), Reading(.outOfRange, evidence: .real(1e300)),
          ]
        )
      ),
      .bindingEnd(BindingEnd(station: station, lot: lot, binding: 4)),
      .materialLoad(
        MaterialLoad(
          station: station,
          lot: try LotID("PASTE-9"),
          material: try Label("SAC305 paste"),
          operatorName: try Label("M. Rösch"),
          certificate: try Label("https://example.com/c/9")
        )
      ),
      .materialUnload(MaterialUnload(station: station, lot: try LotID("PASTE-9"), load: 10)),
      .consumption(
        Consumption(output: try LotID("DEV-1"), input: lot, quantity: 2.5, unit: "g")
      ),
      .event(Event(.deviceLost, device: try DeviceID("oven-1"), detail: "no answer")),
      .gap(
        Gap(
          .late,
          device: try DeviceID("oven-1"),
          group: "zones",
          from: at,
          to: at.advanced(by: .seconds(2)),
          scans: 1
        )
      ),
      .layout(
        FrameLayout(
          device: try DeviceID("oven-1"),
          group: "zones",
          profile: "oven",
          profileHash: .sha256(Array("a: \"b/c\"\n".utf8)),
          periodMilliseconds: 1_000,
          heartbeatMilliseconds: 60_000,
          stations: [station],
          signals: [
            SignalDescription(name: "zone1.top", unit: "Cel", deadband: 0.5),
            SignalDescription(name: "state"),
          ]
        )
      ),
      .frame(frame([4], [Reading(.real(183.5)), Reading(.frozen)]).with(skipped: 59)),
      .frame(frame([], [Reading(.restarted, evidence: .integer(1))])),
      .clock(
        ClockState(
          isSynchronised: true,
          estimatedErrorMicroseconds: 240,
          maximumErrorMicroseconds: 31_000
        )
      ),
      .clockStep(
        ClockStep(
          epoch: 1,
          stepMicroseconds: -3_600_000_000,
          from: at,
          to: at.advanced(by: .seconds(-3_600))
        )
      ),
      .clockStep(
        ClockStep(
          epoch: 2,
          stepMicroseconds: nil,
          from: at,
          to: at.advanced(by: .seconds(-3_600))
        )
      ),
      .gap(
        Gap(
          .deviceSilent,
          device: try DeviceID("oven-1"),
          group: "zones",
          from: at,
          to: at.advanced(by: .seconds(300)),
          scans: 300
        )
      ),
      .write(
        WriteOrder(
          device: try DeviceID("oven-1"),
          signal: "zone1.setpoint",
          stations: [station],
          value: .real(185.5),
          unit: "Cel",
          table: .holding,
          address: 512,
          raw: [1_855],
          operatorName: try Label("M. Rösch"),
          reason: try Label("recipe change")
        )
      ),
      .writeOutcome(
        WriteOutcome(
          of: 22,
          .done,
          detail: "confirmed by the device, and read back the same",
          readBack: .real(185.5),
          readBackRaw: [1_855]
        )
      ),
      .write(
        WriteOrder(
          device: try DeviceID("oven-1"),
          signal: "fan",
          stations: [],
          value: .flag(true),
          unit: nil,
          table: .coil,
          address: 0,
          raw: [1],
          operatorName: try Label("M. Rösch"),
          reason: try Label("start")
        )
      ),
      .writeOutcome(WriteOutcome(of: 24, .notSent, detail: "no connection")),
    ] + (try PlantListSamples.parts(putAt: at).map { .plantList($0) })
      + (try BindingSamples.records(at: at))
  }

  private static func frame(_ bindings: [Bound], _ readings: [Reading]) -> Frame {
    Frame(at: at, spanMicroseconds: 1_840, layout: 3, bindings: bindings, readings: readings)
  }

  private static func golden() throws -> [[UInt8]] {
    let file = Repository.root.appending(path: "Tests/TelemetryTests/Golden/records.ndjson")
    return try Data(contentsOf: file).split(separator: 0x0A).map { Array($0) }
  }

  @Test("Every type of record is written with exactly these bytes")
  func encode() throws {
    let golden = try Self.golden()
    let records = try Self.records()
    #expect(golden.count == records.count)
    for (index, content) in records.enumerated() {
      let bytes = try RecordCoding.encode(Record(seq: index + 1, at: Self.at, content: content))
      let line = index < golden.count ? String(decoding: golden[index], as: UTF8.self) : ""
      #expect(String(decoding: bytes, as: UTF8.self) == line)
    }
  }

  @Test("Every type of record is read back")
  func decode() throws {
    for (index, (line, content)) in zip(try Self.golden(), try Self.records()).enumerated() {
      let record = try RecordCoding.decode(line)
      #expect(record.seq == index + 1)
      #expect(record.at == Self.at)
      #expect(record.content == Self.asRead(content))
    }
  }

  /// A 32-bit float reads back as the number that was printed.
  private static func asRead(_ content: Record.Content) -> Record.Content {
    guard case .frame(let frame) = content else { return content }
    let readings = frame.readings.map { reading -> Reading in
      guard case .single(let value)? = reading.value, let real = Double(value.description) else {
        return reading
      }
      return Reading(.real(real))
    }
    return .frame(
      Frame(
        at: frame.at,
        spanMicroseconds: frame.spanMicroseconds,
        layout: frame.layout,
        bindings: frame.bindings,
        unsure: frame.unsure,
        belts: frame.belts,
        crews: frame.crews,
        readings: readings,
        skipped: frame.skipped
      )
    )
  }

  @Test(
    "What is no record is refused with a reason",
    arguments: [
      ("", "not a record"), ("{}", "\"type\" is missing"),
      (#"{"at":"2026-11-24T21:11:07Z","seq":1,"type":"spell"}"#, "no record has the type"),
      (#"{"at":"yesterday","seq":1,"type":"gap"}"#, "not an RFC 3339 time"),
      (#"{"at":"2026-11-24T21:11:07Z","seq":1,"type":"gap"}"#, "is missing"),
    ]
  )
  func refuses(text: String, reason: String) {
    let error = #expect(throws: RecordCodingError.self) {
      try RecordCoding.decode(Array(text.utf8))
    }
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
  }
}
