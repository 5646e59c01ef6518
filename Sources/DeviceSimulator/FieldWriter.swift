internal import Profiles

/// How the values of one field are written so that its group takes them.
struct FieldWriter: Sendable {
  private let source: String
  private let scaling: Scaling?
  private let format: NumberFormat?

  /// A text that fits, for a value that does not.
  private let fallback: String

  /// Finds the first way of writing that fits all samples, or else the most of them.
  ///
  /// - Parameters:
  ///   - field: What the profile says of it.
  ///   - source: The expression inside the field's group.
  ///   - example: A text that the expression matches.
  ///   - samples: Values that the field will have.
  /// - Throws: ``PatternTemplateError/noFormat(field:group:value:)``
  init(
    field: SerialField,
    source: String,
    example: String,
    samples: [Sample]
  ) throws(PatternTemplateError) {
    self.source = "(?:\(source))"
    scaling = field.scaling
    let numbers = samples.compactMap { if case .number(let number) = $0 { number } else { nil } }
    guard !numbers.isEmpty else {
      format = nil
      fallback = example
      return
    }
    let raw = numbers.map { Self.raw($0, field.scaling) }
    guard let choice = Self.choose(source: self.source, numbers: raw) else {
      throw .noFormat(field: field.capture, group: source, value: "\(raw[0])")
    }
    format = choice.format
    fallback = choice.fitting
  }

  enum Sample: Sendable {
    case number(Double)
    case text(String)
  }

  func text(_ value: Sample) -> String {
    let wanted: String? =
      switch value {
      case .text(let text): text
      case .number(let number): format?.text(Self.raw(number, scaling))
      }
    guard let wanted, PatternTemplate.isMatch(wanted, of: source) else { return fallback }
    return wanted
  }

  /// What the instrument shows for a value, before the profile's scaling.
  private static func raw(_ value: Double, _ scaling: Scaling?) -> Double {
    guard let scaling else { return value }
    return (value - scaling.offset.double) / scaling.scale.double
  }

  private static func choose(
    source: String,
    numbers: [Double]
  ) -> (format: NumberFormat, fitting: String)? {
    guard let expression = try? Regex(source) else { return nil }
    var best: (format: NumberFormat, fitting: String, count: Int)?
    for format in NumberFormat.usual {
      let fitting = numbers.compactMap(format.text).filter {
        (try? expression.wholeMatch(in: $0)) != nil
      }
      guard let first = fitting.first, fitting.count > best?.count ?? 0 else { continue }
      best = (format, first, fitting.count)
      if fitting.count == numbers.count { break }
    }
    return best.map { ($0.format, $0.fitting) }
  }
}
