internal import HTTPTypes
internal import HubStore
internal import Hummingbird
internal import Logging
internal import Telemetry

/// The plant's lists over HTTP: read by agents, put by the plant's systems and people.
struct ListRoutes: Sendable {
  let database: HubDatabase
  let time: any TimeSource

  /// Entries on one page, where nobody says how many, and at most.
  static let pageEntries = 1_000
  static let pageEntriesLimit = 5_000

  /// Moments of one entry, and revisions of a list, in one answer.
  static let historyLimit = 200

  /// Bytes of a body, by how it is written: a table takes more memory while it is read.
  static let jsonBytes = 24 << 20
  static let csvBytes = 4 << 20

  func add(to router: Router<BasicRequestContext>) {
    router.get("v1/lists") { request, _ in try await heads(request) }
    router.get("v1/lists/:list") { try await page($0, $1) }
    router.put("v1/lists/:list") { try await put($0, $1) }
    router.get("v1/lists/:list/:key") { try await entry($0, $1) }
    router.put("v1/lists/:list/:key") { try await putEntry($0, $1) }
    router.patch("v1/lists/:list/:key") { try await patchEntry($0, $1) }
    router.delete("v1/lists/:list/:key") { try await deleteEntry($0, $1) }
    router.get("v1/list-history/:list") { try await history($0, $1) }
    router.get("v1/list-history/:list/:key") { try await entryHistory($0, $1) }
  }

  // MARK: Reading

  private func heads(_ request: Request) async throws -> Response {
    let answer = PlantListIndex(lists: try await database.reader.listHeads())
    return try Self.tagged(answer.tag, answer, request)
  }

  private func page(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
    let query = request.uri.queryParameters
    let page = try await database.reader.page(
      of: try Self.list(context),
      revision: try RequestParts.number("revision", query, in: 1...Int.max),
      since: try query.get("since").map(Self.base),
      after: query.get("after"),
      limit: try RequestParts.number("limit", query, in: 1...Self.pageEntriesLimit)
        ?? Self.pageEntries
    )
    let tag = "\"\(page.head.revision)-\(page.head.sha256.description.prefix(16))\""
    return try Self.tagged(tag, page, request)
  }

  private func entry(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
    let list = try Self.list(context)
    let key = try RequestParts.text("key", context)
    let moment = try await database.reader.entry(of: list, key)
    let answer = PlantListHistory(list: list, key: key, moments: [moment])
    return try Self.tagged("\"\(moment.revision)\"", answer, request)
  }

  private func history(_ request: Request, _ context: BasicRequestContext) async throws -> Response
  {
    let list = try Self.list(context)
    let query = request.uri.queryParameters
    let limit =
      try RequestParts.number("limit", query, in: 1...Self.historyLimit) ?? Self.historyLimit
    let before = try RequestParts.number("before", query, in: 1...Int.max)
    let revisions = try await database.reader.history(of: list, limit: limit, before: before)
    if revisions.isEmpty, before == nil { throw PlantListError.missing(list) }
    return try JSONAnswer.response(
      PlantListRevisions(
        revisions: revisions,
        next: revisions.count == limit ? revisions.last?.head.revision : nil
      )
    )
  }

  private func entryHistory(
    _ request: Request,
    _ context: BasicRequestContext
  ) async throws -> Response {
    let list = try Self.list(context)
    let key = try RequestParts.text("key", context)
    let moments = try await database.reader.history(of: list, key, limit: Self.historyLimit)
    return try JSONAnswer.response(
      PlantListHistory(list: list, key: key, moments: moments)
    )
  }

  // MARK: Changing

  private func put(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
    let list = try Self.list(context)
    let content: PlantListContent
    switch try Self.bodyKind(request) {
    case .json:
      content = try ListReading.list(list, json: try await Self.body(request, Self.jsonBytes))
    case .csv:
      content = try ListReading.list(list, csv: try await Self.body(request, Self.csvBytes))
    }
    return try await change(list, request, context) { $0 = content }
  }

  private func putEntry(_ request: Request, _ context: BasicRequestContext) async throws -> Response
  {
    let list = try Self.list(context)
    let key = try RequestParts.text("key", context)
    try Self.requireJSON(request)
    let bytes = try await Self.body(request, Self.jsonBytes)
    let entry = try ListReading.entry(of: list, key, json: bytes)
    return try await change(list, request, context) { content in
      try ListReading.checkBadge(of: entry, in: content)
      content.change([entry])
    }
  }

