internal import NIOCore
internal import NIOPosix
internal import Telemetry
internal import TransportSecurity

#if canImport(Glibc)
internal import Glibc
#endif

/// Says why a connection failed, and what to do.
enum ConnectError {
  static func sentence(_ error: any Error, endpoint: Endpoint) -> String {
    if let error = error as? TLSFailure { return error.description }
    if let error = error as? CredentialError {
      return "no TLS with \(endpoint): \(error)"
    }
    return switch cause(of: error) {
    case .system(ECONNREFUSED):
      "connection to \(endpoint) refused: is the device on, and does it listen on this port?"
    case .system(EHOSTUNREACH), .system(ENETUNREACH):
      "no route to \(endpoint): check the address and the network cable"
    case .timedOut, .system(ETIMEDOUT):
      "no connection to \(endpoint) in time: is the device on, and is the address right?"
    case .unknownName:
      "the name \(endpoint.host) is not known: check the spelling, or write the address in numbers"
    case .system(let code):
      "no connection to \(endpoint): \(systemError(code))"
    case .closed:
      "connection to \(endpoint) was closed at once: does the device take more connections?"
    case .other(let text):
      "no connection to \(endpoint): \(text)"
    }
  }

  /// Why a connection that stood broke.
  static func lost(_ error: any Error, endpoint: Endpoint) -> String {
    if let error = error as? TLSFailure { return error.description }
    guard case .system(let code) = cause(of: error) else {
      return "connection to \(endpoint) lost: \(error)"
    }
    return "connection to \(endpoint) lost: \(systemError(code))"
  }

  private enum Reason {
    case system(CInt)
    case timedOut
    case unknownName
    case closed
    case other(String)
  }

  private static func cause(of error: any Error) -> Reason {
    if let error = error as? IOError { return .system(error.errnoCode) }
    if let error = error as? ChannelError, case .connectTimeout = error { return .timedOut }
    if let error = error as? ChannelError, case .eof = error { return .closed }
    guard let error = error as? NIOConnectionError else { return .other("\(error)") }
    if let first = error.connectionErrors.first { return cause(of: first.error) }
    return error.dnsAError == nil && error.dnsAAAAError == nil ? .timedOut : .unknownName
  }
}

extension TimeAmount {
  init(_ duration: Duration) { self = .microseconds(duration.wholeMicroseconds) }
}

extension Duration {
  /// `250 ms`, `1500 ms`.
  var inWords: String { "\(wholeMicroseconds / 1_000) ms" }
}
