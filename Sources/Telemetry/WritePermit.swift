/// The leave to write one signal of one device, as the configuration gives it, with its reason.
///
/// Nothing can be written without one: the request of a write is built from it, and only the reader
/// of the configuration makes one (`Tests/RepositoryTests` holds the sources to that). It is not
/// `Codable`, so that none comes out of a file or a message either.
package struct WritePermit: Sendable, Hashable {
  package let device: DeviceID

  /// Name of a signal of the device's profile, which says where it lies.
  package let signal: String

  /// Why it may be written.
  package let reason: Label

  /// The engineering values that may be written; nil leaves that to the signal's own range.
  package let range: ClosedRange<Double>?

  /// Whether one address, too, is written by the function for several (15, 16), which some devices
  /// want.
  package let isMultiple: Bool

  package init(
    device: DeviceID,
    signal: String,
    reason: Label,
    range: ClosedRange<Double>? = nil,
    isMultiple: Bool = false
  ) {
    self.device = device
    self.signal = signal
    self.reason = reason
    self.range = range
    self.isMultiple = isMultiple
  }
}
