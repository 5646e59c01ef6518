import Foundation
import StationAPI
import Telemetry
import Testing

@testable import StationWeb

@Suite("Commands over HTTP")
struct CommandTests {
  @Test("A lot is started, and the receipt names the record")
  func start() async throws {
    try await Served.with { served in
      let answer = try await served.send(
        "POST",
        "/v1/stations/reflow-1/lot",
        body: """
          {"lot":"PCB 7/3","part":"4711-C","work_order":"WO-9","operator":"Şule","program":"SAC305"}
          """
      )
      #expect(answer.status == 201)
      #expect(answer.headers["content-type"] == "application/json")
      #expect(try answer.json(Receipt.self).summary == "reflow-1 works on lot PCB 7/3")
      let command = StartLot(
        lot: LotID(checked: "PCB 7/3"),
        part: Label(checked: "4711-C"),
        workOrder: Label(checked: "WO-9"),
        operatorName: Label(checked: "Şule"),
        program: Label(checked: "SAC305")
      )
      #expect(await served.service.commands == [.start(command, Line.oven)])
    }
  }

  @Test("A lot is ended")
  func end() async throws {
    try await Served.with { served in
      let answer = try await served.send("DELETE", "/v1/stations/reflow-1/lot")
      #expect(answer.status == 200)
      #expect(await served.service.commands == [.end(EndLot(), Line.oven)])
    }
  }

  @Test("Something is corrected, and what is no correction is answered with those there are")
  func correction() async throws {
    try await Served.with { served in
      let body = """
        {"what":"lot_late","station":"reflow-1","lot":"PCB-7","from":"2026-11-24T12:00:00Z",
         "by":"mara","reason":"seen"}
        """
      let right = try await served.send("POST", "/v1/corrections", body: body)
      #expect(right.status == 201)
      var order = CorrectionOrder(
        .lotLate,
        by: Label(checked: "mara"),
        reason: Label(checked: "seen")
      )
      (order.station, order.lot) = (Line.oven, LotID(checked: "PCB-7"))
      order.from = Instant("2026-11-24T12:00:00Z")
      #expect(await served.service.commands == [.correct(order)])
      for (wrong, words) in [
        (body.replacing("lot_late", with: "lot-late"), "use lot_late, wrong_lot"),
        (body.replacing("2026-11-24T12:00:00Z", with: "noon"), "RFC 3339"),
        (body.replacing("\"by\":\"mara\",", with: ""), "\"by\" is missing"),
      ] {
        let answer = try await served.send("POST", "/v1/corrections", body: wrong)
        #expect(answer.status == 400)
        #expect(try answer.json(Problem.self).detail.contains(words), "\(words)")
      }
    }
  }

