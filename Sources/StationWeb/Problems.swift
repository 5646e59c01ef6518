internal import HTTPTypes
internal import StationAPI

extension Problem {
  static func notFound(_ path: String) -> Problem {
    Problem(
      type: "not-found",
      title: "There is nothing here",
      status: 404,
      detail: "Nothing is served at \(path). The page is at /, the status at /v1/status."
    )
  }

  static func wrongMethod(_ method: HTTPRequest.Method, path: String, allowed: String) -> Problem {
    Problem(
      type: "wrong-method",
      title: "The method is not allowed here",
      status: 405,
      detail: "\(method.rawValue) cannot be used on \(path); use \(allowed)."
    )
  }

  static func foreignHost(_ host: String) -> Problem {
    Problem(
      type: "foreign-host",
      title: "The request was meant for another host",
      status: 421,
      detail: "This agent answers to localhost, 127.0.0.1 and [::1] only; the request asked for "
        + "\(host.debugDescription). Open the page by one of those names."
    )
  }

  static func foreignOrigin(_ evidence: String) -> Problem {
    Problem(
      type: "foreign-origin",
      title: "The command came from another web site",
      status: 403,
      detail: "Commands are taken from this agent's own page and from programs on this machine, "
        + "not from other sites (\(evidence))."
    )
  }

  static func notJSON(_ contentType: String?) -> Problem {
    Problem(
      type: "not-json",
      title: "The command is not JSON",
      status: 415,
      detail: "Send the command as JSON with the header \"Content-Type: application/json\"; it was "
        + "sent as \(contentType.map(\.debugDescription) ?? "nothing in particular")."
    )
  }

  static func tooLarge(limit: Int) -> Problem {
    Problem(
      type: "too-large",
      title: "The command is too large",
      status: 413,
      detail: "The request's body may have \(limit) bytes at most."
    )
  }

  static func badRequest(_ detail: String) -> Problem {
    Problem(
      type: "bad-request",
      title: "The command cannot be understood",
      status: 400,
      detail: detail
    )
  }

  static func tooManyStreams(limit: Int) -> Problem {
    Problem(
      type: "too-many-streams",
      title: "Too many pages are open",
      status: 503,
      detail: "\(limit) pages or programs already follow this agent's events, which is the most it "
        + "serves. Close one of them, then try again."
    )
  }

  static let failed = Problem(
    type: "internal-error",
    title: "The agent failed",
    status: 500,
    detail: "The agent could not carry out the request; nothing is known to be recorded. Its log "
      + "says why: look there, check the status, then try again."
  )
}
