import Foundation
import Telemetry
import TestSupport
import Testing

/// These bytes may be added to, and never changed.
@Suite("Golden records of material and instruments")
struct MaterialRecordsTests {
  private static let at = Instant(microseconds: 1_795_554_667_123_456)

  private static func contents() throws -> [(Record.Content, String)] {
    let hash = Digest.sha256(Array("certificate".utf8))
    let certificate = CertificateReference(
      id: try Label("5521"),
      type: .inspectedByManufacturer,
      revision: try Label("B"),
      sha256: hash,
      issuer: try Label("Stannol")
    )
    return [
      (
        .materialLoad(
          MaterialLoad(
            station: try StationID("reflow-1"),
            lot: try LotID("PASTE-9"),
            material: try Label("SAC305 paste"),
            kind: try Label("paste"),
            part: try Label("9-17"),
            certificateReference: certificate,
            quantity: 500,
            unit: "g",
            expires: at.advanced(by: .seconds(86_400)),
            opened: at,
            floorLifeUntil: at.advanced(by: .seconds(28_800)),
            notes: ["material_uncertified"]
          )
        ),
        """
        {"at":"2026-11-24T21:11:07.123456Z","certificate_ref":{"id":"5521","issuer":"Stannol",\
        "revision":"B","sha256":"\(hash)","type":"3.1"},"expires":"2026-11-25T21:11:07.123456Z",\
        "floor_life_until":"2026-11-25T05:11:07.123456Z","kind":"paste","lot":"PASTE-9",\
        "material":"SAC305 paste","notes":["material_uncertified"],\
        "opened":"2026-11-24T21:11:07.123456Z","part":"9-17","quantity":500,"seq":7,\
        "station":"reflow-1","type":"material_load","unit":"g"}
        """
      ),
      (
        .materialUnload(
          MaterialUnload(
            station: try StationID("reflow-1"),
            lot: try LotID("PASTE-9"),
            load: 7,
            operatorName: try Label("mara"),
            reason: try Label("empty"),
            remaining: 0
          )
        ),
        """
        {"at":"2026-11-24T21:11:07.123456Z","load":7,"lot":"PASTE-9","operator":"mara",\
        "reason":"empty","remaining":0,"seq":7,"station":"reflow-1","type":"material_unload"}
        """
      ),
      (
        .consumption(
          Consumption(
            output: try LotID("PM-500"),
            outputSerial: try Label("S-1"),
            outputUDI: try Label("(01)04012345678901(21)S-1"),
            input: try LotID("PCB-7"),
            inputSerial: try Label("B-1"),
            station: try StationID("final-1"),
            binding: 5,
            load: 6,
            certificateReference: certificate,
            notes: ["serial_in_two_parents"]
          )
        ),
        """
        {"at":"2026-11-24T21:11:07.123456Z","binding":5,"certificate_ref":{"id":"5521",\
        "issuer":"Stannol","revision":"B","sha256":"\(hash)","type":"3.1"},"input":"PCB-7",\
        "input_serial":"B-1","load":6,"notes":["serial_in_two_parents"],"output":"PM-500",\
        "output_serial":"S-1","output_udi":"(01)04012345678901(21)S-1","seq":7,\
        "station":"final-1","type":"consumption"}
        """
      ),
      (
        .calibration(
          Calibration(
            instrument: try Label("O2-17"),
            certificate: try Label("K-1"),
            sha256: hash,
            performed: at,
            due: at.advanced(by: .seconds(86_400)),
            asFound: .outside,
            asLeft: .within,
            laboratory: try Label("D-K-15070"),
            by: try Label("ines"),
            detail: "+12 ppm"
          )
        ),
        """
        {"as_found":"out","as_left":"in","at":"2026-11-24T21:11:07.123456Z","by":"ines",\
        "certificate":"K-1","detail":"+12 ppm","due":"2026-11-25T21:11:07.123456Z",\
        "instrument":"O2-17","laboratory":"D-K-15070","performed":"2026-11-24T21:11:07.123456Z",\
        "seq":7,"sha256":"\(hash)","type":"calibration"}
        """
      ),
      (
        .event(Event(.materialExpired, load: 7, detail: "it expired")),
        """
        {"at":"2026-11-24T21:11:07.123456Z","detail":"it expired","event":"material_expired",\
        "load":7,"seq":7,"type":"event"}
        """
      ),
      (
        .event(Event(.calibrationOverdue, instrument: try Label("O2-17"), detail: "it is due")),
        """
        {"at":"2026-11-24T21:11:07.123456Z","detail":"it is due","event":"calibration_overdue",\
        "instrument":"O2-17","seq":7,"type":"event"}
        """
      ),
    ]
  }

  @Test("Each is written with exactly these bytes, and read back")
  func bytes() throws {
    for (content, line) in try Self.contents() {
      let record = Record(seq: 7, at: Self.at, content: content)
      #expect(String(decoding: try RecordCoding.encode(record), as: UTF8.self) == line)
      #expect(try RecordCoding.decode(Array(line.utf8)) == record)
    }
  }
}

