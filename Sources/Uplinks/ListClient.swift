/// How lists are fetched from a hub: the network, or a script in a test.
package protocol ListClient: Sendable {
  /// Asks for an address, unless what is there still has a tag (RFC 9110, 13.1.2).
  ///
  /// - Throws: ``HubClientError`` when there is no whole answer.
  func get(_ url: String, unless tag: String?) async throws -> TaggedAnswer
}

/// An answer, and the tag of what it holds.
package struct TaggedAnswer: Sendable, Hashable {
  package let answer: HubAnswer

  /// The header `ETag`; nil when there is none.
  package let tag: String?

  package init(_ answer: HubAnswer, tag: String? = nil) {
    self.answer = answer
    self.tag = tag
  }
}
