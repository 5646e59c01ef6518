internal import FoundationEssentials
internal import Genealogy
internal import HTTPTypes
internal import HubStore
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Telemetry

/// What the hub answers over HTTP.
struct HubRoutes: Sendable {
  let database: HubDatabase
  let intake: Intake
  let time: any TimeSource
  let software: String

  /// Lots on one page of the list, where nobody says how many, and at most.
  private static let pageLots = 100
  private static let lotsLimit = 500

  func router() -> Router<BasicRequestContext> {
    let router = Router()
    router.add(middleware: ProblemMiddleware())
    router.post("v1/agents/:agent/records") { try await takeRecords($0, $1) }
    router.get("v1/agents/:agent/mark") { try await mark($0, $1) }
    router.get("v1/agents") { _, _ in try await agents() }
    router.get("v1/lots") { request, _ in try await lots(request) }
    router.get("v1/lots/:lot/trace") { try await trace($0, $1) }
    ListRoutes(database: database, time: time).add(to: router)
    router.get("v1/pieces") { request, _ in try await pieces(request) }
    router.get("v1/instruments/:instrument") { try await instrument($1) }
    router.get("health") { _, _ in try await health() }
    HubPages(reader: database.reader, time: time).add(to: router)
    return router
  }

  private func takeRecords(_ request: Request, _ context: BasicRequestContext) async throws
    -> Response
  {
    let agent = try RequestParts.name(AgentID.self, "agent", context)
    guard request.headers[.contentEncoding] == "gzip" else {
      throw HubProblem(
        "unsupported-encoding",
        "The body must be gzip",
        status: 415,
        detail: "send the records compressed, with Content-Encoding: gzip"
      )
    }
    let limit = Intake.Limits.compressedBytes
    let body = try await RequestParts.body(
      request,
      upTo: limit,
      .tooLarge("its body goes on", limit: limit)
    )
    let mark = try await intake.take(body, from: agent)
    context.logger.debug("took records", metadata: ["agent": "\(agent)", "seq": "\(mark.seq)"])
    return try JSONAnswer.response(mark)
  }

  private func mark(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
    let agent = try RequestParts.name(AgentID.self, "agent", context)
    guard let journal = request.uri.queryParameters.get("journal"), !journal.isEmpty else {
      throw HubProblem.badRequest("say which journal: /v1/agents/\(agent)/mark?journal=ID")
    }
    return try JSONAnswer.response(
      try await database.reader.mark(agent: agent, journal: journal)
    )
  }

  private func agents() async throws -> Response {
    struct Answer: Encodable {
      var schema = 1
      let journals: [JournalListing]
    }
    return try JSONAnswer.response(Answer(journals: try await database.reader.journals()))
  }

  private func lots(_ request: Request) async throws -> Response {
    struct Answer: Encodable {
      var schema = 1
      let lots: [LotListing]
      /// Value of `after` for the next page; absent on the last.
      let next: LotID?
    }
    let query = request.uri.queryParameters
    let limit = try RequestParts.number("limit", query, in: 1...Self.lotsLimit) ?? Self.pageLots
    let after = try query.get("after").map { try RequestParts.checked(LotID.self, $0) }
    let lots = try await database.reader.lots(limit: limit, after: after)
    return try JSONAnswer.response(
      Answer(lots: lots, next: lots.count == limit ? lots.last?.lot : nil)
    )
  }

  private func trace(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
    let lot = try RequestParts.name(LotID.self, "lot", context)
    let query = request.uri.queryParameters
    let upwards = query.get("up") != "false"
    let basis = try Self.basis(request)
    let serial = try query.get("serial").map { try RequestParts.checked(Label.self, $0) }
    let trace = try await database.reader.trace(
      lot,
      serial: serial,
      at: time.now(),
      upwards: upwards,
      as: basis
    )
    guard let trace else {
      throw HubProblem.unknownLot(lot, near: try await database.reader.lots(near: lot.text))
    }
    return try JSONAnswer.response(trace)
  }

  private func pieces(_ request: Request) async throws -> Response {
    struct Answer: Encodable {
      var schema = 1
      let pieces: [PieceListing]
    }
    guard let name = request.uri.queryParameters.get("name"), !name.isEmpty else {
      throw HubProblem.badRequest("say which: /v1/pieces?name=SERIAL, or a UDI as on the label")
    }
    let basis = try Self.basis(request)
    let pieces = try await database.reader.pieces(named: name, as: basis)
    return try JSONAnswer.response(Answer(pieces: pieces))
  }

  private func instrument(_ context: BasicRequestContext) async throws -> Response {
    let name = try RequestParts.name(Label.self, "instrument", context)
    guard let trace = try await database.reader.instrument(name) else {
      throw HubProblem(
        "unknown-instrument",
        "Unknown instrument",
        status: 404,
        detail: "no signal names instrument \(name), and it was never calibrated"
      )
    }
    return try JSONAnswer.response(trace)
  }

  private func health() async throws -> Response {
    struct Answer: Encodable {
      let status = "ok"
      let software: String
      let records: Int
    }
    let journals = try await database.reader.journals()
    return try JSONAnswer.response(
      Answer(software: software, records: journals.reduce(0) { $0 + $1.records })
    )
  }

  /// Whether what was recorded is asked for, or what was corrected since.
  static func basis(_ request: Request) throws -> TraceBasis {
    guard let text = request.uri.queryParameters.get("as") else { return .corrected }
    guard let basis = TraceBasis(rawValue: text) else {
      throw HubProblem.badRequest("as must be \"corrected\" or \"recorded\"")
    }
    return basis
  }
}

/// Answers in JSON.
enum JSONAnswer {
  static func response(
    _ value: some Encodable,
    status: HTTPResponse.Status = .ok,
    type: String = "application/json"
  ) throws -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var bytes = try Array(encoder.encode(value))
    bytes.append(UInt8(ascii: "\n"))
    return Response(
      status: status,
      headers: [.contentType: type, .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
    )
  }
}

/// Turns everything that goes wrong into a problem document.
struct ProblemMiddleware: RouterMiddleware {
  func handle(
    _ request: Request,
    context: BasicRequestContext,
    next: (Request, BasicRequestContext) async throws -> Response
  ) async throws -> Response {
    let problem: HubProblem
    do {
      return try await next(request, context)
    } catch let error as HubProblem {
      problem = error
    } catch let refusal as IntakeRefusal {
      problem = HubProblem(refusal)
      context.logger.warning("refused records: \(refusal)")
    } catch let error as HTTPError {
      problem = HubProblem(
        error.status == .notFound ? "not-found" : "bad-request",
        error.status.reasonPhrase,
        status: error.status.code,
        detail: error.body
          ?? "\(request.method) \(request.uri.path) is nothing that the hub answers"
      )
    } catch let error as UnknownLot {
      problem = .unknownStart(error)
    } catch let error as PlantListError {
      problem = HubProblem(error)
    } catch let refused as ListRefused {
      problem = HubProblem(refused)
    } catch let error as HubStoreError {
      context.logger.error("\(error)")
      problem = HubProblem("storage", "The hub's database", status: 503, detail: "\(error)")
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      context.logger.error("failed: \(error)", metadata: ["path": "\(request.uri.path)"])
      problem = HubProblem(
        "internal",
        "The hub failed",
        status: 500,
        detail: "the hub could not answer; its log says why"
      )
    }
    return try JSONAnswer.response(
      problem,
      status: HTTPResponse.Status(code: problem.status),
      type: "application/problem+json"
    )
  }
}
