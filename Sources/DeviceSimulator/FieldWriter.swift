internal import Profiles
internal import Telemetry

/// How the values of one field are written so that its group takes them.
struct FieldWriter: Sendable {
  enum Sample: Sendable {
    case number(Double)
    case text(String)
  }

  /// A way of writing values.
  private enum Style: Sendable {
    case number(NumberFormat)
    /// Bytes of a number as characters, or as hexadecimal digits.
    case bytes
    case digits(isUppercase: Bool)
    /// A text, with blanks after it.
    case text(blanks: Int)
  }

  private let field: SerialField
  private let source: String
  private let style: Style

  /// A text that fits, for a value that does not.
  private let fallback: String

  /// Bytes of all texts, where frames have one length.
  private(set) var length: Int?

  /// Whether each character is a byte.
  private let isBinary: Bool

  /// Blanks that may fill a text up, where frames have one length.
  private static let mostBlanks = 32

  /// Finds the first way of writing that fits all samples, or else the most of them.
  ///
  /// - Parameters:
  ///   - field: What the profile says of it.
  ///   - source: The expression inside the field's group.
  ///   - example: A text that the expression matches.
  ///   - samples: Values that the field will have.
  ///   - isStatus: Whether the values are codes, which are best whole numbers.
  /// - Throws: ``PatternTemplateError/noFormat(field:group:value:)``
  init(
    field: SerialField,
    source: String,
    example: String,
    samples: [Sample],
    isStatus: Bool = false
  ) throws(PatternTemplateError) {
    var best: (writer: FieldWriter, count: Int)?
    for style in Self.styles(of: field, isStatus: isStatus) {
      guard let (writer, count) = Self.writer(style, field, source, samples),
        count > best?.count ?? 0
      else { continue }
      best = (writer, count)
      if count == samples.count { break }
    }
    if let best {
      self = best.writer
    } else if field.kind == .text {
      self.init(field, source, .text(blanks: 0), fallback: example, isBinary: false)
    } else {
      let value = samples.first.map { "\($0)" } ?? ""
      throw .noFormat(field: field.capture, group: source, value: value)
    }
  }

  /// Ways of writing in which all samples have one length: one for each length, first those that fit
  /// the most samples.
  static func withOneLength(
    field: SerialField,
    source: String,
    samples: [Sample],
    isStatus: Bool,
    isBinary: Bool
  ) -> [FieldWriter] {
    var writers: [(writer: FieldWriter, count: Int)] = []
    for style in styles(of: field, isStatus: isStatus, mostBlanks: mostBlanks) {
      let found = writer(style, field, source, samples, isBinary: isBinary)
      guard var writer = found?.0, let count = found?.1 else { continue }
      let lengths = Set(samples.compactMap { writer.written($0).map(writer.byteCount) })
      guard lengths.count == 1, let length = lengths.first else { continue }
      writer.length = length
      let rival = writers.firstIndex { $0.writer.length == length }
      guard let rival else {
        writers.append((writer, count))
        continue
      }
      if writers[rival].count < count { writers[rival] = (writer, count) }
    }
    let most = writers.reduce(0) { max($0, $1.count) }
    return (writers.filter { $0.count == most } + writers.filter { $0.count < most }).map(\.writer)
  }

  func text(_ value: Sample) -> String {
    guard let wanted = written(value), length == nil || byteCount(wanted) == length,
      PatternTemplate.isMatch(wanted, of: source), !field.isNotAvailable(wanted)
    else { return fallback }
    return wanted
  }

  private init(
    _ field: SerialField,
    _ source: String,
    _ style: Style,
    fallback: String,
    isBinary: Bool
  ) {
    self.field = field
    self.source = source
    self.style = style
    self.fallback = fallback
    self.isBinary = isBinary
  }

  private func byteCount(_ text: String) -> Int {
    isBinary ? text.unicodeScalars.count : text.utf8.count
  }

  /// A writer of one style, and how many samples it fits; nil when it fits none.
  private static func writer(
    _ style: Style,
    _ field: SerialField,
    _ source: String,
    _ samples: [Sample],
    isBinary: Bool = false
  ) -> (FieldWriter, Int)? {
    let whole = "(?:\(source))"
    guard let expression = try? LinePattern.compile(whole) else { return nil }
    let writer = FieldWriter(field, whole, style, fallback: "", isBinary: isBinary)
    let fitting = samples.compactMap(writer.written).filter {
      (try? expression.wholeMatch(in: $0)) != nil && field.reading(of: $0[...]).quality.isGood
    }
    guard let first = fitting.first else { return nil }
    let found = FieldWriter(field, whole, style, fallback: first, isBinary: isBinary)
    return (found, fitting.count)
  }

  private static func styles(
    of field: SerialField,
    isStatus: Bool,
    mostBlanks: Int = 0
  ) -> [Style] {
    switch field.kind {
    case .number:
      (isStatus ? NumberFormat.wholeFirst : NumberFormat.usual).map(Style.number)
    case .bytes(_, _, let isHexadecimal):
      isHexadecimal ? [.digits(isUppercase: true), .digits(isUppercase: false)] : [.bytes]
    case .text: (0...mostBlanks).map(Style.text)
    }
  }

  private func written(_ value: Sample) -> String? {
    switch (style, value) {
    case (.text(let blanks), .text(let text)): text + String(repeating: " ", count: blanks)
    case (.number(let format), .number(let number)): format.text(raw(number))
    case (.bytes, .number(let number)): field.bytes(of: number).map(LinePattern.latin1)
    case (.digits(let isUppercase), .number(let number)):
      field.bytes(of: number).map { bytes in
        let digits = bytes.map { $0.hexadecimal(digits: 2) }.joined()
        return isUppercase ? digits : digits.lowercased()
      }
    default: nil
    }
  }

  /// What the instrument shows for a value, before the profile's scaling.
  private func raw(_ value: Double) -> Double {
    guard let scaling = field.scaling else { return value }
    return (value - scaling.offset.double) / scaling.scale.double
  }
}

extension SerialField {
  /// Whether a text means "no value".
  fileprivate func isNotAvailable(_ text: String) -> Bool {
    reading(of: text[...]).quality == .bad(.notAvailable)
  }

  /// The bytes of a number, in the order in which they are sent.
  fileprivate func bytes(of number: Double) -> [UInt8]? {
    guard case .bytes(let type, let order, _) = kind else { return nil }
    let decoding = ModbusSignal.Decoding(
      type: type.registerType,
      order: type.byteCount == 1 ? .abcd : order,
      scaling: scaling
    )
    guard let registers = decoding.registers(for: .real(number)) else { return nil }
    let bytes = registers.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    return bytes.suffix(type.byteCount)
  }
}
