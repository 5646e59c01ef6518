package import Telemetry

/// A record as it lies in the journal.
package struct StoredRecord: Sendable, Hashable {
  package let seq: Int

  /// The bytes that were committed, hashed and sent; see `RecordCoding`.
  package let body: [UInt8]

  /// ``Digest/leaf(_:)`` of ``body``.
  package let leaf: Digest
}

extension Record {
  /// What it is called in the index of records that are no frames; nil for a frame.
  var story: String? {
    if case .frame = content { nil } else { content.type }
  }
}