  @Test("A lot of a lane is started and ended, for a reason")
  func lane() async throws {
    try await Served.with { served in
      let path = "/v1/stations/reflow-1/lot"
      let body = #"{"lot":"A","lane":"rear","revision":"C","quantity":40}"#
      let started = try await served.send("POST", path, body: body)
      let end = #"{"lane":"rear","reason":"finished"}"#
      let ended = try await served.send("POST", path + "/end", body: end)
      #expect((started.status, ended.status) == (201, 201))
      let rear = LaneID(checked: "rear")
      let start = StartLot(
        lot: LotID(checked: "A"),
        lane: rear,
        revision: Label(checked: "C"),
        quantity: 40
      )
      #expect(
        await served.service.commands == [
          .start(start, Line.oven), .end(EndLot(lane: rear, reason: .finished), Line.oven),
        ]
      )
    }
  }

  @Test("A unit comes, and an event that is none is answered with those there are")
  func unit() async throws {
    try await Served.with { served in
      let path = "/v1/stations/reflow-1/units"
      let body = #"{"serial":"SN 1/2","event":"entered","source":"scan"}"#
      let right = try await served.send("POST", path, body: body)
      #expect(right.status == 201)
      let wrong = try await served.send(
        "POST",
        path,
        body: #"{"serial":"SN 1/2","event":"came"}"#
      )
      #expect(wrong.status == 400)
      #expect(
        try wrong.json(Problem.self).detail
          == #"The member "event" is not right: use entered, left, removed, scrapped."#
      )
      let unit = PassUnit(
        serial: SerialNumber(checked: "SN 1/2"),
        event: .entered,
        source: .scan
      )
      #expect(await served.service.commands == [.pass(unit, Line.oven)])
    }
  }

  @Test("Operators sign on and off, by names with any characters")
  func operators() async throws {
    try await Served.with { served in
      let path = "/v1/stations/reflow-1/operators"
      let body = #"{"operator":"Ş. Öz/2","replace":true}"#
      let on = try await served.send("POST", path, body: body)
      #expect(on.status == 201)
      let off = try await served.send("DELETE", path + "/%C5%9E.%20%C3%96z%2F2")
      #expect(off.status == 200)
      let name = Label(checked: "Ş. Öz/2")
      #expect(
        await served.service.commands == [
          .signOn(SignOn(operatorName: name, replace: true), Line.oven),
          .signOff(name, Line.oven),
        ]
      )
    }
  }

  @Test("Material is loaded, and unloaded by a lot with any characters")
  func material() async throws {
    try await Served.with { served in
      let path = "/v1/stations/reflow-1/materials"
      let body = #"{"lot":"A/1 b","material":"SAC305 paste"}"#
      let loaded = try await served.send("POST", path, body: body)
      let unloaded = try await served.send("DELETE", path + "/A%2F1%20b")
      #expect((loaded.status, unloaded.status) == (201, 200))
      let lot = LotID(checked: "A/1 b")
      let load = LoadMaterial(lot: lot, material: Label(checked: "SAC305 paste"))
      #expect(
        await served.service.commands
          == [.load(load, Line.oven), .unload(lot, Line.oven, UnloadMaterial())]
      )
    }
  }

  @Test("What went into a lot is recorded")
  func consumption() async throws {
    try await Served.with { served in
      let body = #"{"output":"DEV-1","input":"PCB-7","quantity":2.5,"unit":"m"}"#
      let answer = try await served.send("POST", "/v1/consumptions", body: body)
      #expect(answer.status == 201)
      var command = ConsumptionOrder(
        output: LotID(checked: "DEV-1"),
        input: LotID(checked: "PCB-7")
      )
      command.quantity = 2.5
      command.unit = "m"
      #expect(await served.service.commands == [.consume(command)])
    }
  }

  @Test(
    "A write reaches the agent as it was sent, and its receipt says what became of it",
    arguments: [
      ("185.5", .real(185.5)), ("-7", .integer(-7)), ("true", .flag(true)),
      (#""185.5""#, .text("185.5")),
    ] as [(String, Value)]
  )
  func write(json: String, value: Value) async throws {
    try await Served.with { served in
      let answer = try await served.send(
        "POST",
        "/v1/devices/oven-1/writes",
        body: #"{"signal":"zone1.setpoint","value":\#(json),"operator":"mara"}"#
      )
      #expect(answer.status == 201)
      let receipt = try answer.json(WriteReceipt.self)
      #expect(receipt.outcome == .done && receipt.outcomeSeq == receipt.seq + 1)
      let command = WriteSignal(
        signal: "zone1.setpoint",
        value: value,
        operatorName: Label(checked: "mara")
      )
      #expect(await served.service.commands == [.write(command, DeviceID(checked: "oven-1"))])
    }
  }

  @Test("A page of another site can write nothing, and neither can a form")
  func foreignWrite() async throws {
    try await Served.with { served in
      let body = #"{"signal":"zone1.setpoint","value":1,"operator":"mara"}"#
      let path = "/v1/devices/oven-1/writes"
      let foreign = try await served.send(
        "POST",
        path,
        body: body,
        headers: ["Content-Type": "application/json", "Origin": "http://evil.example"]
      )
      #expect(foreign.status == 403)
      let form = try await served.send(
        "POST",
        path,
        body: body,
        headers: ["Content-Type": "text/plain"]
      )
      #expect(form.status == 415)
      #expect(try await served.send("GET", path).status == 405)
      #expect(await served.service.commands.isEmpty)
    }
  }

  @Test("The agent's own problems arrive as they are")
  func problems() async throws {
    try await Served.with { served in
      let problem = Problem(
        type: "station-busy",
        title: "The station is busy",
        status: 409,
        detail: "reflow-1 works on lot PCB-6; end it first: lotline lot end reflow-1"
      )
      await served.service.fail(with: problem)
      let answer = try await served.send("DELETE", "/v1/stations/reflow-1/lot")
      #expect(answer.status == 409)
      #expect(answer.headers["content-type"] == "application/problem+json")
      #expect(try answer.json(Problem.self) == problem)
    }
  }

  @Test("Any other failure is told without its inside")
  func failure() async throws {
    try await Served.with { served in
      await served.service.fail(with: FakeStation.Secret())
      let answer = try await served.send("DELETE", "/v1/stations/reflow-1/lot")
      #expect(answer.status == 500)
      #expect(try answer.json(Problem.self).type == "internal-error")
      #expect(!answer.text.contains("Secret"))
    }
  }

  @Test("A body above the limit is refused")
  func bodyLimit() async throws {
    try await Served.with { served in
      let lot = String(repeating: "x", count: StationResponder.bodyLimit)
      let body = #"{"lot":"\#(lot)"}"#
      let answer = try await served.send("POST", "/v1/stations/reflow-1/lot", body: body)
      #expect(answer.status == 413)
      #expect(try answer.json(Problem.self).detail.contains("65536"))
      #expect(try await served.send("GET", "/health").status == 200)
    }
  }

  @Test("A station that cannot be one is refused before the agent sees it")
  func badStation() async throws {
    try await Served.with { served in
      let answer = try await served.send("DELETE", "/v1/stations/a%20b/lot")
      #expect(answer.status == 400)
      #expect(try answer.json(Problem.self).detail.contains(#"station "a b" cannot be used"#))
    }
  }
}

