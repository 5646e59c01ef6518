package import Telemetry

/// Body of `POST /v1/devices/{device}/writes`.
package struct WriteSignal: Sendable, Hashable, Codable {
  package let signal: String

  /// A number, true or false, or a text, as the signal is; a text is also read as one of the others.
  package let value: Value
  package let operatorName: Label

  package init(signal: String, value: Value, operatorName: Label) {
    self.signal = signal
    self.value = value
    self.operatorName = operatorName
  }

  private enum CodingKeys: String, CodingKey {
    case signal, value
    case operatorName = "operator"
  }
}

/// What became of a write whose order is recorded.
package struct WriteReceipt: Sendable, Hashable, Codable {
  /// The record of the order, and when that was.
  package let seq: Int
  package let at: Instant

  /// The record of the outcome; nil while the disk does not take it.
  package let outcomeSeq: Int?
  package let outcome: WriteOutcome.Kind

  /// What happened, in words.
  package let summary: String
  package let device: DeviceID
  package let signal: String

  /// What was ordered, as the device reads it, in `unit`.
  package let value: Value

  /// UCUM code.
  package let unit: String?

  /// What the device held afterwards; nil where that could not be read.
  package let readBack: Value?

  /// Why the configuration permits it.
  package let reason: Label

  /// What is doubtful about it; nil when nothing is.
  package let notes: [BindingNote]?

  package init(
    order: WriteOrder,
    seq: Int,
    at: Instant,
    outcome: WriteOutcome,
    outcomeSeq: Int?,
    summary: String,
    notes: [BindingNote]? = nil
  ) {
    self.seq = seq
    self.at = at
    self.outcomeSeq = outcomeSeq
    self.outcome = outcome.kind
    self.summary = summary
    device = order.device
    signal = order.signal
    value = order.value
    unit = order.unit
    readBack = outcome.readBack
    reason = order.reason
    self.notes = notes
  }

  private enum CodingKeys: String, CodingKey {
    case seq, at, outcome, summary, device, signal, value, unit, reason
    case notes
    case outcomeSeq = "outcome_seq"
    case readBack = "read_back"
  }
}
