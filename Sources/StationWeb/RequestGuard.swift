internal import HTTPTypes
internal import StationAPI

/// Keeps other web sites out of an API that trusts whoever sits at this machine.
///
/// A browser on this machine reaches loopback for any page it shows. So the host that is asked for
/// must be loopback by name (else a name that was rebound to 127.0.0.1 would pass), and commands
/// must come from our own page or from no page at all (OWASP ASVS 5.0, 3.5.1 to 3.5.3 and 3.5.8).
enum RequestGuard {
  /// Why the request is refused; nil when it is welcome.
  static func objection(to request: HTTPRequest) -> Problem? {
    guard let host = request.authority, Loopback.contains(hostName(of: host)) else {
      return .foreignHost(request.authority ?? "")
    }
    if request.method == .get || request.method == .head { return nil }
    if let site = request.headerFields[.secFetchSite], site != "same-origin", site != "none" {
      return .foreignOrigin("Sec-Fetch-Site: \(site)")
    }
    if let origin = request.headerFields[.origin], origin != "http://\(host)" {
      return .foreignOrigin("Origin: \(origin)")
    }
    if request.method == .post, !isJSON(request.headerFields[.contentType]) {
      return .notJSON(request.headerFields[.contentType])
    }
    return nil
  }

  /// The name in a `Host` header, without port and without the brackets of an IPv6 address.
  private static func hostName(of authority: String) -> String {
    if authority.hasPrefix("[") {
      return String(authority.dropFirst().prefix { $0 != "]" })
    }
    return String(authority.prefix { $0 != ":" })
  }

  /// Pages of other sites cannot send this type without asking first, and we never say yes.
  private static func isJSON(_ contentType: String?) -> Bool {
    let type = contentType?.prefix { $0 != ";" && $0 != " " }
    return type?.lowercased() == "application/json"
  }
}

/// The names and addresses of this machine that no other machine can use.
enum Loopback {
  static func contains(_ host: String) -> Bool {
    if host.lowercased() == "localhost" || host == "::1" { return true }
    let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
    return numbers.count == 4 && numbers[0] == "127"
      && numbers.allSatisfy { (1...3).contains($0.utf8.count) && UInt8($0) != nil }
  }
}

extension HTTPField.Name {
  /// W3C Fetch Metadata: what sort of page sends the request.
  static let secFetchSite = HTTPField.Name(known: "Sec-Fetch-Site")
  static let contentTypeOptions = HTTPField.Name(known: "X-Content-Type-Options")
  static let referrerPolicy = HTTPField.Name(known: "Referrer-Policy")
  static let openerPolicy = HTTPField.Name(known: "Cross-Origin-Opener-Policy")
  static let resourcePolicy = HTTPField.Name(known: "Cross-Origin-Resource-Policy")

  /// - Precondition: `known` is a valid field name.
  private init(known: String) {
    guard let name = HTTPField.Name(known) else {
      preconditionFailure("\(known) is no field name")
    }
    self = name
  }
}
