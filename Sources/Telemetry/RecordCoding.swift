internal import FoundationEssentials

/// The bytes of records: JSON in UTF-8 on one line, so that a journal reads with any tool.
///
/// Every record has the members `seq`, `at` and `type`. A frame is written in one fixed order of
/// members, because there are thousands of them; the others are written with sorted keys.
package enum RecordCoding {
  /// The record's bytes, without a line break.
  ///
  /// - Throws: `EncodingError`, only for a number that JSON cannot hold (an infinite quantity).
  package static func encode(_ record: Record) throws -> [UInt8] {
    if case .frame(let frame) = record.content { return FrameCoding.encode(frame, seq: record.seq) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try Array(encoder.encode(Envelope(record: record)))
  }

  /// Reads a record back.
  ///
  /// - Throws: ``RecordCodingError`` when the bytes are not a record of a known type.
  package static func decode(_ bytes: [UInt8]) throws(RecordCodingError) -> Record {
    if FrameCoding.isFrame(bytes) { return try FrameCoding.decode(bytes) }
    do {
      return try JSONDecoder().decode(Envelope.self, from: Data(bytes)).record
    } catch {
      throw RecordCodingError(reason: Self.reason(error), bytes: bytes)
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "member \"\(key.stringValue)\" is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      (context.codingPath.map(\.stringValue) + [context.debugDescription]).joined(separator: ": ")
    default: "\(error)"
    }
  }
}

/// Bytes that are not a record.
package struct RecordCodingError: Error, Sendable, Hashable, CustomStringConvertible {
  package let reason: String

  /// The beginning of the bytes, at most 120.
  package let excerpt: String

  init(reason: String, bytes: [UInt8]) {
    self.reason = reason
    excerpt = String(decoding: bytes.prefix(120), as: UTF8.self)
  }

  package var description: String { "not a record: \(reason), in \(excerpt)" }
}

/// The three members that all records have, beside those of their content.
private struct Envelope: Codable {
  let record: Record

  private enum CodingKeys: String, CodingKey { case seq, at, type }

  init(record: Record) { self.record = record }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let type = try container.decode(String.self, forKey: .type)
    record = Record(
      seq: try container.decode(Int.self, forKey: .seq),
      at: try container.decode(Instant.self, forKey: .at),
      content: try Self.content(of: type, from: decoder, in: container)
    )
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(record.seq, forKey: .seq)
    try container.encode(record.at, forKey: .at)
    try container.encode(record.content.type, forKey: .type)
    switch record.content {
    case .opening(let content): try content.encode(to: encoder)
    case .document(let content): try content.encode(to: encoder)
    case .layout(let content): try content.encode(to: encoder)
    case .frame: preconditionFailure("FrameCoding writes frames")
    case .binding(let content): try content.encode(to: encoder)
    case .bindingEnd(let content): try content.encode(to: encoder)
    case .unit(let content): try content.encode(to: encoder)
    case .board(let content): try content.encode(to: encoder)
    case .crew(let content): try content.encode(to: encoder)
    case .materialLoad(let content): try content.encode(to: encoder)
    case .materialUnload(let content): try content.encode(to: encoder)
    case .consumption(let content): try content.encode(to: encoder)
    case .calibration(let content): try content.encode(to: encoder)
    case .event(let content): try content.encode(to: encoder)
    case .gap(let content): try content.encode(to: encoder)
    case .clock(let content): try content.encode(to: encoder)
    case .clockStep(let content): try content.encode(to: encoder)
    case .write(let content): try content.encode(to: encoder)
    case .writeOutcome(let content): try content.encode(to: encoder)
    case .plantList(let content): try content.encode(to: encoder)
    case .correction(let content): try content.encode(to: encoder)
    case .checkpoint(let content): try content.encode(to: encoder)
    case .key(let content): try content.encode(to: encoder)
    case .timestamp(let content): try content.encode(to: encoder)
    case .pruned(let content): try content.encode(to: encoder)
    }
  }

  private static func content(
    of type: String,
    from decoder: any Decoder,
    in container: KeyedDecodingContainer<CodingKeys>
  ) throws -> Record.Content {
    switch type {
    case "opening": .opening(try JournalOpening(from: decoder))
    case "document": .document(try DocumentRevision(from: decoder))
    case "layout": .layout(try FrameLayout(from: decoder))
    case "binding": .binding(try Binding(from: decoder))
    case "binding_end": .bindingEnd(try BindingEnd(from: decoder))
    case "unit": .unit(try UnitPassage(from: decoder))
    case "board": .board(try BoardPassage(from: decoder))
    case "crew": .crew(try CrewChange(from: decoder))
    case "material_load": .materialLoad(try MaterialLoad(from: decoder))
    case "material_unload": .materialUnload(try MaterialUnload(from: decoder))
    case "consumption": .consumption(try Consumption(from: decoder))
    case "calibration": .calibration(try Calibration(from: decoder))
    case "event": .event(try Event(from: decoder))
    case "gap": .gap(try Gap(from: decoder))
    case "clock": .clock(try ClockState(from: decoder))
    case "clock_step": .clockStep(try ClockStep(from: decoder))
    case "write": .write(try WriteOrder(from: decoder))
    case "write_outcome": .writeOutcome(try WriteOutcome(from: decoder))
    case "plant_list": .plantList(try PlantListPart(from: decoder))
    case "correction": .correction(try Correction(from: decoder))
    case "checkpoint": .checkpoint(try JournalCheckpoint(from: decoder))
    case "key": .key(try JournalKey(from: decoder))
    case "timestamp": .timestamp(try CheckpointTimestamp(from: decoder))
    case "pruned": .pruned(try PrunedFrames(from: decoder))
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .type,
        in: container,
        debugDescription: "no record has the type \"\(type)\""
      )
    }
  }
}
