/// How an uplink reaches a hub: the network, or a script in a test.
package protocol HubClient: Sendable {
  /// Asks for an address.
  ///
  /// - Throws: ``HubClientError`` when there is no whole answer.
  func get(_ url: String) async throws -> HubAnswer

  /// Sends the gzip-compressed lines of a batch.
  ///
  /// - Throws: ``HubClientError`` when there is no whole answer.
  func post(_ batch: [UInt8], to url: String) async throws -> HubAnswer
}

/// What came back, from the hub or from whatever stands in its place.
package struct HubAnswer: Sendable, Hashable {
  /// HTTP status code.
  package let status: Int

  /// The header's value; nil when there is none.
  package let contentType: String?
  package let body: [UInt8]

  package init(status: Int, contentType: String?, body: [UInt8]) {
    self.status = status
    self.contentType = contentType
    self.body = body
  }
}

/// Why there was no answer.
package enum HubClientError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Nothing, or not all, came in time.
  case timedOut
  /// The answer is longer than any hub's.
  case answerTooLong(limit: Int)
  /// No connection, or it broke.
  case unreachable(String)

  package var description: String {
    switch self {
    case .timedOut: "the hub did not answer in time"
    case .answerTooLong(let limit): "the answer is longer than \(limit) bytes, so it is no hub's"
    case .unreachable(let reason): "the hub cannot be reached: \(reason)"
    }
  }
}
