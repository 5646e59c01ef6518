import Foundation
import Genealogy
import Gzip
import HTTPTypes
import Hub
import HubStore
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Telemetry
import TestSupport
import Testing

/// Over a real port, since that is how agents and hostile clients come.
@Suite("Hub server")
struct HubServerTests {
  private let folder: TemporaryFolder
  private let service: HubService
  private let journal: JournalBuilder

  init() throws {
    folder = try TemporaryFolder()
    journal = try JournalBuilder.device()
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

  private func compressed(_ batch: JournalBatch) throws -> ByteBuffer {
    ByteBuffer(bytes: try Gzip.compress(batch.encode()))
  }

  private func send(
    _ body: ByteBuffer,
    agent: String = "line-a",
    encoding: String = "gzip",
    _ client: any TestClientProtocol
  ) async throws -> TestResponse {
    try await client.execute(
      uri: "/v1/agents/\(agent)/records",
      method: .post,
      headers: [.contentType: "application/x-ndjson", .contentEncoding: encoding],
      body: body
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

  @Test("A batch is answered with the mark of what is now held, and the mark can be asked for")
  func records() async throws {
    try await serving { client in
      let batch = journal.batch(1...20)
      let response = try await send(compressed(batch), client)
      #expect(response.status == .ok)
      let mark = try decode(HubMark.self, response)
      #expect(mark.seq == 20 && mark.root == batch.header.root)
      let asked = try await client.execute(
        uri: "/v1/agents/line-a/mark?journal=\(journal.journal)",
        method: .get
      )
      #expect(try decode(HubMark.self, asked) == mark)
      let unknown = try await client.execute(uri: "/v1/agents/line-z/mark?journal=0", method: .get)
      #expect(try decode(HubMark.self, unknown).seq == 0)
    }
  }

  @Test("A batch that does not fit is refused as a conflict, with the mark")
  func conflicts() async throws {
    try await serving { client in
      let gap = try problem(try await send(compressed(journal.batch(5...9)), client))
      #expect(gap.type == "sequence-gap" && gap.status == 409 && gap.mark?.seq == 0)
      _ = try await send(compressed(journal.batch(1...9)), client)
      var other = try JournalBuilder()
      for _ in 2...9 { try other.add(.event(Event(.agentStarted, detail: "other"))) }
      let altered = try problem(try await send(compressed(other.batch(2...9)), client))
      #expect(altered.type == "altered-record" && altered.status == 409 && altered.mark?.seq == 9)
      #expect(altered.detail.contains("record 2"))
      let diverged = try JournalBatch(
        header: .init(
          agent: AgentID("line-a"),
          journal: journal.journal,
          first: 10,
          count: 1,
          root: .sha256([])
        ),
        records: [journal.records[9]]
      )
      let root = try problem(try await send(compressed(diverged), client))
      #expect(root.type == "root-mismatch" && root.status == 409 && root.mark?.seq == 9)
      let address = try problem(try await send(compressed(journal.batch), agent: "line-b", client))
      #expect(address.type == "foreign-journal" && address.status == 409)
    }
  }

  @Test("Bodies that are no batch are refused, and the hub goes on")
  func malformed() async throws {
    try await serving { client in
      let bytes = try journal.batch.encode()
      let gzip = try Gzip.compress(bytes)
      let bodies: [[UInt8]] = [
        [], Array("hello".utf8), Array(gzip.dropLast(9)), try Gzip.compress(Array("{}\n".utf8)),
        try Gzip.compress(Array(bytes.dropLast())), try Gzip.compress([]),
      ]
      for body in bodies {
        let answer = try await send(ByteBuffer(bytes: body), client)
        #expect(answer.status == .badRequest, "\(body.count) bytes")
      }
      let plain = try await send(ByteBuffer(bytes: bytes), encoding: "identity", client)
      #expect(plain.status == .unsupportedMediaType)
      #expect(try await send(compressed(journal.batch), client).status == .ok)
    }
  }

  @Test("Bombs and floods are refused before they take memory")
  func tooLarge() async throws {
    try await serving { client in
      let zeros = [UInt8](repeating: 0x20, count: Intake.Limits.expandedBytes + 1)
      let lines = [UInt8](repeating: 0x0A, count: Intake.Limits.expandedBytes)
      for bytes in [zeros, lines] {
        let body = ByteBuffer(bytes: try Gzip.compress(bytes, level: 1))
        let answer = try problem(try await send(body, client))
        #expect(answer.type == "batch-too-large" && answer.status == 413)
      }
    }
  }

  @Test("A trace, lots and agents are answered as JSON")
  func answers() async throws {
    try await serving { client in
      _ = try await send(compressed(journal.batch), client)
      let response = try await client.execute(uri: "/v1/lots/DEV%2D0042/trace", method: .get)
      let trace = try decode(LotTrace.self, response)
      #expect(trace.lots.map(\.lot.text).contains("PASTE-55"))
      let down = try await client.execute(uri: "/v1/lots/PASTE-55/trace?up=false", method: .get)
      #expect(try decode(LotTrace.self, down).outputs == nil)
      let lots = try await client.execute(uri: "/v1/lots?limit=2", method: .get)
      #expect(String(buffer: lots.body).contains("\"next\":\"GBX-3\""))
      let agents = try await client.execute(uri: "/v1/agents", method: .get)
      #expect(String(buffer: agents.body).contains("\"agent\":\"line-a\""))
      let health = try await client.execute(uri: "/health", method: .get)
      #expect(String(buffer: health.body).contains("\"status\":\"ok\""))
    }
  }

  @Test("An unknown lot is answered with names that may have been meant")
  func unknown() async throws {
    try await serving { client in
      _ = try await send(compressed(journal.batch), client)
      let answer = try problem(
        try await client.execute(uri: "/v1/lots/DEV-042/trace", method: .get)
      )
      #expect(answer.type == "unknown-lot" && answer.status == 404)
      #expect(answer.near == ["DEV-0042"])
      for uri in ["/v1/lots/%FF/trace", "/v1/lots?limit=0", "/v1/agents/a%20b/mark?journal=1"] {
        #expect(try await client.execute(uri: uri, method: .get).status == .badRequest, "\(uri)")
      }
      let after = try problem(try await client.execute(uri: "/v1/lots?after=X", method: .get))
      #expect(after.type == "unknown-lot" && after.status == 404)
      #expect(try await client.execute(uri: "/nothing", method: .get).status == .notFound)
    }
  }

  @Test("A lot's name with a slash, a quotation mark and markup is shown as it is")
  func escaping() async throws {
    let name = "A/B \"<script>&'x"
    var journal = try JournalBuilder()
    try journal.bind("s", name, part: "<b>part</b>")
    let body = try compressed(journal.batch)
    let encoded = "A%2FB%20%22%3Cscript%3E%26%27x"
    try await serving { client in
      _ = try await send(body, client)
      let trace = try await client.execute(uri: "/v1/lots/\(encoded)/trace", method: .get)
      #expect(try decode(LotTrace.self, trace).lot.text == name)
      for uri in ["/", "/trace?lot=\(encoded)"] {
        let page = try await client.execute(uri: uri, method: .get)
        let html = String(buffer: page.body)
        #expect(page.status == .ok)
        #expect(html.contains("A/B &quot;&lt;script&gt;&amp;&#39;x"))
        #expect(!html.contains("<script") && !html.contains("<b>part"))
        #expect(html.contains("/trace?lot=\(encoded)"))
      }
    }
  }

  @Test("The page of a lot shows its tree, its readings and what was bad")
  func page() async throws {
    try await serving { client in
      _ = try await send(compressed(journal.batch), client)
      let page = try await client.execute(uri: "/trace?lot=DEV-0042", method: .get)
      let html = String(buffer: page.body)
      for words in ["PCB-7", "loaded at reflow-1", "°C", "3: timeout 3", "LF-SAC305", "A. Meier"] {
        #expect(html.contains(words), "\(words)")
      }
      let missing = try await client.execute(uri: "/trace?lot=DEV-042", method: .get)
      #expect(missing.status == .notFound)
      #expect(String(buffer: missing.body).contains("Did you mean"))
    }
  }

  @Test("The page of a device shows what was read of it alone, and keeps to it in its links")
  func pieceOnPage() async throws {
    var journal = try JournalBuilder()
    let layout = try journal.layout(
      "rig-1",
      stations: ["test-1"],
      signals: [SignalDescription(name: "torque", unit: "N.m")]
    )
    let lot = try journal.bind("test-1", "GB-7", part: "gearbox")
    for (serial, torque) in [("G-1", 11.5), ("G-2", 47.5)] {
      for event in [UnitPassage.Event.entered, .left] {
        try journal.scan("test-1", serial, event, binding: lot)
        if event == .entered {
          try journal.frame(layout: layout, bindings: [lot], [Reading(.real(torque))])
        }
      }
    }
    let body = try compressed(journal.batch)
    try await serving { client in
      _ = try await send(body, client)
      let page = try await client.execute(uri: "/trace?lot=GB-7&serial=G-2", method: .get)
      let html = String(buffer: page.body)
      let own = try #require(html.range(of: "Serial G-2 entered"))
      let whole = try #require(html.range(of: "The whole lot:"))
      let table = html[own.upperBound..<whole.lowerBound]
      #expect(table.contains("47.50") && !table.contains("11.50"), "\(table)")
      #expect(html.contains("/v1/lots/GB-7/trace?serial=G-2\""))
    }
  }
}
