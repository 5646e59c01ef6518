import Foundation
import HTTPTypes
import Hub
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Telemetry
import TestSupport
import Testing

/// The lists over a real port, as agents and the plant's systems come.
@Suite("The hub's lists")
struct ListServerTests {
  private let folder: TemporaryFolder
  private let service: HubService

  init() throws {
    folder = try TemporaryFolder()
    var logger = Logger(label: "hub")
    logger.logLevel = .critical
    service = try HubService(
      listen: Endpoint(host: "127.0.0.1", port: 0),
      database: folder.path("hub.sqlite"),
      software: "test",
      time: ManualTime(),
      logger: logger
    )
  }

  private func serving(_ body: @Sendable (any TestClientProtocol) async throws -> Void) async throws
  {
    try await service.application.test(.live, body)
  }

  private func ask(
    _ method: HTTPRequest.Method,
    _ uri: String,
    _ body: String? = nil,
    type: String = "application/json",
    with headers: HTTPFields = [:],
    over client: any TestClientProtocol
  ) async throws -> TestResponse {
    var headers = headers
    if body != nil { headers[.contentType] = type }
    return try await client.execute(
      uri: uri,
      method: method,
      headers: headers,
      body: body.map { ByteBuffer(string: $0) }
    )
  }

  private func decode<Answer: Decodable>(_: Answer.Type, _ response: TestResponse) throws -> Answer
  {
    try JSONDecoder().decode(Answer.self, from: Data(response.body.readableBytesView))
  }

  private func problem(_ response: TestResponse) throws -> HubProblem {
    #expect(response.headers[.contentType] == "application/problem+json")
    let problem = try decode(HubProblem.self, response)
    #expect(problem.status == response.status.code)
    return problem
  }

  @Test("A list that is put is read back, and its tag says when it is another one")
  func put() async throws {
    try await serving { client in
      let before = try await ask(.get, "/v1/lists", over: client)
      let put = try await ask(
        .put,
        "/v1/lists/lots?by=mes&reason=night%20run",
        "lot,state\nPCB-1,released\nA%2F7,hold",
        type: "text/csv; charset=utf-8",
        over: client
      )
      #expect(put.status == .ok)
      let change = try decode(PlantListChange.self, put)
      #expect(change.head.revision == 1 && change.changed == 2)
      #expect(change.head.by.text == "mes" && change.head.reason?.text == "night run")
      let tag = try #require(before.headers[.eTag])
      let index = try await ask(.get, "/v1/lists", with: [.ifNoneMatch: tag], over: client)
      #expect(index.status == .ok && index.headers[.eTag] != tag)
      #expect(try decode(PlantListIndex.self, index).lists == [change.head])
      let same = try await ask(
        .get,
        "/v1/lists",
        with: [.ifNoneMatch: try #require(index.headers[.eTag])],
        over: client
      )
      #expect(same.status == .notModified && same.body.readableBytes == 0)
      let page = try decode(PlantListPage.self, try await ask(.get, "/v1/lists/lots", over: client))
      #expect(page.entries.map(\.key) == ["A%2F7", "PCB-1"] && page.head == change.head)
    }
  }

  @Test("A hold on one lot changes that lot alone, and the history says whose it was")
  func hold() async throws {
    try await serving { client in
      let list =
        #"{"entries":[{"lot":"PCB-1","state":"released","part":"4711"},"#
        + #"{"lot":"PCB-2","state":"released"}]}"#
      _ = try await ask(.put, "/v1/lists/lots?by=mes", list, over: client)
      let hold = try await ask(
        .patch,
        "/v1/lists/lots/PCB-1?by=qa.meier&reason=audit",
        #"{"state":"hold","reason":"solder voids"}"#,
        over: client
      )
      #expect(hold.status == .ok)
      let entry = try decode(
        PlantListHistory.self,
        try await ask(.get, "/v1/lists/lots/PCB-1", over: client)
      )
      guard case .lot(let lot)? = entry.moments.first?.entry else {
        Issue.record("no lot")
        return
      }
      #expect(lot.state == .hold && lot.reason?.text == "solder voids" && lot.part?.text == "4711")
      let history = try decode(
        PlantListHistory.self,
        try await ask(.get, "/v1/list-history/lots/PCB-1", over: client)
      )
      #expect(history.moments.map(\.by.text) == ["qa.meier", "mes"])
      let revisions = try decode(
        PlantListRevisions.self,
        try await ask(.get, "/v1/list-history/lots?limit=1", over: client)
      )
      #expect(revisions.revisions.map(\.head.revision) == [2] && revisions.next == 2)
      let page = try decode(
        PlantListPage.self,
        try await ask(
          .get,
          "/v1/lists/lots?since=1-\(try Self.first(lots: ["PCB-1", "PCB-2"]))",
          over: client
        )
      )
      #expect(page.base == 1 && page.entries.map(\.key) == ["PCB-1"])
    }
  }

  private static func first(lots: [String]) throws -> Digest {
    try #require(
      PlantListContent(
        .lots,
        lots.map { name in
          .lot(
            ListedLot(
              lot: try LotID(name),
              state: .released,
              part: name == "PCB-1" ? try Label("4711") : nil
            )
          )
        }
      )
    ).sha256()
  }