@Suite("Command body")
struct CommandBodyTests {
  @Test(
    "An error names the member and what is expected",
    arguments: [
      (#"{"part":"P","operator":"O"}"#, #""lot" is missing"#),
      (
        #"{"lot":5,"part":"P","work_order":"W","operator":"O"}"#,
        #""lot" is of the wrong kind; a text"#
      ),
      (#"{"lot":"","part":"P","work_order":"W","operator":"O"}"#, #""lot" is not right"#),
      (#"{"lot":null,"part":"P","work_order":"W","operator":"O"}"#, #""lot" is null; a text"#),
      (#"{"lot":"L","part":"P","work_order":"W","operator":" O"}"#, "begins or ends with a space"),
      (#"{"lot":"L","part":"P","workorder":"W","operator":"O"}"#, #""workorder" is not known"#),
      ("[]", "not a JSON object"), (#""L""#, "not a JSON object"),
      ("{", "not JSON"), ("", "not JSON"), ("\u{0}", "not JSON"),
    ]
  )
  func sentences(body: String, part: String) throws {
    let problem = #expect(throws: Problem.self) { try StartLot.decode(body.utf8) }
    #expect(problem?.status == 400)
    #expect(problem?.detail.contains(part) == true, "\(problem?.detail ?? "")")
  }

  @Test(
    "A record is for ever, so a quantity or unit that cannot be is refused",
    arguments: [
      (#""quantity":0"#, "quantity"), (#""quantity":-1"#, "quantity"), (##""unit":"""##, "unit"),
    ]
  )
  func amounts(members: String, part: String) {
    let body = #"{"output":"A","input":"B",\#(members)}"#
    let problem = #expect(throws: Problem.self) { try ConsumptionOrder.decode(body.utf8) }
    #expect(problem?.detail.contains(part) == true, "\(problem?.detail ?? "")")
  }

  @Test(
    "A write without operator, or of what is no value, is refused",
    arguments: [
      (#"{"signal":"a","value":1}"#, #""operator" is missing"#),
      (#"{"signal":"a","value":1,"operator":""}"#, #""operator" is not right"#),
      (#"{"signal":"a","operator":"m"}"#, #""value" is missing"#),
      (#"{"signal":"a","value":null,"operator":"m"}"#, "a number, true, false or a text"),
      (#"{"signal":"a","value":[1],"operator":"m"}"#, "a number, true, false or a text"),
      (#"{"signal":"a","value":1,"operator":"m","force":true}"#, #""force" is not known"#),
    ]
  )
  func writes(body: String, part: String) {
    let problem = #expect(throws: Problem.self) { try WriteSignal.decode(body.utf8) }
    #expect(problem?.detail.contains(part) == true, "\(problem?.detail ?? "")")
  }

  @Test("A quantity is a number")
  func quantity() {
    let body = #"{"output":"A","input":"B","quantity":"two"}"#
    let problem = #expect(throws: Problem.self) { try ConsumptionOrder.decode(body.utf8) }
    #expect(
      problem?.detail == #"The member "quantity" is of the wrong kind; a number is expected."#
    )
  }
}
