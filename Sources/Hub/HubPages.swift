internal import Genealogy
internal import HTTPTypes
internal import HubStore
internal import Hummingbird
internal import NIOCore
internal import Telemetry

/// The hub's pages, lots and the trace of one, made whole by the server without scripts.
struct HubPages: Sendable {
  let reader: HubReader
  let time: any TimeSource

  private static let lotsOnPage = 50
  private static let entriesOnPage = 200
  private static let revisionsOnPage = 20

  func add(to router: Router<BasicRequestContext>) {
    router.get("/") { request, _ in try await lots(request) }
    router.get("trace") { request, _ in try await trace(request) }
    router.get("lists") { _, _ in try await lists() }
    router.get("lists/:list") { try await list($0, $1) }
    router.get("lists/:list/:key") { _, context in try await entry(context) }
  }

  private func lists() async throws -> Response {
    Self.page(title: "Lists of the plant", ListsHTML(heads: try await reader.listHeads()).body)
  }

  private func list(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
    guard let list = PlantListName(rawValue: context.parameters.get("list") ?? "") else {
      return try await lists()
    }
    do {
      let page = try await reader.page(
        of: list,
        after: request.uri.queryParameters.get("after"),
        limit: Self.entriesOnPage
      )
      let revisions = try await reader.history(of: list, limit: Self.revisionsOnPage)
      return Self.page(title: list.title, ListHTML(page: page, revisions: revisions).body)
    } catch let error as PlantListError {
      return Self.page(title: list.title, status: .notFound, "<p>\(HTML.escaped("\(error)"))</p>")
    }
  }

  private func entry(_ context: BasicRequestContext) async throws -> Response {
    guard let list = PlantListName(rawValue: context.parameters.get("list") ?? ""),
      let key = context.parameters.get("key").flatMap(PercentEncoding.decode)
    else { return try await lists() }
    do {
      let moments = try await reader.history(of: list, key, limit: ListRoutes.historyLimit)
      let history = PlantListHistory(list: list, key: key, moments: moments)
      return Self.page(title: "\(list.title): \(key)", EntryHTML(history: history).body)
    } catch let error as PlantListError {
      return Self.page(title: list.title, status: .notFound, "<p>\(HTML.escaped("\(error)"))</p>")
    }
  }

  private func lots(_ request: Request) async throws -> Response {
    let after = try request.uri.queryParameters.get("after").map {
      try RequestParts.checked(LotID.self, $0)
    }
    let lots = try await reader.lots(limit: Self.lotsOnPage, after: after)
    let journals = try await reader.journals()
    return Self.page(
      title: "Lots",
      LotsHTML(lots: lots, journals: journals, hasMore: lots.count == Self.lotsOnPage).body
    )
  }

  private func trace(_ request: Request) async throws -> Response {
    let text = request.uri.queryParameters.get("lot") ?? ""
    guard let lot = try? LotID(text) else {
      return Self.page(
        title: "Which lot?",
        status: .badRequest,
        "<p>Type a lot's name. " + HTML.escaped(text.isEmpty ? "" : "This one cannot be: \(text)")
          + "</p>"
      )
    }
    let basis = try HubRoutes.basis(request)
    let serial = request.uri.queryParameters.get("serial").flatMap { try? Label($0) }
    switch try await reader.find(lot, serial: serial, at: time.now(), as: basis) {
    case .trace(let trace):
      return Self.page(title: Self.title(of: trace), TraceHTML(trace).body)
    case .pieces(let pieces):
      return Self.page(title: "Several pieces are called \(text)", TraceHTML.choice(of: pieces))
    case .nothing(let near):
      return Self.page(
        title: "No record names \(lot)",
        status: .notFound,
        TraceHTML.suggestions(near)
      )
    }
  }

  private static func title(of trace: LotTrace) -> String {
    trace.serial.map { "Serial \($0) of lot \(trace.lot)" } ?? "Lot \(trace.lot)"
  }

  private static func page(
    title: String,
    status: HTTPResponse.Status = .ok,
    _ body: String
  ) -> Response {
    var headers: HTTPFields = [
      .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
      .contentSecurityPolicy:
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
        + "frame-ancestors 'none'",
      .xContentTypeOptions: "nosniff",
    ]
    headers[.contentLanguage] = "en"
    return Response(
      status: status,
      headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(string: HTML.page(title: title, body: body)))
    )
  }
}
