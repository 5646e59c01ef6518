import StationAPI
import Telemetry
import TestSupport
import Testing

@Suite("Status over HTTP")
struct StatusTests {
  @Test("The status is the agent's, with times as of RFC 3339 and names in snake case")
  func status() async throws {
    try await Served.with(FakeStation(time: ManualTime())) { served in
      let answer = try await served.send("GET", "/v1/status")
      #expect(answer.status == 200)
      #expect(try answer.json(AgentStatus.self).stations.map(\.id) == [Line.oven, Line.burnIn])
      #expect(answer.text.contains(#""at":"2026-11-24T12:00:00.000000Z""#))
      #expect(answer.text.contains(#""period_ms":1000"#))
      #expect(answer.text.contains(#""value":82.5"#))
    }
  }

  @Test("Unknown paths are problems", arguments: ["/v1/nothing", "/favicon.ico", "/v1/status/"])
  func notFound(path: String) async throws {
    try await Served.with { served in
      let answer = try await served.send("GET", path)
      #expect(answer.status == 404)
      #expect(answer.headers["content-type"] == "application/problem+json")
      #expect(try answer.json(Problem.self).detail.contains(path))
    }
  }

  @Test(
    "A wrong method is told which ones are right",
    arguments: [
      ("POST", "/v1/status", "GET, HEAD"), ("PUT", "/v1/stations/a/lot", "POST, DELETE"),
      ("GET", "/v1/consumptions", "POST"), ("DELETE", "/", "GET, HEAD"),
    ]
  )
  func wrongMethod(method: String, path: String, allowed: String) async throws {
    try await Served.with { served in
      let answer = try await served.send(method, path)
      #expect(answer.status == 405)
      #expect(answer.headers["allow"] == allowed)
      #expect(answer.headers["content-type"] == "application/problem+json")
    }
  }

  @Test("Health follows the journal")
  func health() async throws {
    try await Served.with { served in
      #expect(try await served.send("GET", "/health").status == 200)
      await served.service.change { $0.journalProblem = "The disk is full." }
      let answer = try await served.send("GET", "/health")
      #expect(answer.status == 503)
      #expect(answer.text.contains("The disk is full."))
    }
  }

  @Test("HEAD answers like GET, without the body")
  func head() async throws {
    try await Served.with { served in
      let answer = try await served.send("HEAD", "/page.css")
      #expect(answer.status == 200)
      #expect(answer.body.isEmpty)
      #expect(answer.headers["content-type"] == "text/css; charset=utf-8")
    }
  }
}
