import Foundation
import StationAPI
import Telemetry
import Testing

@testable import StationWeb

@Suite("Interlock over HTTP")
struct InterlockTests {
  @Test("Whether a lot may run is answered with the reasons, for a lot with any name")
  func answer() async throws {
    try await Served.with { served in
      let path = "/v1/stations/reflow-1/interlock?lot=PCB%207%2F3&lane=rear"
      let free = try await served.send("GET", path)
      #expect(free.status == 200)
      let run = try free.json(InterlockAnswer.self)
      #expect(run.verdict == .run && run.lots.map(\.text) == ["PCB 7/3"])
      await served.service.change { $0.held = "it is on hold" }
      let stop = try await served.send("GET", path).json(InterlockAnswer.self)
      #expect(stop.verdict == .stop && stop.reasons.map(\.code) == ["lot_on_hold"])
    }
  }

  @Test("What cannot be a lot is a bad request, and other methods are not allowed")
  func refused() async throws {
    try await Served.with { served in
      let path = "/v1/stations/reflow-1/interlock"
      let lot = try await served.send("GET", path + "?lot=%20x")
      let method = try await served.send("DELETE", path)
      #expect((lot.status, method.status) == (400, 405))
    }
  }
}
