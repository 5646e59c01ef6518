/// The fact that frames were taken out of the journal at the agent; their hashes stay in its tree.
package struct PrunedFrames: Sendable, Hashable, Codable {
  package enum Reason: String, Sendable, Codable, CaseIterable {
    /// They were older than the configuration keeps them.
    case age
    /// The journal was larger than the configuration lets it be.
    case size
  }

  package let reason: Reason

  /// The records that were looked at; those that are no frames stay.
  package let from: Int
  package let to: Int

  /// How many frames were among them.
  package let frames: Int

  /// Times of the first and the last of those records.
  package let first: Instant
  package let last: Instant

  /// Whether every hub had confirmed them.
  package let confirmed: Bool

  package init(
    _ reason: Reason,
    from: Int,
    to: Int,
    frames: Int,
    first: Instant,
    last: Instant,
    confirmed: Bool
  ) {
    self.reason = reason
    self.from = from
    self.to = to
    self.frames = frames
    self.first = first
    self.last = last
    self.confirmed = confirmed
  }
}
