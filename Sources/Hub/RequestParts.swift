internal import Hummingbird
internal import NIOCore
internal import Telemetry

/// Parts of a request; what is wrong with one is a ``HubProblem``.
enum RequestParts {
  /// A part of the path, as it was before it was percent-encoded.
  static func text(_ name: String, _ context: BasicRequestContext) throws -> String {
    guard let text = context.parameters.get(name).flatMap(PercentEncoding.decode) else {
      throw HubProblem.badRequest("the address is not percent-encoded UTF-8")
    }
    return text
  }

  /// A part of the path that names something.
  static func name<Name: Identifier>(
    _ type: Name.Type,
    _ name: String,
    _ context: BasicRequestContext
  ) throws -> Name {
    try checked(type, try text(name, context))
  }

  /// A text as what it must be.
  static func checked<Name: Identifier>(_ type: Name.Type, _ text: String) throws -> Name {
    do {
      return try Name(text)
    } catch {
      throw HubProblem.badRequest(error.description)
    }
  }

  /// A number of the query; nil when it is not there.
  static func number(
    _ name: String,
    _ query: Parameters,
    in range: ClosedRange<Int>
  ) throws -> Int? {
    guard let text = query.get(name) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      let end = range.upperBound == .max ? "on" : "to \(range.upperBound)"
      throw HubProblem.badRequest("\(name) must be a number from \(range.lowerBound) \(end)")
    }
    return number
  }

  /// The body, as far as the limit; `tooLarge` is what is said of a longer one.
  static func body(
    _ request: Request,
    upTo limit: Int,
    _ tooLarge: @autoclosure () -> HubProblem
  ) async throws -> [UInt8] {
    do {
      return Array(try await request.body.collect(upTo: limit).readableBytesView)
    } catch is NIOTooManyBytesError {
      throw tooLarge()
    }
  }
}
