import StationAPI
import Telemetry
import Testing

@testable import Uplinks

@Suite("Uplink policy")
struct UplinkPolicyTests {
  private let start = Instant(microseconds: 0)

  @Test("The wait doubles from one second to a minute, and is a random part of that")
  func backoff() {
    var policy = UplinkPolicy(batchRecords: 100, at: start)
    let bounds = (0..<9).map { _ in policy.away("gone", at: start, random: 0.999_999) }
    for (wait, bound) in zip(bounds, [1, 2, 4, 8, 16, 32, 60, 60, 60]) {
      #expect(abs(wait.inSeconds - Double(bound)) < 0.001)
    }
    do {
      let wait = policy.away("gone", at: start, random: 0.5)
      #expect(wait == .seconds(30))
    }
    do {
      let wait = policy.away("gone", at: start, random: 0)
      #expect(wait == .milliseconds(100))
    }
    policy.confirmed(at: start)
    do {
      let wait = policy.away("gone", at: start, random: 0.5)
      #expect(wait == .milliseconds(500))
    }
  }

  @Test("A thousand failures do not overflow")
  func many() {
    var policy = UplinkPolicy(batchRecords: 100, at: start)
    for _ in 0..<1_000 {
      do {
        let wait = policy.away("gone", at: start, random: 0.5)
        #expect(wait <= .seconds(30))
      }
    }
  }

  @Test("The state keeps the time at which it began, and the last failure's words")
  func state() {
    var policy = UplinkPolicy(batchRecords: 100, at: start)
    #expect(policy.state == .starting)
    _ = policy.away("first", at: start.advanced(by: .seconds(1)), random: 0)
    _ = policy.away("second", at: start.advanced(by: .seconds(2)), random: 0)
    #expect(policy.state == .away)
    #expect(policy.since == start.advanced(by: .seconds(1)))
    #expect(policy.detail == "second")
    policy.confirmed(at: start.advanced(by: .seconds(3)))
    #expect(policy.state == .connected)
    #expect(policy.detail == nil)
    do {
      let wait = policy.refused("no", at: start, random: 0)
      #expect(wait == .seconds(30))
    }
    #expect(policy.state == .refused)
  }

  @Test("Batches shrink to one record and grow back to their limit")
  func size() {
    var policy = UplinkPolicy(batchRecords: 100, at: start)
    for expected in [50, 25, 12, 6, 3, 1] {
      let isSmaller = policy.shrink()
      #expect(isSmaller)
      #expect(policy.batchRecords == expected)
    }
    let isSmaller = policy.shrink()
    #expect(!isSmaller)
    for _ in 0..<10 { policy.confirmed(at: start) }
    #expect(policy.batchRecords == 100)
  }
}

@Suite("Hub verdict")
struct HubVerdictTests {
  private let mark = #"{"agent":"edge-1","journal":"j","root":"\#(Digest.sha256([]))","seq":3}"#

  private func verdict(_ status: Int, _ type: String?, _ body: String) -> HubVerdict {
    HubVerdict(HubAnswer(status: status, contentType: type, body: Array(body.utf8)))
  }

  @Test("A mark confirms")
  func confirmed() throws {
    let expected = HubMark(agent: try AgentID("edge-1"), journal: "j", seq: 3, root: .sha256([]))
    #expect(verdict(200, "application/json; charset=utf-8", mark) == .confirmed(expected))
    let problem = #"{"type":"https://lotline.example/problems/sequence-gap","mark":\#(mark)}"#
    #expect(verdict(409, "application/problem+json", problem) == .resume(expected))
  }

  @Test(
    "Whatever is no hub's answer means away",
    arguments: [
      (200, "text/html", "<html>Please log in</html>"), (200, nil, ""), (404, "text/html", ""),
      (200, "application/json", "{}"), (200, "application/json", "<html>"),
      (502, "application/json", "{}"), (503, "application/problem+json", "{}"),
      (429, "application/json", "{}"), (302, "text/plain", ""),
    ] as [(Int, String?, String)]
  )
  func away(status: Int, type: String?, body: String) {
    guard case .away = verdict(status, type, body) else {
      Issue.record("\(verdict(status, type, body))")
      return
    }
  }

  @Test("A hub's refusal is told in its own words")
  func refused() {
    let problem = #"{"type":"altered-record","title":"Altered","detail":"record 7 differs"}"#
    #expect(
      verdict(409, "application/problem+json", problem)
        == .altered("the hub refuses the records: record 7 differs")
    )
    #expect(
      verdict(403, "application/problem+json", #"{"title":"No such agent"}"#)
        == .refused("the hub answered HTTP 403: No such agent")
    )
    #expect(verdict(413, "application/json", "{}") == .tooLarge)
  }
}