  @Test("An entry can be put, and taken off")
  func entries() async throws {
    try await serving { client in
      let put = try await ask(
        .put,
        "/v1/lists/programs/SAC%2F305?by=qa",
        #"{"state":"released","revision":"7"}"#,
        over: client
      )
      #expect(put.status == .ok)
      let page = try decode(
        PlantListPage.self,
        try await ask(.get, "/v1/lists/programs", over: client)
      )
      #expect(page.entries.map(\.key) == ["SAC/305"])
      let gone = try await ask(.delete, "/v1/lists/programs/SAC%2F305?by=qa", over: client)
      #expect(try decode(PlantListChange.self, gone).removed == 1)
      let again = try problem(
        try await ask(.delete, "/v1/lists/programs/SAC%2F305?by=qa", over: client)
      )
      #expect(again.type == "no-entry" && again.status == 404)
    }
  }

  @Test("What is wrong is refused with its places, and nothing of it is applied")
  func refused() async throws {
    try await serving { client in
      _ = try await ask(.put, "/v1/lists/lots?by=mes", #"{"entries":[]}"#, over: client)
      let cases: [(HTTPRequest.Method, String, String?, String, String, Int)] = [
        (
          .put, "/v1/lists/lots?by=x", "lot,state\nA,released\nB,gone", "text/csv", "list-refused",
          422
        ),
        (.put, "/v1/lists/lots?by=x", "{", "application/json", "list-refused", 422),
        (.put, "/v1/lists/lots?by=x", "<xml/>", "text/xml", "unsupported-type", 415),
        (.put, "/v1/lists/lots", "{\"entries\":[]}", "application/json", "bad-request", 400),
        (.put, "/v1/lists/lots?by=%20", "{\"entries\":[]}", "application/json", "bad-request", 400),
        (.put, "/v1/lists/lorries?by=x", "{}", "application/json", "unknown-list", 404),
        (.patch, "/v1/lists/lots/A?by=x", "lot,state", "text/csv", "unsupported-type", 415),
        (.get, "/v1/lists/programs", nil, "", "no-list", 404),
        (.get, "/v1/lists/lots/A", nil, "", "no-entry", 404),
        (.get, "/v1/lists/lots?revision=7", nil, "", "no-revision", 404),
        (.get, "/v1/lists/lots?limit=0", nil, "", "bad-request", 400),
        (.get, "/v1/lists/lots?since=7", nil, "", "bad-request", 400),
        (.get, "/v1/list-history/programs", nil, "", "no-list", 404),
      ]
      for (method, uri, body, type, name, status) in cases {
        let answer = try problem(try await ask(method, uri, body, type: type, over: client))
        #expect(answer.type == name && answer.status == status, "\(method) \(uri): \(answer)")
      }
      let table = try problem(
        try await ask(
          .put,
          "/v1/lists/lots?by=x",
          "lot,state\nA,released\nB,gone",
          type: "text/csv",
          over: client
        )
      )
      #expect(table.findings?.map(\.line) == [3] && table.findings?.first?.member == "state")
      let index = try decode(PlantListIndex.self, try await ask(.get, "/v1/lists", over: client))
      #expect(index.lists.map(\.revision) == [1] && index.lists.map(\.count) == [0])
    }
  }

  @Test("Whoever says which revision they saw does not overwrite a later one")
  func ifMatch() async throws {
    try await serving { client in
      let body = #"{"entries":[{"lot":"A","state":"hold"}]}"#
      _ = try await ask(.put, "/v1/lists/lots?by=mes", #"{"entries":[]}"#, over: client)
      let read = try await ask(.get, "/v1/lists/lots", over: client)
      let tag = try #require(read.headers[.eTag])
      let first = try await ask(
        .put,
        "/v1/lists/lots?by=a",
        body,
        with: [.ifMatch: tag],
        over: client
      )
      #expect(first.status == .ok)
      let second = try problem(
        try await ask(
          .put,
          "/v1/lists/lots?by=b",
          #"{"entries":[]}"#,
          with: [.ifMatch: tag],
          over: client
        )
      )
      #expect(second.type == "list-changed" && second.status == 412)
    }
  }

  @Test("The pages show the lists, their entries and what became of one, and escape every text")
  func pages() async throws {
    try await serving { client in
      let empty = try await ask(.get, "/lists", over: client)
      #expect(String(buffer: empty.body).contains("Nobody has put a list here yet"))
      _ = try await ask(
        .put,
        "/v1/lists/lots/PCB-1?by=%3Cqa%3E",
        #"{"state":"hold","reason":"<b>voids</b>"}"#,
        over: client
      )
      for path in ["/lists", "/lists/lots", "/lists/lots/PCB-1"] {
        let page = try await ask(.get, path, over: client)
        let text = String(buffer: page.body)
        #expect(page.status == .ok && text.contains("&lt;qa&gt;"), "\(path)")
        #expect(!text.contains("<b>voids") && !text.contains("<qa>"), "\(path)")
      }
      let list = String(buffer: try await ask(.get, "/lists/lots", over: client).body)
      #expect(list.contains("<td class=\"bad\">hold</td>"))
      #expect(try await ask(.get, "/lists/programs", over: client).status == .notFound)
    }
  }
}
