import StationAPI
import Testing

@Suite("Request guard")
struct RequestGuardTests {
  private static let start = """
    {"lot":"L","part":"P","work_order":"W","operator":"O"}
    """
  private static let lot = "/v1/stations/reflow-1/lot"

  @Test(
    "A name that was rebound to loopback gets nothing",
    arguments: [
      "evil.example", "evil.example:8470", "127.0.0.1.evil.example", "10.1.2.3", "[fe80::1]",
    ]
  )
  func rebinding(host: String) async throws {
    try await Served.with { served in
      let answer = try await served.send("GET", "/v1/status", headers: ["Host": host])
      #expect(answer.status == 421)
      #expect(try answer.json(Problem.self).type == "foreign-host")
    }
  }

  @Test(
    "Loopback is served by any of its names",
    arguments: ["localhost:1", "127.0.0.1", "[::1]:80"]
  )
  func loopback(host: String) async throws {
    try await Served.with { served in
      let answer = try await served.send("GET", "/", headers: ["Host": host])
      #expect(answer.status == 200)
    }
  }

  @Test(
    "A command from another site changes nothing",
    arguments: [
      ["Origin": "http://evil.example"], ["Origin": "null"], ["Origin": "http://127.0.0.1:1"],
      ["Sec-Fetch-Site": "cross-site"], ["Sec-Fetch-Site": "same-site"],
    ],
    ["POST", "DELETE"]
  )
  func crossSite(headers: [String: String], method: String) async throws {
    try await Served.with { served in
      let all = headers.merging(["Content-Type": "application/json"]) { $1 }
      let body = method == "POST" ? Self.start : nil
      let answer = try await served.send(method, Self.lot, body: body, headers: all)
      #expect(answer.status == 403)
      #expect(try answer.json(Problem.self).type == "foreign-origin")
      #expect(await served.service.commands.isEmpty)
    }
  }

  @Test("A command from our own page is taken")
  func sameOrigin() async throws {
    try await Served.with { served in
      let answer = try await served.send(
        "POST",
        Self.lot,
        body: Self.start,
        headers: [
          "Content-Type": "application/json; charset=utf-8", "Sec-Fetch-Site": "same-origin",
          "Origin": "http://127.0.0.1:\(served.port)",
        ]
      )
      #expect(answer.status == 201)
    }
  }

  @Test(
    "What a form of another site can send is no command",
    arguments: [
      "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp",
    ]
  )
  func simpleRequests(mediaType: String) async throws {
    try await Served.with { served in
      let answer = try await served.send(
        "POST",
        Self.lot,
        body: Self.start,
        headers: ["Content-Type": mediaType]
      )
      #expect(answer.status == 415)
      #expect(try answer.json(Problem.self).detail.contains("application/json"))
      #expect(await served.service.commands.isEmpty)
    }
  }

  @Test(
    "Every answer tells the browser to trust nothing else",
    arguments: ["/", "/v1/status", "/no"]
  )
  func safetyHeaders(path: String) async throws {
    try await Served.with { served in
      let headers = try await served.send("GET", path).headers
      let policy = try #require(headers["content-security-policy"])
      #expect(policy.contains("default-src 'none'"))
      #expect(policy.contains("frame-ancestors 'none'"))
      #expect(!policy.contains("unsafe"))
      #expect(headers["x-content-type-options"] == "nosniff")
      #expect(headers["referrer-policy"] == "no-referrer")
      #expect(headers["cross-origin-opener-policy"] == "same-origin")
      #expect(headers["cross-origin-resource-policy"] == "same-origin")
      #expect(headers["access-control-allow-origin"] == nil)
    }
  }
}