@Suite("UDI")
struct UDITests {
  @Test("The elements of a bracketed text are read, a bracket within a value included")
  func elements() throws {
    let udi = try UDI("(01)04012345678901(17)271231(10)PM(A)7(21)S-0001")
    #expect(udi["01"] == "04012345678901")
    #expect(udi.lot == "PM(A)7")
    #expect(udi.serial == "S-0001")
  }

  @Test("Spellings of the same identifier are one, and a text of another agency stays as it is")
  func canonical() throws {
    let one = try UDI("(01) 0401 2345 6789 01 (21)S-1")
    let other = try UDI("(21)S-1(01)04012345678901")
    #expect(one.canonical == other.canonical)
    #expect(try UDI("+E234ABC/S1").canonical == "+E234ABC/S1")
    #expect(try UDI("+E234ABC/S1").serial == nil)
  }

  @Test(
    "A mistyped one is refused with what is wrong",
    arguments: [
      ("(01)04012345678902(21)S-1", "would be 1"), ("(01)401(21)S-1", "14 digits"),
      ("(21)(01)04012345678901", "no value"), ("(1)04012345678901", "no application identifier"),
    ]
  )
  func mistyped(text: String, reason: String) {
    let error = #expect(throws: UDIError.self) { try UDI(text) }
    #expect(error?.description.contains(reason) == true)
  }
}

@Suite("Calibration history")
struct CalibrationHistoryTests {
  private static func day(_ day: Int) -> Instant {
    Instant(microseconds: Int64(day) * 86_400_000_000)
  }

  private func history(
    _ calibrations: (day: Int, due: Int, found: Calibration.Finding, left: Calibration.Finding?)...
  ) -> CalibrationHistory<Int> {
    var history = CalibrationHistory<Int>(Label(checked: "O2-17"))
    for (index, item) in calibrations.enumerated() {
      history.add(
        Calibration(
          instrument: history.instrument,
          performed: Self.day(item.day),
          due: Self.day(item.due),
          asFound: item.found,
          asLeft: item.left,
          by: Label(checked: "ines")
        ),
        from: index
      )
    }
    return history
  }

  private func doubts(_ history: CalibrationHistory<Int>, _ from: Int, _ to: Int) -> [String] {
    history.doubts(from: Self.day(from), to: Self.day(to)).map { doubt in
      let days = [doubt.from, doubt.to].map { "\($0.microseconds / 86_400_000_000)" }
      return "\(doubt.state.rawValue) \(days.joined(separator: "-"))"
    }
  }

  @Test("Readings before the first calibration and after the due date are in doubt, others not")
  func spans() {
    let history = history((10, 20, .within, nil), (25, 40, .within, nil))
    #expect(doubts(history, 0, 50) == ["never 0-10", "overdue 20-25", "overdue 40-50"])
    #expect(doubts(history, 10, 20).isEmpty)
    #expect(history.state(at: Self.day(19)) == .calibrated)
    #expect(history.state(at: Self.day(20)) == .overdue)
  }

  @Test("An instrument that is found out of tolerance puts in doubt what it measured before")
  func foundOut() {
    let history = history((10, 20, .within, nil), (18, 30, .outside, .within))
    #expect(doubts(history, 10, 25) == ["found_out 10-18"])
    #expect(history.state(at: Self.day(15)) == .calibrated)
    #expect(history.failures.map(\.lastGood?.source) == [0])
  }

  @Test("One that was not put right is in doubt until it is, and is no last good calibration")
  func failed() {
    let history = history(
      (10, 20, .within, nil),
      (12, 20, .outside, nil),
      (14, 20, .outside, .within)
    )
    #expect(doubts(history, 10, 20) == ["found_out 10-12", "failed 12-14"])
    #expect(history.failures.map(\.lastGood?.source) == [0, 0])
  }

  @Test("A calibration that is recorded late counts from when it was performed")
  func late() {
    let history = history((10, 20, .within, nil), (2, 12, .within, nil))
    #expect(history.entries.map(\.source) == [1, 0])
    #expect(doubts(history, 0, 15) == ["never 0-2"])
  }

  @Test("Of a calibration of which only the day is known, that day counts against the instrument")
  func day() {
    var history = CalibrationHistory<Int>(Label(checked: "O2-17"))
    for (index, (day, found)) in [(10, Calibration.Finding.within), (15, .outside)].enumerated() {
      history.add(
        Calibration(
          instrument: history.instrument,
          performed: Self.day(day),
          performedUntil: Self.day(day + 1),
          due: Self.day(40),
          asFound: found,
          asLeft: .within,
          by: Label(checked: "ines")
        ),
        from: index
      )
    }
    #expect(doubts(history, 0, 20) == ["never 0-10", "found_out 10-16"])
    #expect(history.failures.map(\.span) == [Self.day(10)..<Self.day(16)])
    #expect(history.state(at: Self.day(15)) == .calibrated)
  }
}