  private func patchEntry(
    _ request: Request,
    _ context: BasicRequestContext
  ) async throws -> Response {
    let list = try Self.list(context)
    let key = try RequestParts.text("key", context)
    try Self.requireJSON(request)
    let bytes = try await Self.body(request, Self.jsonBytes)
    return try await change(list, request, context) { content in
      let old = content.entries[key]
      let entry = try ListReading.entry(of: list, key, old, changedBy: bytes)
      try ListReading.checkBadge(of: entry, in: content)
      content.change([entry])
    }
  }

  private func deleteEntry(
    _ request: Request,
    _ context: BasicRequestContext
  ) async throws -> Response {
    let list = try Self.list(context)
    let key = try RequestParts.text("key", context)
    return try await change(list, request, context) { content in
      guard content.entries[key] != nil else {
        throw PlantListError.noSuchEntry(list, key, near: [])
      }
      content.change([], removing: [key])
    }
  }

  private func change(
    _ list: PlantListName,
    _ request: Request,
    _ context: BasicRequestContext,
    _ edit: @escaping @Sendable (inout PlantListContent) throws -> Void
  ) async throws -> Response {
    let query = request.uri.queryParameters
    guard let by = query.get("by"), !by.isEmpty else {
      throw HubProblem.badRequest(
        "say who changes the list, with ?by=NAME; it is kept with the revision"
      )
    }
    let change = try await database.change(
      list,
      by: try RequestParts.checked(Label.self, by),
      reason: try query.get("reason").map { try RequestParts.checked(Label.self, $0) },
      expecting: try Self.expected(request),
      at: time.now(),
      edit
    )
    context.logger.info(
      "list \(list.rawValue) at revision \(change.head.revision)",
      metadata: [
        "by": "\(by.debugDescription)", "changed": "\(change.changed)",
        "removed": "\(change.removed)",
      ]
    )
    return try JSONAnswer.response(change)
  }

  // MARK: Parts of a request

  private static func list(_ context: BasicRequestContext) throws -> PlantListName {
    let name = context.parameters.get("list") ?? ""
    guard let list = PlantListName(rawValue: name) else { throw HubProblem.unknownList(name) }
    return list
  }

  /// `17-5f0c…`: a revision and the whole of its hash.
  private static func base(_ text: String) throws -> (revision: Int, sha256: Digest) {
    let parts = text.split(separator: "-", maxSplits: 1)
    guard parts.count == 2, let revision = Int(parts[0]), let sha256 = Digest(String(parts[1]))
    else {
      throw HubProblem.badRequest("since must be a revision, a hyphen and its SHA-256")
    }
    return (revision, sha256)
  }

  /// The revision in `If-Match`; nil where there is none, or it is any (RFC 9110, 13.1.1).
  private static func expected(_ request: Request) throws -> Int? {
    guard let tag = request.headers[.ifMatch], tag != "*" else { return nil }
    let digits = tag.drop { $0 == "\"" }.prefix { $0.isNumber }
    guard let revision = Int(digits) else {
      throw HubProblem.badRequest("If-Match must be the ETag of the list that was read")
    }
    return revision
  }

  private enum BodyKind { case json, csv }

  private static func bodyKind(_ request: Request) throws -> BodyKind {
    let type = request.headers[.contentType]?.prefix { $0 != ";" && $0 != " " }.lowercased()
    return switch type {
    case "application/json": .json
    case "text/csv": .csv
    default:
      throw HubProblem(
        "unsupported-type",
        "The list is neither JSON nor CSV",
        status: 415,
        detail: "send it with Content-Type: application/json or text/csv"
      )
    }
  }

  private static func requireJSON(_ request: Request) throws {
    let type = request.headers[.contentType]?.prefix { $0 != ";" && $0 != " " }.lowercased()
    if let type, ["application/json", "application/merge-patch+json"].contains(type) { return }
    throw HubProblem(
      "unsupported-type",
      "The entry is not JSON",
      status: 415,
      detail: "send it with Content-Type: application/json"
    )
  }

  private static func body(_ request: Request, _ limit: Int) async throws -> [UInt8] {
    try await RequestParts.body(
      request,
      upTo: limit,
      .listTooLarge("the list has more than \(limit) bytes as it is sent")
    )
  }

  /// An answer with its tag, or that nothing has changed (RFC 9110, 13.1.2).
  private static func tagged(
    _ tag: String,
    _ answer: some Encodable,
    _ request: Request
  ) throws -> Response {
    let isKnown = request.headers[.ifNoneMatch]?.split(separator: ",")
      .contains { $0.trimmingPrefix { $0 == " " } == tag }
    if isKnown == true { return Response(status: .notModified, headers: [.eTag: tag]) }
    var response = try JSONAnswer.response(answer)
    response.headers[.eTag] = tag
    response.headers[.cacheControl] = "no-cache"
    return response
  }
}
