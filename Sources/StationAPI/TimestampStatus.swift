package import Telemetry

/// How a time-stamping authority is reached, and what it said last.
package struct TimestampStatus: Sendable, Hashable, Codable {
  package struct Last: Sendable, Hashable, Codable {
    /// By the authority's clock.
    package let time: Instant

    /// The authority's name; nil where the timestamp has none.
    package let authority: String?

    /// Records, from the first, that the checkpoint covers.
    package let records: Int

    package init(time: Instant, authority: String?, records: Int) {
      self.time = time
      self.authority = authority
      self.records = records
    }
  }

  package let url: String

  /// `away` where it does not answer, `refused` where what it answers cannot be used.
  package let state: UplinkStatus.State
  package let since: Instant

  /// The last timestamp in the journal; nil for none.
  package let last: Last?

  /// The last failure in words; nil while all is well.
  package let detail: String?

  package init(
    url: String,
    state: UplinkStatus.State,
    since: Instant,
    last: Last?,
    detail: String?
  ) {
    self.url = url
    self.state = state
    self.since = since
    self.last = last
    self.detail = detail
  }
}
