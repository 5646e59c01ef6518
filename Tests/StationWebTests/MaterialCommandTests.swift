import Foundation
import StationAPI
import Telemetry
import Testing

@testable import StationWeb

@Suite("Commands about material and instruments over HTTP")
struct MaterialCommandTests {
  private let materials = "/v1/stations/reflow-1/materials"

  @Test("Material is loaded with all that its label and certificate say")
  func load() async throws {
    try await Served.with { served in
      let answer = try await served.send(
        "POST",
        materials,
        body: """
          {"lot":"PASTE-9","material":"SAC305 paste","kind":"paste","part":"9-17","operator":"mara",
           "quantity":500,"unit":"g","expires":"2027-06-01T00:00:00Z",
           "opened":"2026-11-29T06:00:00Z","floor_life_minutes":480,
           "certificate_ref":{"id":"5521","type":"3.1","revision":"B","issuer":"Stannol",
            "sha256":"03d66dd08835c1ca3f128cceacd1f31ac94163096b20f445ae84285bc0832d72"}}
          """
      )
      #expect(answer.status == 201)
      let command = LoadMaterial(
        lot: LotID(checked: "PASTE-9"),
        material: Label(checked: "SAC305 paste"),
        kind: Label(checked: "paste"),
        part: Label(checked: "9-17"),
        operatorName: Label(checked: "mara"),
        certificateReference: CertificateReference(
          id: Label(checked: "5521"),
          type: .inspectedByManufacturer,
          revision: Label(checked: "B"),
          sha256: Digest("03d66dd08835c1ca3f128cceacd1f31ac94163096b20f445ae84285bc0832d72"),
          issuer: Label(checked: "Stannol")
        ),
        quantity: 500,
        unit: "g",
        expires: Instant("2027-06-01T00:00:00Z"),
        opened: Instant("2026-11-29T06:00:00Z"),
        floorLifeMinutes: 480
      )
      #expect(await served.service.commands == [.load(command, Line.oven)])
    }
  }

  @Test("Material is unloaded with why, and how much is left")
  func unload() async throws {
    try await Served.with { served in
      let answer = try await served.send(
        "POST",
        materials + "/PASTE-9/unload",
        body: #"{"reason":"empty","remaining":0,"operator":"mara"}"#
      )
      #expect(answer.status == 201)
      let command = UnloadMaterial(
        operatorName: Label(checked: "mara"),
        reason: Label(checked: "empty"),
        remaining: 0
      )
      #expect(
        await served.service.commands == [.unload(LotID(checked: "PASTE-9"), Line.oven, command)]
      )
    }
  }

  @Test("A piece goes into a device by its UDI")
  func assemble() async throws {
    try await Served.with { served in
      let answer = try await served.send(
        "POST",
        "/v1/consumptions",
        body:
          #"{"output_udi":"(01)04012345678901(21)S-1","input_serial":"B-7","station":"final-1"}"#
      )
      #expect(answer.status == 201)
      var command = ConsumptionOrder()
      command.outputUDI = Label(checked: "(01)04012345678901(21)S-1")
      command.inputSerial = Label(checked: "B-7")
      command.station = StationID(checked: "final-1")
      #expect(await served.service.commands == [.consume(command)])
    }
  }

  @Test("A calibration is recorded, and an instrument asked for by a name with any characters")
  func calibration() async throws {
    try await Served.with { served in
      let answer = try await served.send(
        "POST",
        "/v1/calibrations",
        body: """
          {"instrument":"O2/17","performed":"2026-11-20T00:00:00Z","due":"2027-11-21T00:00:00Z",
           "as_found":"out","as_left":"in","by":"ines"}
          """
      )
      #expect(answer.status == 201)
      let report = try await served.send("GET", "/v1/instruments/O2%2F17")
      #expect(report.status == 200)
      let name = Label(checked: "O2/17")
      #expect(try report.json(InstrumentReport.self).instrument.instrument == name)
      let calibration = Calibration(
        instrument: name,
        performed: try #require(Instant("2026-11-20T00:00:00Z")),
        due: try #require(Instant("2027-11-21T00:00:00Z")),
        asFound: .outside,
        asLeft: .within,
        by: Label(checked: "ines")
      )
      #expect(await served.service.commands == [.calibrate(calibration), .instrument(name)])
    }
  }

  @Test(
    "What cannot be meant is refused, and the answer names the member",
    arguments: [
      (#"{"lot":"A","material":"m","floor_life_minutes":0}"#, "floor_life_minutes"),
      (#"{"lot":"A","material":"m","quantity":-1}"#, "quantity"),
      (#"{"lot":"A","material":"m","expires":"tomorrow"}"#, "expires"),
      (#"{"lot":"A","material":"m","certificate_ref":{"id":"5","type":"3.9"}}"#, "certificate_ref"),
      (#"{"lot":"A","material":"m","colour":"green"}"#, "colour"),
    ]
  )
  func refused(body: String, member: String) async throws {
    try await Served.with { served in
      let answer = try await served.send("POST", materials, body: body)
      #expect(answer.status == 400)
      #expect(try answer.json(Problem.self).detail.contains("\"\(member)"))
      #expect(await served.service.commands.isEmpty)
    }
  }
}
