internal import Fieldbus
internal import Profiles
internal import Telemetry

/// How the frames of one scan group are filled: what stands between their marks.
struct SerialContent: Sendable {
  private let template: PatternTemplate
  private let fields: [(capture: String, writer: FieldWriter)]

  /// Characters by which the text is longer than the pattern's shortest.
  private let padding: Int

  /// Whether each character is a byte.
  private let isBinary: Bool
  private let framing: SerialFraming

  /// A content that reads back well, for values that make one that a frame cannot carry.
  private let fallback: [UInt8]

  /// Finds ways of writing the fields.
  ///
  /// - Parameters:
  ///   - group: What the profile says.
  ///   - framing: How frames begin and end.
  ///   - samples: For some times, a value for each field.
  /// - Throws: ``PatternTemplateError``
  init(
    _ group: SerialScanGroup,
    framing: SerialFraming,
    samples: [[FieldWriter.Sample]]
  ) throws(PatternTemplateError) {
    let isBinary = group.fields.contains(where: \.isBinary)
    let template = try PatternTemplate(group.pattern, fields: Set(group.fields.map(\.capture)))
    let finder = WriterFinder(
      group: group,
      template: template,
      samples: samples,
      isBinary: isBinary
    )
    var content: SerialContent
    if case .fixed(let length) = framing.shape {
      let bytes = length - (framing.checksum?.byteCount ?? 0)
      let (writers, padding) = try finder.writers(filling: bytes)
      content = SerialContent(template, group, writers, padding, framing, isBinary: isBinary)
    } else {
      let writers = try finder.writers()
      content = SerialContent(template, group, writers, 0, framing, isBinary: isBinary)
    }
    self = try content.verified(group, samples: samples)
  }

  private init(
    _ template: PatternTemplate,
    _ group: SerialScanGroup,
    _ writers: [FieldWriter],
    _ padding: Int,
    _ framing: SerialFraming,
    isBinary: Bool,
    fallback: [UInt8] = []
  ) {
    self.template = template
    fields = Array(zip(group.fields.map(\.capture), writers))
    self.padding = padding
    self.framing = framing
    self.isBinary = isBinary
    self.fallback = fallback
  }

  var fieldCount: Int { fields.count }

  /// The content for a value of each field.
  func bytes(_ values: [FieldWriter.Sample]) -> [UInt8] {
    let bytes = encoded(text(of: values))
    return isWhole(bytes) ? bytes : fallback
  }

  private func text(of values: [FieldWriter.Sample]) -> String {
    let texts = zip(fields, values).map { ($0.capture, $0.writer.text($1)) }
    let byCapture = Dictionary(texts) { first, _ in first }
    return template.text(padding: padding) { byCapture[$0] ?? "" }
  }

  private func encoded(_ text: String) -> [UInt8] {
    isBinary ? text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } : Array(text.utf8)
  }

  /// Whether a frame with this content is taken for one, and for no other.
  private func isWhole(_ bytes: [UInt8]) -> Bool {
    var frames = FrameAssembler(
      framing: framing,
      maximumLength: LineDecoder.maximumLength,
      startsInFrame: false
    )
    let clock = FrameAssembler.Stamp(wall: Instant(microseconds: 0), uptime: .zero)
    frames.take(framing.frame(bytes), at: clock)
    return frames.next()?.content == .frame(bytes) && frames.partialCount == 0
  }

  /// Makes the contents of the samples and reads them back.
  private func verified(
    _ group: SerialScanGroup,
    samples: [[FieldWriter.Sample]]
  ) throws(PatternTemplateError) -> SerialContent {
    var good: [UInt8]?
    for values in samples {
      let text = text(of: values)
      guard template.matches(text) else {
        throw .mismatch(pattern: template.pattern, text: text)
      }
      let bytes = encoded(text)
      if good == nil, isWhole(bytes) { good = bytes }
    }
    guard let good else {
      throw .noFrame(pattern: template.pattern, text: samples.first.map(text) ?? "")
    }
    return SerialContent(self, fallback: good)
  }

  private init(_ other: SerialContent, fallback: [UInt8]) {
    template = other.template
    fields = other.fields
    padding = other.padding
    framing = other.framing
    isBinary = other.isBinary
    self.fallback = fallback
  }
}

/// Finds a way of writing for each field of a group.
private struct WriterFinder {
  let group: SerialScanGroup
  let template: PatternTemplate
  let samples: [[FieldWriter.Sample]]
  let isBinary: Bool

  /// The most usual way for each.
  func writers() throws(PatternTemplateError) -> [FieldWriter] {
    var writers: [FieldWriter] = []
    for (index, field) in group.fields.enumerated() {
      let piece = try piece(of: field)
      writers.append(
        try FieldWriter(
          field: field,
          source: piece.source,
          example: piece.example,
          samples: samples.map { $0[index] },
          isStatus: isStatus(index)
        )
      )
    }
    return writers
  }

  /// Ways that make a text of so many bytes, with the padding that it needs beside them.
  func writers(
    filling length: Int
  ) throws(PatternTemplateError) -> (writers: [FieldWriter], padding: Int) {
    let literals = template.text { _ in "" }
    let rest = length - (isBinary ? literals.unicodeScalars.count : literals.utf8.count)
    var choices: [[FieldWriter]] = []
    for (index, field) in group.fields.enumerated() {
      let source = try piece(of: field).source
      choices.append(
        FieldWriter.withOneLength(
          field: field,
          source: source,
          samples: samples.map { $0[index] },
          isStatus: isStatus(index),
          isBinary: isBinary
        )
      )
    }
    guard let found = Self.filling(rest, choices[...], mostPadding: template.mostPadding) else {
      throw .noLength(pattern: group.pattern, bytes: length)
    }
    return found
  }

  /// One of the choices for each field, so that all have the length together.
  private static func filling(
    _ length: Int,
    _ choices: ArraySlice<[FieldWriter]>,
    mostPadding: Int
  ) -> (writers: [FieldWriter], padding: Int)? {
    guard let first = choices.first else {
      return (0...mostPadding).contains(length) ? ([], length) : nil
    }
    for writer in first {
      guard let own = writer.length, own <= length,
        let others = filling(length - own, choices.dropFirst(), mostPadding: mostPadding)
      else { continue }
      return ([writer] + others.writers, others.padding)
    }
    return nil
  }

  private func isStatus(_ index: Int) -> Bool {
    group.fields.contains { $0.signal.goodWhen?.signal == index }
  }

  private func piece(
    of field: SerialField
  ) throws(PatternTemplateError) -> (source: String, example: String) {
    for case .field(field.capture, let source, let example) in template.pieces {
      return (source, example)
    }
    throw .missingField(pattern: template.pattern, field: field.capture)
  }
}
