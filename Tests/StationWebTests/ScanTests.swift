import StationAPI
import Telemetry
import Testing

@testable import StationWeb

@Suite("Scans over HTTP")
struct ScanTests {
  private static let path = "/v1/stations/reflow-1/scans"

  @Test("A code is handed on as it came, and what was done is answered")
  func scan() async throws {
    try await Served.with { served in
      let body = #"{"code":"10LOT-42\u001d21SN1"}"#
      let answer = try await served.send("POST", Self.path, body: body)
      #expect(answer.status == 201)
      let receipt = try answer.json(ScanReceipt.self)
      #expect(receipt.action == .lotStarted && receipt.receipt?.seq != nil)
      let command = ScanCode(code: "10LOT-42\u{1D}21SN1")
      #expect(await served.service.commands == [.scan(command, Line.oven)])
    }
  }

  @Test("A code that is not taken is a problem that has the ways to read it")
  func refused() async throws {
    try await Served.with { served in
      let answer = try await served.send("POST", Self.path, body: #"{"code":"10LOT21SN"}"#)
      #expect(answer.status == 422)
      let problem = try answer.json(Problem.self)
      #expect(problem.type == "scan-refused" && problem.scan?.readings.count == 2)
      let settled = #"{"code":"10LOT21SN","lot":"LOT"}"#
      #expect(try await served.send("POST", Self.path, body: settled).status == 201)
    }
  }

  @Test("A scan needs its code")
  func incomplete() async throws {
    try await Served.with { served in
      let answer = try await served.send("POST", Self.path, body: #"{"lot":"LOT"}"#)
      #expect(answer.status == 400)
      #expect(try answer.json(Problem.self).detail.contains("\"code\""))
    }
  }
}
