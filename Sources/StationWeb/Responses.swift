internal import FoundationEssentials
internal import HTTPTypes
internal import Hummingbird
internal import StationAPI

extension Response {
  /// JSON of a value whose members and times are spelled by its own coding.
  static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
    try json(value, status: status, mediaType: "application/json")
  }

  /// RFC 9457.
  static func problem(_ problem: Problem) -> Response {
    let status = HTTPResponse.Status(code: problem.status)
    do {
      return try json(problem, status: status, mediaType: "application/problem+json")
    } catch {
      return Response(status: status)
    }
  }

  static func file(_ file: PageFile) -> Response {
    Response(
      status: .ok,
      headers: [.contentType: file.mediaType],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes))
    )
  }

  private static func json(
    _ value: some Encodable,
    status: HTTPResponse.Status,
    mediaType: String
  ) throws -> Response {
    Response(
      status: status,
      headers: [.contentType: mediaType],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: try PlainJSON.encode(value)))
    )
  }

  /// What every answer says to a browser (OWASP ASVS 5.0, 3.4.3 to 3.4.8): run nothing but our own
  /// files, believe the media type, tell nobody, live in no frame, keep no copy.
  mutating func addSafetyHeaders() {
    headers[.contentSecurityPolicy] = """
      default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
      """
    headers[.contentTypeOptions] = "nosniff"
    headers[.referrerPolicy] = "no-referrer"
    headers[.openerPolicy] = "same-origin"
    headers[.resourcePolicy] = "same-origin"
    headers[.cacheControl] = "no-store"
  }
}

/// JSON as the API writes it.
enum PlainJSON {
  static func encode(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    return try encoder.encode(value)
  }
}
